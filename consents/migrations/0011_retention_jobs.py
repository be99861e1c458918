"""A run of the expiry is a job (R-L5), and its functions say whom they are for."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from iys_portal.core.database import FOR_EXPIRY

FUNCTIONS = (
    "consents_expire(text[], int[], smallint[], smallint[], interval, timestamptz, bytea, bytea, bytea, bytea)",
    "consents_expire_entries(int, interval, timestamptz)",
)


def give_jobs(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Runs that were made before get the job that they would have had; one that never ended has failed."""
    alias = schema_editor.connection.alias
    job, run = apps.get_model("core", "Job"), apps.get_model("consents", "RetentionRun")
    for item in run.objects.using(alias).order_by("pk"):
        item.job = job.objects.using(alias).create(
            task="consents.run_retention",
            title="Kayıtların silinmesi",
            state="done" if item.finished_at else "failed",
            actor_kind=1 if item.actor_id else 0,
            actor_id=item.actor_id,
            actor_name=item.actor_name,
            created_at=item.started_at,
            started_at=item.started_at,
            finished_at=item.finished_at or item.started_at,
        )
        item.save(update_fields=["job"])


class Migration(migrations.Migration):
    dependencies = [("consents", "0010_retention"), ("core", "0008_expiry")]

    operations = [
        migrations.AddField(
            "retentionrun",
            "job",
            models.OneToOneField("core.job", models.PROTECT, null=True, related_name="+"),
        ),
        migrations.RunPython(give_jobs, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            "retentionrun", "job", models.OneToOneField("core.job", models.PROTECT, related_name="+")
        ),
        migrations.RemoveField("retentionrun", "actor_id"),
        migrations.RemoveField("retentionrun", "actor_name"),
        migrations.RemoveField("retentionrun", "started_at"),
        migrations.RemoveField("retentionrun", "finished_at"),
        *(
            migrations.RunSQL(f"COMMENT ON FUNCTION {name} IS '{FOR_EXPIRY}'", f"COMMENT ON FUNCTION {name} IS NULL")
            for name in FUNCTIONS
        ),
    ]
