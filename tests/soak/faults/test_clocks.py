"""Clocks that are wrong: of one worker among others, and of the machine (docs/faults.md)."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from consents.models import LedgerSeal, Notice, SealMark
from consents.services.seals import seal_ledger
from iys_portal.dashboard import monitoring
from tests.workers import kill, until

from .machine import Portal
from .works import WORKS, Notices, Seal, Work

pytestmark = [pytest.mark.soak, pytest.mark.processes]
HOUR = 3_600
MOVED = """
import sys, time_machine
from datetime import UTC, datetime, timedelta
time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(sys.argv.pop(1))), tick=True).start()
from celery.__main__ import main
sys.argv[0] = "celery"
main()
"""


@pytest.fixture
def work(request: Any, machine: Any, database: str, tmp_path: Path, mails: Any, settings: Any) -> Work:
    found = WORKS[request.param](machine, database, tmp_path, mails, settings)
    found.prepare()
    return found


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "behind"])
@pytest.mark.parametrize("work", ["import", "notices"], indirect=True)
def test_one_workers_clock_is_moved(work: Work, by: int, portal: Callable[..., Portal]) -> None:
    """The worker with the wrong clock takes the work up, is killed in its middle, and one with the right clock ends it.

    What the former had set into the future (leases, the next try) waits so long, so the hour is let pass. Fresh notices
    are not due yet by a clock that is behind: its worker leaves them alone.
    """
    running = portal(**work.env)
    running.start_worker(program=[sys.executable, "-c", MOVED, str(by)])
    running.start_beat()
    work.begin()
    if isinstance(work, Notices) and by < 0:
        assert work.is_left_alone(seconds=20)  # beat asks every five
        assert running.worker.poll() is None
    else:
        work.hold()
    kill(running.worker)
    work.let_go()
    running.start_worker()
    if isinstance(work, Notices):
        Notice.objects.filter(next_try_at__gt=timezone.now()).update(next_try_at=timezone.now())
        work.again = work.PEOPLE  # a clock that is ahead takes what another is sending, under the same id
    else:
        item = work.item  # type: ignore[attr-defined]
        type(item.apply_job).objects.filter(lease_until__gt=timezone.now()).update(lease_until=timezone.now())
    until(work.done, seconds=120, what="the end of the work")
    work.prove()


@pytest.mark.parametrize("work", ["seal"], indirect=True)
def test_the_machines_clock_goes_back(work: Seal, settings: Any) -> None:
    """A mark of the future holds the seals up for seconds, not for the hour by which the clock went back."""
    later = timezone.now() + timedelta(seconds=HOUR)
    assert seal_ledger(now=later).seals == 0
    assert SealMark.objects.get().at == later
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(milliseconds=50)}
    work.begin()
    work.let_go()
    until(lambda: bool(seal_ledger().seals) or work.done(), seconds=20, what="a seal")
    until(lambda: seal_ledger() is not None and work.done(), seconds=20, what="all seals")
    work.prove()
    assert LedgerSeal.objects.exists()


def test_readiness_names_a_wrong_clock(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert monitoring.readiness().checks["clock"] == "ok"
    now = timezone.now
    monkeypatch.setattr(monitoring.timezone, "now", lambda: now() - timedelta(minutes=2))
    assert monitoring.readiness().checks["clock"] == "late"
