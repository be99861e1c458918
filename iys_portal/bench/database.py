"""Databases for the benchmarks alone, made and dropped by the owner's role."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from iys_portal.core.backup.database import use

NAME, EMPTY, KEPT = "iys_bench", "iys_bench_empty", "iys_bench_kept"


@contextmanager
def own_database(name: str = NAME, *, source: str = "") -> Iterator[None]:
    """Both roles work on a fresh database, or a copy of another, for the length of the block; so do child processes."""
    _drop(name)
    try:
        _make(name, source)
        with _both_use(name):
            call_command("migrate", verbosity=0)
            yield
    finally:
        _drop(name)


def kept(rows: int, fill: Callable[[], None]) -> str:
    """Name of a filled database that stays; filled now where it does not stand yet. Half a filling never counts."""
    name = f"{KEPT}_{rows}"
    if is_kept(rows):
        return name
    half = f"{name}_half"
    with own_database(half):
        fill()
        connections.close_all()
        with _maintenance() as connection:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(half), sql.Identifier(name)))
    return name


def is_kept(rows: int) -> bool:
    with _maintenance() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"{KEPT}_{rows}"])
        return found.fetchone() is not None


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    owner = settings.DATABASES["owner"]
    with psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    ) as connection:  # fmt: skip
        yield connection


def _make(name: str, source: str) -> None:
    with _maintenance() as connection:
        make = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if source:  # its files are copied: a large one's pages need not all go through the log
            make += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(source))
        connection.execute(make)


def _drop(name: str) -> None:
    with _maintenance() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def _both_use(name: str) -> Iterator[None]:
    aliases, variables = ("owner", "default"), ("DATABASE_URL", "DATABASE_OWNER_URL")
    former, addresses = settings.DATABASES["owner"]["NAME"], {key: os.environ[key] for key in variables}
    try:
        for alias in aliases:
            use(alias, name)
        for key, address in addresses.items():
            os.environ[key] = address.rpartition(former)[0] + name
        yield
    finally:
        os.environ.update(addresses)
        for alias in aliases:
            use(alias, former)
