"""Append-only tables let their owner delete inside the functions that expire records, and nobody else (R-L5)."""

from django.db import migrations

from iys_portal.core.database import EXPIRING, REFUSE_FUNCTION

REFUSE = """
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {exception}
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$
"""
LET_OWNER = f"""
        IF TG_OP = 'DELETE'
            AND current_setting('{EXPIRING}', true) = pg_current_xact_id_if_assigned()::text
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
        THEN
            RETURN NULL;
        END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_documents")]

    operations = [
        migrations.RunSQL(
            REFUSE.format(name=REFUSE_FUNCTION, exception=LET_OWNER), REFUSE.format(name=REFUSE_FUNCTION, exception="")
        ),
    ]
