"""A migration on a database that is full: of rows and work, and of a disk without room (docs/faults.md)."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consents.models import Consent, ConsentEvent
from consents.services.records import record_consents
from consents.services.verification import verify_ledger
from tests.databases import ROOT
from tests.factories import BrandFactory, officer_of
from tests.workers import environment

from .disks import fill
from .machine import Machine
from .works import given

pytestmark = [pytest.mark.soak, pytest.mark.processes]
BEFORE, TABLE = "0041_push_cursor", "consents_keyundo"
"""The state before the last migration of the ledger's app, and the table that it changes."""
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE table_name = %s"
IMPATIENT = "-c lock_timeout=5000"
"""As production's owner waits for a lock (settings.production)."""


def migrate(database: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=1", "--database=owner", *words],
        cwd=ROOT, env=environment(database, folder) | {"PGOPTIONS": IMPATIENT}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def columns(machine: Machine, database: str) -> int:
    with machine.superuser(database) as superuser:
        (found,) = superuser.execute(COLUMNS, [TABLE]).fetchone() or (0,)
    return int(found)


@pytest.fixture
def filled(database: str, settings: Any) -> int:
    settings.REGISTRY = {**settings.REGISTRY, "NOTICES": False}
    brand = BrandFactory()
    record_consents(actor=officer_of(brand), brand=brand, entries=given(5_000))
    return 5_000


def whole(filled: int) -> bool:
    return Consent.objects.count() == ConsentEvent.objects.count() == filled and not verify_ledger(states=True).flaws


def test_migration_beside_somebody_who_writes(machine: Machine, database: str, filled: int, tmp_path: Path) -> None:
    """It gives up after five seconds without a change, nobody stands behind it, and a second run does it."""
    after = columns(machine, database)
    assert migrate(database, tmp_path, "consents", BEFORE).returncode == 0
    before = columns(machine, database)
    assert before < after
    with machine.superuser(database) as writer:
        writer.autocommit = False
        writer.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")
        done = migrate(database, tmp_path)
        assert done.returncode != 0 and "lock timeout" in done.stderr
        assert columns(machine, database) == before
    assert migrate(database, tmp_path).returncode == 0
    assert columns(machine, database) == after
    assert whole(filled)


@pytest.mark.root
def test_migration_without_room(
    small_database: Path, machine: Machine, database: str, filled: int, tmp_path: Path
) -> None:
    """An index that finds no room is taken back whole; the same migration passes when there is room."""
    after = columns(machine, database)
    assert migrate(database, tmp_path, "consents", "0030_acts_of_programs").returncode == 0
    before = columns(machine, database)
    filler = fill(small_database)
    done = migrate(database, tmp_path)
    assert done.returncode != 0 and "No space left on device" in done.stderr
    filler.unlink()  # without any room nobody can even look
    assert columns(machine, database) == before
    assert migrate(database, tmp_path).returncode == 0
    assert columns(machine, database) == after
    assert whole(filled)
