"""Jobs: claimed once, lost with the lease, swept after a crash, always ended with a state."""

import threading
import uuid
from datetime import timedelta

import pytest
import redis
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from iys_portal.celery import BrokerDown, app
from iys_portal.core import jobs, valkey
from iys_portal.core.actors import SYSTEM
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.models import Job

LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def published(monkeypatch):
    """What was handed to the broker: (task, arguments)."""
    sent: list[tuple[str, list]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: sent.append((name, args)))
    return sent


@pytest.fixture
def job(db) -> Job:
    return jobs.start_job("test.work", title="Deneme", actor=SYSTEM)


def state_of(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


@pytest.mark.django_db
class TestPublishing:
    def test_a_job_is_published_after_the_commit(self, published, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            job = jobs.start_job("test.work", title="Deneme", actor=SYSTEM)
            assert published == []
        assert published == [("test.work", [job.pk])]

    def test_one_that_has_to_wait_is_queued_anew(self, job):
        with jobs.claimed(job.pk) as run:
            assert run is not None
            raise jobs.JobWaits
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.token, row.lease_until) == (JobState.QUEUED, None, None)
        assert row.created_at > job.created_at
        with jobs.claimed(job.pk) as again:
            assert again is not None
        assert state_of(job) == JobState.DONE

    def test_a_rollback_publishes_nothing(self, published, django_capture_on_commit_callbacks):
        @transaction.atomic
        def act() -> None:
            jobs.start_job("test.work", title="Deneme", actor=SYSTEM)
            raise Invalid

        with django_capture_on_commit_callbacks(execute=True), pytest.raises(Invalid):
            act()
        assert published == []
        assert not Job.objects.exists()

    @pytest.mark.parametrize("failure", [ConnectionRefusedError, BrokerDown, redis.ConnectionError])
    def test_a_broker_that_does_not_answer_loses_nothing(
        self, monkeypatch, django_capture_on_commit_callbacks, published, failure
    ):
        def refuse(*_args, **_options):
            raise failure

        working = app.send_task
        monkeypatch.setattr(app, "send_task", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            job = jobs.start_job("test.work", title="Deneme", actor=SYSTEM)
        assert state_of(job) == JobState.QUEUED
        monkeypatch.setattr(app, "send_task", working)
        later = timezone.now() + timedelta(minutes=1)
        with time_machine.travel(later), django_capture_on_commit_callbacks(execute=True):
            assert jobs.sweep() == 1
        assert published == [("test.work", [job.pk])]


class TestClaiming:
    def test_a_second_delivery_does_nothing(self, job):
        with jobs.claimed(job.pk) as first:
            assert first is not None
            with jobs.claimed(job.pk) as second:
                assert second is None
            assert state_of(job) == JobState.RUNNING
        assert state_of(job) == JobState.DONE

    def test_a_finished_job_is_not_done_again(self, job):
        with jobs.claimed(job.pk):
            pass
        with jobs.claimed(job.pk) as again:
            assert again is None
        assert Job.objects.get(pk=job.pk).attempts == 1

    def test_an_unknown_job_is_nobodys(self, db):
        with jobs.claimed(0) as run:
            assert run is None

    def test_every_end_is_written(self, job):
        with jobs.claimed(job.pk) as run:
            run.progress(done=3, total=9, step="Okunuyor")
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.done, row.total, row.step) == ("done", 3, 9, "Okunuyor")
        assert row.finished_at
        assert row.lease_until is None

    def test_a_refusal_is_the_readable_failure(self, job):
        with jobs.claimed(job.pk):
            raise Invalid("Dosya boş.")
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.error) == ("failed", "Dosya boş.")

    def test_an_error_is_failed_and_raised_on(self, job, caplog):
        with pytest.raises(ZeroDivisionError), jobs.claimed(job.pk):
            1 / 0  # noqa: B018
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.error) == ("failed", "ZeroDivisionError")


class TestLease:
    def test_progress_extends_the_lease(self, job):
        with time_machine.travel(timezone.now(), tick=False) as clock, jobs.claimed(job.pk) as run:
            for _ in range(5):
                clock.shift(LEASE * 0.9)
                run.progress(done=1)
                with jobs.claimed(job.pk) as other:
                    assert other is None

    def test_a_killed_worker_hands_over_and_writes_nothing_more(
        self, job, published, django_capture_on_commit_callbacks
    ):
        start = timezone.now()
        killed = jobs.claimed(job.pk)
        with time_machine.travel(start, tick=False):
            old = killed.__enter__()
            assert jobs.sweep() == 0, "it still holds its lease"
        with time_machine.travel(start + LEASE * 1.1, tick=False):
            with django_capture_on_commit_callbacks(execute=True):
                assert jobs.sweep() == 1
            assert published == [("test.work", [job.pk])]
            with jobs.claimed(job.pk) as new:
                assert new is not None
                assert Job.objects.get(pk=job.pk).attempts == 2
                for touch in (lambda: old.progress(done=99), old.hold):
                    with pytest.raises(jobs.JobLost), transaction.atomic():
                        touch()
                old.finish(JobState.FAILED, error="late")
                assert state_of(job) == JobState.RUNNING
            assert state_of(job) == JobState.DONE
        assert Job.objects.get(pk=job.pk).done == 0

    def test_losing_the_lease_ends_the_block_quietly(self, job):
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock, jobs.claimed(job.pk) as old:
            clock.shift(LEASE * 1.1)
            taken_over = jobs._claim(job.pk)
            assert taken_over is not None
            old.progress()
            pytest.fail("progress noticed nothing")  # pragma: no cover
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.token) == (JobState.RUNNING, taken_over.token)

    def test_finished_jobs_are_not_swept(self, job):
        with jobs.claimed(job.pk):
            pass
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            assert jobs.sweep() == 0


class TestCancelling:
    def test_a_running_job_stops_at_its_next_step(self, job):
        with jobs.claimed(job.pk) as run:
            jobs.request_cancel(job)
            run.progress(done=1)
            pytest.fail("went on")  # pragma: no cover
        assert state_of(job) == JobState.CANCELLED

    def test_a_finished_job_cannot_be_cancelled(self, job):
        with jobs.claimed(job.pk):
            pass
        with pytest.raises(WrongMoment):
            jobs.request_cancel(job)

    def test_only_failed_or_cancelled_jobs_start_again(self, job):
        with pytest.raises(WrongMoment):
            jobs.restart_job(job)
        with jobs.claimed(job.pk):
            raise Invalid
        jobs.restart_job(job)
        assert state_of(job) == JobState.QUEUED


@pytest.mark.usefixtures("committed_db")
def test_of_many_workers_one_gets_the_job():
    job = jobs.start_job("test.work", title="Deneme", actor=SYSTEM)
    barrier, winners = threading.Barrier(6), []

    def work() -> None:
        barrier.wait()
        with jobs.claimed(job.pk) as run:
            if run is not None:
                winners.append(run)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 1
    assert Job.objects.get(pk=job.pk).attempts == 1


def test_a_long_step_keeps_its_lease(committed_db, settings):
    settings.REGISTRY = {**settings.REGISTRY, "JOB_LEASE": timedelta(seconds=0.3)}
    job = jobs.start_job("core.nothing", title="uzun", actor=SYSTEM, publish=False)
    with jobs.claimed(job.pk) as run:
        assert run is not None
        threading.Event().wait(1)
        assert jobs.sweep() == 0
        with jobs.claimed(job.pk) as second:
            assert second is None
    job.refresh_from_db()
    assert job.state == JobState.DONE


class TestNudges:
    """A task that looks for its work itself waits once, however often it is called for."""

    @pytest.fixture
    def task(self, db):
        return f"test.nudged.{uuid.uuid4().hex}"

    def nudged(self, capture, task, *arguments):
        with capture(execute=True):
            jobs.nudge(task, *arguments)

    def test_one_waits_until_it_begins(self, published, task, django_capture_on_commit_callbacks):
        for _ in range(3):
            self.nudged(django_capture_on_commit_callbacks, task, 1)
        self.nudged(django_capture_on_commit_callbacks, task, 2)
        assert published == [(task, [1]), (task, [2])]
        jobs.begun(task, 1)
        self.nudged(django_capture_on_commit_callbacks, task, 1)
        assert published == [(task, [1]), (task, [2]), (task, [1])]

    def test_a_mark_that_nobody_takes_away_goes_by_itself(self, published, task, django_capture_on_commit_callbacks):
        self.nudged(django_capture_on_commit_callbacks, task)
        assert 0 < valkey.client().ttl(jobs._mark(task, ())) <= jobs.NUDGE_HOLDS

    def test_without_valkey_each_is_published(self, published, task, monkeypatch, django_capture_on_commit_callbacks):
        gone = redis.Redis(port=1, **valkey.quick())
        monkeypatch.setattr(valkey, "client", lambda: gone)
        for _ in range(2):
            self.nudged(django_capture_on_commit_callbacks, task)
        jobs.begun(task)
        assert len(published) == 2

    def test_nothing_is_marked_where_nothing_is_committed(self, published, task, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks():
            jobs.nudge(task)
        assert not published
        assert not valkey.client().exists(jobs._mark(task, ()))
