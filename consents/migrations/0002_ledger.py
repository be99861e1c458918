"""What Django's schema cannot say of the big tables: triggers, sequence, unlogged staging, indexes of their own kind."""

from django.db import migrations

from iys_portal.core.database import refuse_changes_sql


class Migration(migrations.Migration):
    dependencies = [("consents", "0001_initial"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE consents_event_number CACHE 1", "DROP SEQUENCE consents_event_number"),
        migrations.RunSQL(
            refuse_changes_sql("consents_consentevent"),
            "DROP TRIGGER consents_consentevent_append_only ON consents_consentevent",
        ),
        migrations.RunSQL(
            "ALTER TABLE consents_stagedrow SET UNLOGGED",
            "ALTER TABLE consents_stagedrow SET LOGGED",
        ),
        # Which event carries this number, which events did this job write? Numbers grow with the heap, so a block
        # range index answers at almost no cost to writers.
        migrations.RunSQL(
            "CREATE INDEX event_number ON consents_consentevent USING brin (event_id) WITH (pages_per_range = 16)",
            "DROP INDEX event_number",
        ),
        # Which consents has this brand at this e-mail domain?
        migrations.RunSQL(
            "CREATE INDEX consent_of_domain ON consents_consent (brand_id, split_part(recipient, '@', 2), recipient)"
            " WHERE channel = 3",
            "DROP INDEX consent_of_domain",
        ),
        migrations.RunSQL(
            "ALTER TABLE consents_brandcounter SET (fillfactor = 50)",
            "ALTER TABLE consents_brandcounter RESET (fillfactor)",
        ),
    ]
