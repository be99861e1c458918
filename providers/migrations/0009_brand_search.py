"""Brands are found by a part of a message (R-Z4's "why did I get this?"): trigrams over the forms that are compared."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from iys_portal.core.turkish_db import comparable_sql

INDEXES = {
    "brand_name_like": "providers_brand USING gin (turkish_comparable(name) gin_trgm_ops)",
    "brand_short_name_like": "providers_brand USING gin (turkish_comparable(short_name) gin_trgm_ops)",
    "brand_name_same": "providers_brand (turkish_comparable(name))",
    "brand_value_like": "providers_brandvalue USING gin (key gin_trgm_ops)",
}


class Migration(migrations.Migration):
    dependencies = [("providers", "0008_mersis_copy")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(comparable_sql(), "DROP FUNCTION turkish_comparable(text)"),
        # Functions of the schema's owner are closed to everybody by default.
        migrations.RunSQL("GRANT EXECUTE ON FUNCTION turkish_comparable(text) TO PUBLIC", migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}")
            for name, what in INDEXES.items()
        ),
    ]
