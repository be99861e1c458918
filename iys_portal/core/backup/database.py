"""A database as one file of pg_dump, and back into an empty one; what it holds, as numbers that can be compared."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from iys_portal.core.database import grant_application_role

from . import BackupError
from .programs import program, run

NOT_RESTORED = re.compile(r"^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|SCHEMA - public|COMMENT - SCHEMA) ")
EXTENSION = re.compile(r"^\d+; \d+ \d+ EXTENSION - (\S+)", re.MULTILINE)
LOCK_WAIT = 60  # seconds that a dump waits for a table which a migration holds


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """One moment of the database: what is read in the block and a dump of this snapshot agree. Writes nothing.

    It has no transaction number, so it holds back neither seals nor feed. Raises `BackupError` inside a transaction.
    """
    if connection.in_atomic_block:
        raise BackupError("A backup is taken outside a transaction.")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def dump(connection: BaseDatabaseWrapper, target: Path, *, moment: str) -> None:
    """Write the database as it was at a snapshot. Staged rows (unlogged) are left out: a job stages them again."""
    pg_dump = program("pg_dump", major=server_major(connection))
    command: list[str | Path] = [pg_dump, "--format=custom", "--no-unlogged-table-data", "--no-password"]
    command += [f"--snapshot={moment}", f"--lock-wait-timeout={LOCK_WAIT * 1000}", f"--file={target}"]
    run(command, connection.settings_dict)


def load(connection: BaseDatabaseWrapper, source: Path, *, made_by: int, listing: Path, jobs: int = 1) -> None:
    """Fill an empty database as its owner, and give the other roles their rights.

    With one job it is one transaction: what breaks leaves nothing. With more a broken one leaves a part, which every
    later start refuses. `listing` is a file for our own use.
    """
    if server_major(connection) < made_by:
        raise BackupError(f"The backup comes from PostgreSQL {made_by}; the server here is older.")
    pg_restore = program("pg_restore", major=made_by)
    content = run([pg_restore, "--list", source], connection.settings_dict)
    kept = [line for line in content.splitlines() if not NOT_RESTORED.match(line)]
    listing.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with connection.cursor() as cursor:
        owner = sql.Identifier(connection.settings_dict["USER"])
        cursor.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").format(owner)
        )
        for name in EXTENSION.findall(content):
            if name != "plpgsql":
                cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
    how = ["--single-transaction"] if jobs == 1 else [f"--jobs={jobs}"]
    command: list[str | Path] = [
        pg_restore,
        "--exit-on-error",
        "--no-owner",
        "--no-acl",
        "--no-password",
        f"--use-list={listing}",
    ]
    run([*command, *how, f"--dbname={connection.settings_dict['NAME']}", source], connection.settings_dict)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    grant_application_role(connection)


def server_major(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """No table, view, sequence or function of anybody's but an extension's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace) OR EXISTS ("
            " SELECT FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS ("
            "  SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))"
        )
        return not cursor.fetchone()[0]


def contents(connection: BaseDatabaseWrapper) -> dict[str, dict[str, Any]]:
    """Each table that is kept: its `rows`, and a `digest` over the text of all of them in any order.

    The digest tells what an accident changed. Against intent there are the seals and the manifest's signature.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'")
        cursor.execute("SET LOCAL bytea_output = 'hex'; SET LOCAL intervalstyle = 'postgres'")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND relpersistence = 'p' ORDER BY relname"
        )
        return {table: _content(cursor, table) for (table,) in cursor.fetchall()}


def _content(cursor: Any, table: str) -> dict[str, Any]:
    cursor.execute(
        sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(md5(whole_row::text), 15))::bit(60)::bigint), 0)::text"
            " FROM {} whole_row"
        ).format(sql.Identifier(table))
    )
    rows, digest = cursor.fetchone()
    return {"rows": rows, "digest": digest}


def named_files() -> set[str]:
    """Names of the stored files that rows point to, over every model."""
    names: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField) and model._meta.managed:
                names.update(model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True))
    return names - {None}


def migrations(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the migrations that made the tables: `app.name`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def unknown_migrations(names: list[str]) -> list[str]:
    """Those of another, later code."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return sorted(set(names) - known)


def owner_connection() -> BaseDatabaseWrapper:
    """Tables are made by their owner. Raises `BackupError` where no address of it is set."""
    if "owner" not in connections:
        raise BackupError("Restoring makes tables: set DATABASE_OWNER_URL.")
    return connections["owner"]


def leap(connection: BaseDatabaseWrapper, sequences: Mapping[str, int]) -> None:
    """Move sequences on to at least these numbers, never back."""
    with connection.cursor() as cursor:
        for sequence, number in sequences.items():
            cursor.execute(
                "SELECT setval(%s, greatest(%s, coalesce(pg_sequence_last_value(%s::regclass), 1)))",
                [sequence, number, sequence],
            )


def make(owner: BaseDatabaseWrapper, name: str, *, reader: str) -> bool:
    """Make a database that the application's role may read, unless it stands; whether it was made now.

    Raises `BackupError` with what a superuser has to run where the owner may not make one.
    """
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
        named, role, app = (sql.Identifier(word) for word in (name, owner.settings_dict["USER"], reader))
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            raise BackupError(
                f"A superuser makes the database for drills once, with the locale of deploy/roles.sql:"
                f" CREATE DATABASE {name} OWNER {owner.settings_dict['USER']} TEMPLATE template0 ENCODING 'UTF8'"
            )
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(named, role))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(named))
        cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(named, app))
    return True


def use(alias: str, name: str) -> None:
    """Let a connection of the settings, and those that other threads open, work on another database."""
    connections[alias].close()
    connections[alias].settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = name


def clear(owner: BaseDatabaseWrapper) -> None:
    """Empty a database for drills, so that it can be used again; never called for any other."""
    with owner.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def drop(owner: BaseDatabaseWrapper, name: str) -> None:
    owner.close()
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
