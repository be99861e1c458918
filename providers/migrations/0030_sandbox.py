import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0020_answers")]
    operations = [
        migrations.AddField(
            "provider",
            "sandbox_of",
            models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sandbox",
                to="providers.provider",
                verbose_name="sandbox of",
            ),
        ),
    ]
