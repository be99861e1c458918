"""R-K9: the amounts of 2026 as they are known; an admin can correct them. R-K10: what was filed so far is counted."""

from datetime import date

from django.db import migrations

REFERENCE = "6563 sayılı Kanun m. 12, 2026 yılı tutarları"
# breach, least, most, up to so many times
KNOWN = (
    ("no_consent", 2_859, 14_309, 10),
    ("sender_hidden", 2_859, 28_620, 1),
    ("not_stopped", 5_723, 42_930, 1),
)
COUNT = """
    INSERT INTO complaints_complaintchange (complaint_id)
    SELECT id FROM complaints_complaint WHERE filed_at IS NOT NULL
"""


def name_amounts(apps, schema_editor):
    amounts = apps.get_model("complaints", "FineAmount").objects.using(schema_editor.connection.alias)
    for breach, least, most, times in KNOWN:
        amounts.get_or_create(
            breach=breach,
            valid_from=date(2026, 1, 1),
            defaults={"least": least, "most": most, "times": times, "reference": REFERENCE},
        )


def forget_amounts(apps, schema_editor):
    amounts = apps.get_model("complaints", "FineAmount").objects.using(schema_editor.connection.alias)
    amounts.filter(valid_from=date(2026, 1, 1), reference=REFERENCE).delete()


class Migration(migrations.Migration):
    dependencies = [("complaints", "0050_statistics")]

    operations = [
        migrations.RunPython(name_amounts, forget_amounts),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
