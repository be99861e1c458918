"""A database for the benchmarks alone, made and dropped by the owner's role."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

NAME = "iys_bench"


@contextmanager
def own_database() -> Iterator[None]:
    """Both roles work on a fresh database for the length of the block; child processes find it too."""
    owner = settings.DATABASES["owner"]
    with psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"] or None,
        dbname=owner["NAME"], autocommit=True,
    ) as maintenance:  # fmt: skip
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(NAME))
        maintenance.execute(drop)
        maintenance.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        former = owner["NAME"]
        try:
            for alias in ("owner", "default"):
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = NAME
            for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                head, _, _ = os.environ[variable].rpartition(former)
                os.environ[variable] = head + NAME
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections.close_all()
            maintenance.execute(drop)
