"""Test databases: a template per state of the migrations, a clone per process, fresh ones for tests that commit."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "test_iys_"
LOCK = 7_300_001


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(
        [
            *ROOT.glob("*/migrations/*.py"),
            *ROOT.glob("iys_portal/*/migrations/*.py"),
            ROOT / "requirements.txt",
        ]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    owner = settings.DATABASES["owner"]
    with psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"] or None,
        dbname=owner["NAME"], autocommit=True,
    ) as connection:  # fmt: skip
        yield connection


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database; the server waits some seconds for its last sessions, those of killed processes take longer."""
    for attempt in range(8):
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            if attempt == 7:
                raise AssertionError(f"{name} is still used: {_sessions(connection, name)}") from None
        else:
            return


def _sessions(connection: psycopg.Connection, name: str) -> list[tuple[object, ...]]:
    columns = "pid, usename, backend_type, state, backend_start, left(query, 200)"
    return connection.execute(
        f"SELECT {columns} FROM pg_stat_activity WHERE datname = %s",
        [name],
    ).fetchall()


def template() -> str:
    """Name of a migrated database, made when the migrations changed; older ones are dropped."""
    name = f"{PREFIX}template_{_fingerprint()}"
    with _maintenance() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not _exists(connection, name):
            pattern = PREFIX + "template%"
            for (old,) in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
            ).fetchall():
                _drop(connection, old)
            raw = f"{PREFIX}template_raw"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(raw)))
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(raw)))
            _migrate(raw)
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(name))
            )
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def _migrate(name: str) -> None:
    owner = connections["owner"]
    former = owner.settings_dict["NAME"]
    owner.close()
    owner.settings_dict["NAME"] = name
    try:
        call_command("migrate", database="owner", verbosity=0)
    finally:
        owner.close()
        owner.settings_dict["NAME"] = former


def clone(name: str) -> str:
    """A fresh copy of the template under this name."""
    source = template()
    with _maintenance() as connection:
        _drop(connection, name)
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute(
            # Its files are copied: through the log, as is usual, it takes half as long again.
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
        _as_strict_as_real(connection, name)
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def _as_strict_as_real(connection: psycopg.Connection, name: str) -> None:
    """Rights on a database are not copied from its template."""
    roles = {settings.DATABASES["default"]["USER"]: "CONNECT, TEMPORARY"}
    if settings.DATABASE_EXPIRY is not None:
        roles[settings.DATABASE_EXPIRY["USER"]] = "CONNECT"
    database = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role, rights in roles.items():
        connection.execute(
            sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(rights), database, sql.Identifier(role))
        )


def drop(name: str) -> None:
    with _maintenance() as connection:
        _drop(connection, name)


@contextmanager
def default_is(name: str) -> Iterator[None]:
    """Point Django's connection at another database for a while."""
    connection = connections["default"]
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = former
