"""Rights of the application's database role: everything but schema changes, and append-only where a model says so."""

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

REFUSE_FUNCTION = "core_refuse_change"


def append_only_tables() -> list[str]:
    """Tables whose model is marked `append_only = True` (ledger, audit log)."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def grant_application_role(connection: BaseDatabaseWrapper) -> None:
    """Give the application's role what it needs on every table; run as owner after each migration."""
    role = connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    if settings.DATABASES["default"]["USER"] == connection.settings_dict["USER"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in append_only_tables():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {connection.ops.quote_name(table)} FROM {role}")


def refuse_changes_sql(table: str) -> str:
    """SQL of the trigger by which the database itself refuses UPDATE, DELETE and TRUNCATE (R-L1)."""
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE_FUNCTION}()"
    )
