from pathlib import Path

from django.db import migrations
from django.utils import timezone

TEXTS = Path(__file__).parents[1] / "privacy_texts"


def publish_first(apps, schema_editor):
    """The first version of the notice for citizens, in both languages (R-G6)."""
    notices = apps.get_model("accounts", "PrivacyNotice")
    for language in ("tr", "en"):
        title, text = (TEXTS / f"citizen-1-{language}.txt").read_text(encoding="utf-8").split("\n", 1)
        notices.objects.using(schema_editor.connection.alias).create(
            audience="citizen",
            version=1,
            language=language,
            title=title,
            text=text.strip(),
            published_at=timezone.now(),
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_history_of_addresses")]

    operations = [migrations.RunPython(publish_first, migrations.RunPython.noop)]
