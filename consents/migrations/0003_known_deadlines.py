"""R-D2: the known history of the initial upload deadlines.

Days of announcement are the best known; an admin can correct them.
"""

from datetime import date

from django.db import migrations

REFERENCE = "announcement as known"
# announced on, load until, recipients check until, size class
KNOWN = (
    (date(2020, 1, 4), date(2020, 6, 1), None, ""),
    (date(2020, 5, 28), date(2020, 8, 31), None, ""),
    (date(2020, 8, 28), date(2020, 12, 1), None, ""),
    (date(2020, 11, 30), date(2020, 12, 31), date(2021, 2, 15), "large"),
    (date(2020, 11, 30), date(2021, 5, 31), date(2021, 7, 15), "small"),
)


def announce(apps, schema_editor):
    deadlines = apps.get_model("consents", "DeadlineExtension").objects.using(schema_editor.connection.alias)
    for announced_on, until, check_until, size_class in KNOWN:
        deadlines.get_or_create(
            announced_on=announced_on,
            until=until,
            size_class=size_class,
            provider=None,
            defaults={"check_until": check_until, "reference": REFERENCE},
        )


def withdraw(apps, schema_editor):
    deadlines = apps.get_model("consents", "DeadlineExtension").objects.using(schema_editor.connection.alias)
    for _announced_on, until, _check_until, size_class in KNOWN:
        deadlines.filter(until=until, size_class=size_class, provider=None, reference=REFERENCE).delete()


class Migration(migrations.Migration):
    dependencies = [("consents", "0002_ledger")]

    operations = [migrations.RunPython(announce, withdraw)]
