"""Two beats, and two workers with the same work: it is done once (docs/faults.md)."""

from collections.abc import Callable
from typing import Any

import pytest

from consents.models import ConsentImport
from iys_portal.celery import app, express_queue
from iys_portal.core.models import AuditEntry, Document
from tests.workers import until

from .machine import Portal
from .works import WORKS, Import, Notices, Pdf, Seal, Work

pytestmark = [pytest.mark.soak, pytest.mark.processes]
TIMES = 4


@pytest.fixture
def work(request: Any, machine: Any, database: str, tmp_path: Any, mails: Any, settings: Any) -> Work:
    found = WORKS[request.param](machine, database, tmp_path, mails, settings)
    found.prepare()
    return found


def deliver_again(work: Work) -> None:
    """The task of this work, as a broker delivers it twice after a fault, to whoever is free."""
    if isinstance(work, Import):
        job = ConsentImport.objects.get(pk=work.pk).apply_job_id
        name, words, queue = "consents.apply_import", [job], app.conf.task_default_queue
    elif isinstance(work, Pdf):
        name, words, queue = "core.render_document", [work.pk], express_queue()
    elif isinstance(work, Seal):
        name, words, queue = "consents.seal_ledger", [], express_queue()
    elif isinstance(work, Notices):
        name, words, queue = "consents.send_notices", [1, 1], express_queue()
    else:
        name, words, queue = "consents.run_webhooks", [], express_queue()
    for _time in range(TIMES):
        app.send_task(name, args=words, queue=queue)


@pytest.mark.parametrize("work", WORKS, indirect=True)
def test_two_workers_and_two_beats(work: Work, portal: Callable[..., Portal], tmp_path: Any) -> None:
    """Four more deliveries of the task while it is in its middle, two workers, two timetables."""
    running = portal(**work.env)
    running.start_worker()
    running.start_worker()
    first = running.start_beat()
    second = running.start_beat(BEAT_SCHEDULE=str(tmp_path / "second-schedule"))
    running.beat, extra = first, second
    try:
        work.begin()
        work.hold()
        deliver_again(work)
        until(lambda: extra.poll() is None, what="the second beat")
        work.let_go()
        until(work.done, seconds=120, what="the end of the work")
    finally:
        extra.kill()
        extra.wait()
    work.again = 0
    work.prove()
    assert AuditEntry.objects.filter(verb="import.applied").count() == int(isinstance(work, Import))
    assert Document.objects.count() == int(isinstance(work, Pdf))
