"""Rights of the application's database role: everything but schema changes, and append-only where a model says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as default
from django.db.backends.base.base import BaseDatabaseWrapper

REFUSE_FUNCTION = "core_refuse_change"
FOR_EXPIRY = "called by the expiry role alone"
"""The comment by which a migration marks a function for the role that may expire records (R-L5)."""

EXPIRING = "iys.expiring"
"""Transaction-local mark that the expiry functions set (R-L5): append-only tables then let their owner delete."""


@contextmanager
def expiry_session() -> Iterator[psycopg.Connection]:
    """A session of the role that may expire records (R-L5), on Django's present database.

    Raises `ImproperlyConfigured` where no such role is named.
    """
    values = settings.DATABASE_EXPIRY
    if values is None:
        raise ImproperlyConfigured("Records expire through a database role of its own: set DATABASE_EXPIRY_URL.")
    with psycopg.connect(
        host=values["HOST"] or None,
        port=values["PORT"] or None,
        user=values["USER"],
        password=values["PASSWORD"] or None,
        dbname=default.settings_dict["NAME"],
        **values["OPTIONS"],
        options=settings.EXPIRY_SESSION_OPTIONS,
    ) as session:
        yield session


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
        _grant_expiry_role(cursor, connection)


def _grant_expiry_role(cursor: Any, connection: BaseDatabaseWrapper) -> None:
    """The expiry role calls the functions that erase, and can do nothing else (R-L5)."""
    if settings.DATABASE_EXPIRY is None:
        return
    role = connection.ops.quote_name(settings.DATABASE_EXPIRY["USER"])
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_EXPIRY["USER"]])
    if cursor.fetchone():
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
            " AND obj_description(oid, 'pg_proc') = %s",
            [FOR_EXPIRY],
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {role}")


def refuse_changes_sql(table: str) -> str:
    """SQL of the trigger by which the database itself refuses UPDATE, DELETE and TRUNCATE (R-L1)."""
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE_FUNCTION}()"
    )
