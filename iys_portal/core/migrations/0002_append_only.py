"""The function by which the database refuses changes, and the audit log as its first user (R-L1)."""

from django.db import migrations

from iys_portal.core.database import REFUSE_FUNCTION, refuse_changes_sql


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"""
            CREATE FUNCTION {REFUSE_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
                    USING ERRCODE = 'restrict_violation';
            END $$
            """,
            f"DROP FUNCTION {REFUSE_FUNCTION}()",
        ),
        migrations.RunSQL(
            refuse_changes_sql("core_auditentry"),
            "DROP TRIGGER core_auditentry_append_only ON core_auditentry",
        ),
    ]
