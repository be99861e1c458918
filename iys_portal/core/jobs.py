"""Jobs: work that a user waits for, claimed with a lease, safe to run twice and to kill in the middle (design 3)."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from redis import RedisError

from . import valkey
from .actors import Actor, ActorKind
from .enums import JobState
from .errors import DomainError, WrongMoment
from .models import Job
from .outages import is_outage

log = logging.getLogger(__name__)
NUDGE_HOLDS = 5
"""Seconds: the timetable looks as often."""
PICK_UP_AFTER = timedelta(seconds=20)


class JobLost(Exception):
    """Another worker holds the job now: stop at once, write nothing more."""


class JobCancelled(Exception):
    """Somebody asked to stop; what is committed stays consistent."""


class JobWaits(Exception):
    """Something else has to end first: back into the queue, and beat hands the job out again."""


def enqueue(task: str, *arguments: Any) -> None:
    """Publish a task by name after the present transaction has committed.

    A broker that does not answer loses nothing: the row that the task works on is found by beat's sweepers.
    """

    def publish() -> None:
        from iys_portal.celery import BrokerDown, app

        try:
            app.send_task(task, args=list(arguments), retry=False)
        except (OSError, BrokerDown, RedisError) as error:  # the last from a line that a restart had closed
            log.warning("enqueue_failed task=%s reason=%s", task, type(error).__name__)

    transaction.on_commit(publish)


def nudge(task: str, *arguments: Any) -> None:
    """Publish a task that looks for its work itself, after the commit, unless the same one waits already.

    The task calls `begun` before it looks; so whatever was committed before a nudge was left out is found by the one
    that waits. A mark that nobody takes away, as its worker died, goes by itself when the timetable's own run is due.
    """

    def publish() -> None:
        try:
            if not valkey.client().set(_mark(task, arguments), 1, nx=True, ex=NUDGE_HOLDS):
                return
        except RedisError as error:
            log.warning("nudge_not_marked task=%s reason=%s", task, type(error).__name__)
        enqueue(task, *arguments)

    transaction.on_commit(publish)


def begun(task: str, *arguments: Any) -> None:
    """A nudged task begins: from here on another one may wait behind it."""
    try:
        valkey.client().delete(_mark(task, arguments))
    except RedisError as error:
        log.warning("nudge_not_begun task=%s reason=%s", task, type(error).__name__)


def _mark(task: str, arguments: tuple[Any, ...]) -> str:
    """The mark that a task waits for this database in the queue of this process."""
    return ":".join(("nudge", connection.settings_dict["NAME"], queue_names()[1], task, *map(str, arguments)))


def queue_names() -> tuple[str, str]:
    """The broker's queues: long work, and what people wait for."""
    from iys_portal.celery import app, express_queue

    return app.conf.task_default_queue, express_queue()


def start_job(
    task: str,
    *,
    title: str,
    actor: Actor,
    provider_id: int | None = None,
    payload: dict[str, Any] | None = None,
    publish: bool = True,
) -> Job:
    """Create a queued job and publish its task on commit; without `publish` the caller runs it itself."""
    job = Job.objects.create(
        task=task,
        title=title[:200],
        provider_id=provider_id,
        payload=payload or {},
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=timezone.now(),
    )
    if publish:
        enqueue(task, job.pk)
    return job


def starter_of(job: Job, *, way: str = "task") -> Actor:
    """Who started a job, for what it records in their name; without a permission, which was asked at the start."""
    return Actor(kind=ActorKind(job.actor_kind), id=job.actor_id, name=job.actor_name, way=way)


def request_cancel(job: Job) -> None:
    """Ask a queued or running job to stop at its next step."""
    if not Job.objects.filter(pk=job.pk, state__in=[JobState.QUEUED, JobState.RUNNING]).update(cancel_requested=True):
        raise WrongMoment


def restart_job(job: Job) -> None:
    """Put a failed or cancelled job back into the queue; raises `WrongMoment` for any other."""
    ended = Job.objects.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
    with transaction.atomic():
        if not ended.update(
            state=JobState.QUEUED,
            finished_at=None,
            error="",
            cancel_requested=False,
            created_at=timezone.now(),
        ):
            raise WrongMoment
        enqueue(job.task, job.pk)


class Run:
    """One worker's hold on a job. Every call extends the lease and notices its loss."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def mine(self) -> Any:
        """The job's row while this worker holds it, for one statement; none afterwards."""
        return Job.objects.filter(pk=self.job.pk, token=self.job.token, state=JobState.RUNNING)

    def progress(self, *, done: int | None = None, total: int | None = None, step: str | None = None) -> None:
        """Record how far it is. Raises `JobLost` or `JobCancelled`."""
        changes: dict[str, Any] = {"lease_until": timezone.now() + settings.REGISTRY["JOB_LEASE"]}
        changes |= {k: v for k, v in {"done": done, "total": total, "step": step}.items() if v is not None}
        if not self.mine().update(**changes):
            raise JobLost(self.job.pk)
        if Job.objects.values_list("cancel_requested", flat=True).get(pk=self.job.pk):
            raise JobCancelled(self.job.pk)

    def hold(self) -> None:
        """Lock the job's row inside the caller's transaction; raises `JobLost` when another worker has it."""
        if not self.mine().select_for_update(of=("self",), no_key=True).values_list("pk").first():
            raise JobLost(self.job.pk)

    def put_back(self) -> None:
        """Queue it anew, as if it had just been made; nothing happens when another worker has taken over."""
        self.mine().update(state=JobState.QUEUED, created_at=timezone.now(), lease_until=None, token=None)

    def wait_for_the_registry(self) -> None:
        """Queue it again as it stands, on a new connection; how long it waits is counted from its beginning."""
        connection.close()
        step = _("Waits until the registry's own fault is over; goes on by itself")
        self.mine().update(state=JobState.QUEUED, step=step, lease_until=None, token=None)

    def finish(self, state: JobState, *, error: str = "") -> None:
        """Write the final state; nothing happens when another worker has taken over."""
        self.mine().update(state=state, error=error, finished_at=timezone.now(), lease_until=None, token=None)


def _claim(job_id: int) -> Job | None:
    now = timezone.now()
    claimable = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    token = uuid.uuid4()
    taken = Job.objects.filter(claimable, pk=job_id).update(
        state=JobState.RUNNING,
        token=token,
        lease_until=now + settings.REGISTRY["JOB_LEASE"],
        attempts=F("attempts") + 1,
        started_at=now,
    )
    return Job.objects.get(pk=job_id) if taken else None


@contextmanager
def _lease_kept(run: Run) -> Iterator[None]:
    """Extend the lease from a thread while the block works, so that a long step does not lose the job."""
    lease = settings.REGISTRY["JOB_LEASE"]
    done = Event()

    def keep() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                run.mine().update(lease_until=timezone.now() + lease)
            except DatabaseError as error:
                log.warning("lease_not_extended id=%s reason=%s", run.job.pk, type(error).__name__)
            finally:
                connection.close()

    keeper = Thread(target=keep, name=f"lease-{run.job.pk}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


@contextmanager
def claimed(job_id: int) -> Iterator[Run | None]:
    """Hold a job for the length of the block and always write its final state.

    Yields None when somebody else holds it or it is finished: a second delivery does nothing. A `DomainError` is
    the job's readable failure; any other exception is recorded as failed and raised on. `JobWaits` puts it back into
    the queue. So does an outage (`core.outages`), until it is over: nobody has to press a button then. Losing the
    lease or being killed writes nothing, and beat hands the job to the next worker.
    """
    job = _claim(job_id)
    if job is None:
        yield None
        return
    run = Run(job)
    try:
        with _lease_kept(run):
            yield run
    except JobLost:
        log.warning("job_lost id=%s", job_id)
    except JobWaits:
        run.put_back()
    except JobCancelled:
        run.finish(JobState.CANCELLED)
    except DomainError as error:
        run.finish(JobState.FAILED, error=str(error))
    except Exception as error:
        if is_outage(error):
            log.exception("job_waits id=%s", job_id)
            run.wait_for_the_registry()
            return
        log.exception("job_failed id=%s", job_id)
        run.finish(JobState.FAILED, error=type(error).__name__)
        raise
    else:
        run.finish(JobState.DONE)


def sweep() -> int:
    """Publish again every job that was never picked up or whose worker died; returns how many."""
    now = timezone.now()
    lost = Q(state=JobState.QUEUED, created_at__lt=now - PICK_UP_AFTER) | Q(state=JobState.RUNNING, lease_until__lt=now)
    jobs = list(Job.objects.filter(lost).values_list("task", "pk")[:100])
    for task, key in jobs:
        enqueue(task, key)
    return len(jobs)
