"""One machine for all faults, a fresh database and fresh processes for each."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from iys_portal.celery import app
from tests import databases
from tests.embedded.conftest import remove
from tests.mail_servers import MailServer

from .disks import small_disk
from .machine import Machine, Portal, fresh_database, pointed_at


@pytest.fixture(scope="package")
def machine() -> Iterator[Machine]:
    checkout = Path(tempfile.mkdtemp(prefix="iys-faults-")).resolve()
    found = Machine(checkout)
    try:
        yield found
        found.leave()
    finally:
        remove(checkout)
        shutil.rmtree(checkout)


@pytest.fixture
def database(machine: Machine, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database of its own; tasks that the test publishes go to a queue of that name."""
    former = app.conf.task_default_queue
    with django_db_blocker.unblock(), pointed_at(machine), fresh_database(machine, "test_iys_faults") as name:
        machine.empty_valkey()
        with machine.superuser() as superuser:
            superuser.execute("CHECKPOINT")  # so that a recovery repeats this test's writes alone
        app.conf.task_default_queue = name
        yield name
        app.conf.task_default_queue = former


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def portal(machine: Machine, database: str, mails: MailServer, tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """`portal(NAME=value)`: processes that are started one by one, and ended with the test."""
    made: list[Portal] = []

    def make(**more: str) -> Portal:
        made.append(Portal.on(machine, database, tmp_path, **(mails.environment() | more)))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def small_database(machine: Machine, database: str, tmp_path: Path) -> Iterator[Path]:
    """The test's database stands on a disk of 96 MB; the server's log of writes has another one."""
    with small_disk(machine.place.state / "small", 96) as disk:
        shutil.chown(disk, machine.place.uid, machine.place.gid)
        with machine.superuser() as superuser:
            superuser.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            connections.close_all()
            superuser.execute(f"ALTER DATABASE {database} SET TABLESPACE small")
        yield disk
        with contextlib.suppress(FileNotFoundError):
            (disk / "filler").unlink()
        connections.close_all()
        databases.drop(database)
        with machine.superuser() as superuser:
            superuser.execute("CHECKPOINT")
            superuser.execute("DROP TABLESPACE small")
