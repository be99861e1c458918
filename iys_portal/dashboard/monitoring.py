"""What operators watch: is the portal ready, and the measures that Prometheus reads.

Measures of the whole registry are asked of the database when they are read, so it does not matter which process
answers; measures of requests are counted by each process (django-prometheus) and summed over gunicorn's workers.
Every question here is answered by an index or a handful of rows.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F, Min, Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from consents.enums import Lane, NoticeState
from consents.models import Notice, NoticeBatch, SealMark
from iys_portal.core.enums import JobState, Means, OutboxState
from iys_portal.core.jobs import queue_names
from iys_portal.core.models import Job, OutboxMessage
from iys_portal.core.pulse import pulse_age

log = logging.getLogger(__name__)
LATE_PULSE = timedelta(minutes=2)
LATE_SEAL = timedelta(minutes=5)
CLOCK_DIFFERENCE = timedelta(seconds=20)
BESIDE = frozenset({"beat", "seals", "clock"})  # they need a person, but this process can serve
RECENT_JOBS = 10_000
IMPORT_TASKS = ("consents.check_import", "consents.apply_import", "consents.undo_import")


@dataclass(frozen=True)
class Readiness:
    """`checks` says `ok`, `late` or `fails` by name.

    Late ones need a person; without the queue work waits, but pages and refusals go on (docs/faults.md).
    """

    checks: dict[str, str]

    @property
    def ready(self) -> bool:
        return self.checks["database"] == self.checks["migrations"] == "ok"

    @property
    def on_time(self) -> bool:
        return set(self.checks.values()) == {"ok"}


def readiness() -> Readiness:
    """Judge what a web process needs (database, migrations), and beside it the queue, beat, seals and the clock."""
    checks = {"database": _check(_database), "migrations": "fails", "queue": _check(_queue)}
    checks |= {"beat": "late", "seals": "late", "clock": "late"}
    if checks["database"] == "ok":
        checks["migrations"] = _check(_migrations)
        checks["clock"] = _check(lambda: _in_time(abs(clock_difference()), CLOCK_DIFFERENCE))
        checks["seals"] = _check(lambda: _in_time(seal_lag(timezone.now()), LATE_SEAL))
    if checks["queue"] == "ok":
        checks["beat"] = _check(lambda: _in_time(max(_ages().values()), LATE_PULSE))
    return Readiness({name: "late" if name in BESIDE and s == "fails" else s for name, s in checks.items()})


def _check(run: Callable[[], bool]) -> str:
    try:
        return "ok" if run() else "fails"
    except (DatabaseError, redis.RedisError) as error:
        log.warning("readiness_failed reason=%s", type(error).__name__)
        return "fails"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


_migrated = False


def _migrations() -> bool:
    """Every migration of this code is applied; the database may know later ones (a rolling upgrade). Asked until so."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _broker() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)


def _queue() -> bool:
    with _broker() as client:
        return bool(client.ping())


def clock_difference() -> float:
    """Seconds by which this machine's clock is ahead of the database's; leases and days are counted by both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    return (timezone.now() - theirs).total_seconds()


def _in_time(seconds: float, limit: timedelta) -> bool:
    return seconds <= limit.total_seconds()


def _ages() -> dict[str, float]:
    """Seconds since each queue's worker last answered beat; infinite where it never did."""
    return {queue: pulse_age(queue) for queue in queue_names()}


def seal_lag(now: datetime) -> float:
    """Seconds since the last moment up to which every row is sealed (R-L2); 0 before the first mark."""
    mark = SealMark.objects.first()
    return (now - (mark.sealed_until or mark.at)).total_seconds() if mark else 0.0


class RegistryCollector(Collector):
    """The registry's own measures. One that cannot be asked is left out and counted; the others are shown."""

    def collect(self) -> Iterator[Metric]:
        failed = 0
        began = time.monotonic()
        for ask in (_jobs, _outbox, _notices, _ledger, _imports, _queues):
            try:
                yield from ask()
            except (DatabaseError, redis.RedisError) as error:
                failed += 1
                log.warning("measure_failed name=%s reason=%s", ask.__name__, type(error).__name__)
        yield GaugeMetricFamily("iys_measures_failed", "Groups of measures that could not be asked.", failed)
        yield GaugeMetricFamily("iys_measures_seconds", "How long asking took.", time.monotonic() - began)

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked when the page's registry is put together."""
        return iter(())


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _age(moment: datetime | None) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def _jobs() -> Iterator[Metric]:
    active = Job.objects.filter(state__in=(JobState.QUEUED, JobState.RUNNING))
    counts = dict.fromkeys(JobState.values, 0) | dict(active.order_by().values_list("state").annotate(Count("pk")))
    last = Job.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    hour = timezone.now() - timedelta(hours=1)
    ended = Job.objects.filter(pk__gt=last - RECENT_JOBS, finished_at__gte=hour)
    counts |= dict(ended.order_by().values_list("state").annotate(Count("pk")))
    yield _gauge("iys_jobs", "Jobs by state; ended ones of the last hour.", "state", counts)
    oldest = active.filter(state=JobState.QUEUED).aggregate(oldest=Min("created_at"))["oldest"]
    yield GaugeMetricFamily("iys_job_queue_age_seconds", "How long the oldest queued job waits.", _age(oldest))


def _outbox() -> Iterator[Metric]:
    waiting = OutboxMessage.objects.filter(state__in=(OutboxState.WAITING, OutboxState.CLAIMED))
    found = waiting.aggregate(total=Count("pk"), oldest=Min("created_at"))
    yield GaugeMetricFamily("iys_outbox_waiting", "Codes, invitations and answers that wait.", found["total"])
    yield GaugeMetricFamily("iys_outbox_age_seconds", "How long the oldest of them waits.", _age(found["oldest"]))


def _notices() -> Iterator[Metric]:
    delay = GaugeMetricFamily(
        "iys_notice_delay_seconds", "How long the oldest due notice waits.", labels=["lane", "means"]
    )
    for lane in Lane:
        for means in Means:
            due = Notice.objects.filter(lane=lane, means=means, state__lte=NoticeState.CLAIMED)
            delay.add_metric([lane.name.lower(), means.name.lower()], _age(due.aggregate(at=Min("next_try_at"))["at"]))
    yield delay
    batches = NoticeBatch.objects.filter(unfolded__lt=F("total"))
    rows = batches.aggregate(rows=Sum(F("total") - F("unfolded")))["rows"] or 0
    yield GaugeMetricFamily("iys_notice_bulk_rows", "Notices of files that are still to be written.", rows)


def _ledger() -> Iterator[Metric]:
    yield GaugeMetricFamily("iys_seal_lag_seconds", "Age of the newest sealed moment.", seal_lag(timezone.now()))
    yield GaugeMetricFamily("iys_clock_difference_seconds", "This clock ahead of the database's.", clock_difference())
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM consents_event_number")
        (number,) = cursor.fetchone()
    yield CounterMetricFamily("iys_ledger_events", "Numbers given to events of the ledger.", number)


def _imports() -> Iterator[Metric]:
    """Rows a second of the imports under way, together."""
    rate = 0.0
    running = Job.objects.filter(state=JobState.RUNNING, task__in=IMPORT_TASKS, started_at__isnull=False)
    for done, started in running.values_list("done", "started_at"):
        rate += done / max(1.0, _age(started))
    yield GaugeMetricFamily("iys_import_rows_per_second", "Rows a second of the imports under way.", rate)


def _queues() -> Iterator[Metric]:
    ages = {queue: min(age, 1e9) for queue, age in _ages().items()}
    yield _gauge("iys_pulse_age_seconds", "Since beat and a worker of this queue were last seen.", "queue", ages)
    with _broker() as client:
        waiting: dict[str, Any] = {queue: client.llen(queue) for queue in queue_names()}
    yield _gauge("iys_queue_tasks", "Tasks that wait in the broker.", "queue", waiting)
