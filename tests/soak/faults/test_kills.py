"""Fault × work: what is killed in the middle of an import, of notices, a seal, a PDF and a webhook (docs/faults.md).

After each: nothing is lost, nothing is done twice but a message that was under way (R-M5), and the portal goes on
without a person: workers and beat that lived take the next task, too. What ended is started again, as systemd and the
container engine do (`Restart=always`).
"""

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iys_portal.core import outbox
from iys_portal.core.enums import OutboxState
from iys_portal.core.models import OutboxMessage
from tests.mail_servers import MailServer
from tests.workers import kill, until

from .machine import Machine, Portal
from .works import WORKS, Work

pytestmark = [pytest.mark.soak, pytest.mark.processes]


@pytest.fixture
def work(request: Any, machine: Machine, database: str, tmp_path: Path, mails: MailServer, settings: Any) -> Work:
    found = WORKS[request.param](machine, database, tmp_path, mails, settings)
    found.prepare()
    return found


def worker(portal: Portal, work: Work) -> None:
    """Its successor takes over."""
    kill(portal.worker)
    work.let_go()
    portal.start_worker()
    work.leases_end()


def beat(portal: Portal, work: Work) -> None:
    """Started again with the schedule that it left."""
    assert portal.beat is not None
    kill(portal.beat)
    work.let_go()
    portal.start_beat()


def postgres(portal: Portal, work: Work) -> None:
    work.again += work.unflushed
    portal.machine.kill_postgres()
    work.let_go()
    work.leases_end()


def valkey(portal: Portal, work: Work) -> None:
    """A worker that has a task in hand ends when its line breaks (Celery's way); its supervisor starts it again."""
    portal.machine.kill_valkey()
    work.let_go()
    with contextlib.suppress(subprocess.TimeoutExpired):
        portal.worker.wait(timeout=20)
        portal.start_worker()
        work.leases_end()


def emptied_valkey(portal: Portal, work: Work) -> None:
    portal.machine.empty_valkey()
    work.let_go()


FAULTS: list[Callable[[Portal, Work], None]] = [worker, beat, postgres, valkey, emptied_valkey]


@pytest.mark.parametrize("work", WORKS, indirect=True)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_killed_in_the_middle(fault: Callable[..., None], work: Work, portal: Callable[..., Portal]) -> None:
    running = portal(**work.env)
    running.start_worker()
    running.start_beat()
    work.begin()
    work.hold()
    assert not work.done()
    fault(running, work)
    until(work.done, seconds=120, what="the end of the work")
    work.prove()
    goes_on(running)


def goes_on(running: Portal) -> None:
    """A code that somebody waits for leaves; nobody but the killed had to be started again."""
    message = outbox.post(cause="after-the-fault", to="bekleyen@firma.example", subject="Kod", body="x")
    until(lambda: OutboxMessage.objects.get(pk=message.pk).state == OutboxState.SENT, what="the next mail")
    assert running.worker.poll() is None
    assert running.beat is not None and running.beat.poll() is None
