"""The registry's own passing trouble: what counts as such, and what jobs, pages, cache and files do then."""

import errno
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.http import HttpRequest
from django.test import RequestFactory

from iys_portal.celery import app
from iys_portal.core import jobs
from iys_portal.core.actors import SYSTEM
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job
from iys_portal.core.outages import is_outage
from iys_portal.core.storage import PrivateStorage
from iys_portal.dashboard.errors import server_error

FULL = OSError(errno.ENOSPC, "No space left on device")


def caused(cause: BaseException) -> OperationalError:
    """As Django wraps what the driver raises."""
    error = OperationalError("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        FULL,
        redis.ConnectionError(),
        redis.TimeoutError(),
        psycopg.OperationalError("server closed the connection"),
        *(psycopg.errors.lookup(code)() for code in ("53100", "53300", "57P01", "57P03", "55P03", "40P01")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_by_itself(error: Exception) -> None:
    assert is_outage(error)
    assert is_outage(caused(error))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        OSError(errno.ENOENT, "x"),
        *(psycopg.errors.lookup(code)() for code in ("57014", "23505", "42703")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_would_fail_again(error: Exception) -> None:
    assert not is_outage(error)
    assert not is_outage(caused(error))


@pytest.fixture
def job(db: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(app, "send_task", lambda *_a, **_more: None)
    monkeypatch.setattr("iys_portal.core.jobs.connection.close", lambda: None)  # the test's own transaction
    return jobs.start_job("test.work", title="Deneme", actor=SYSTEM)


def test_a_job_that_an_outage_meets_goes_on_by_itself(job: Job) -> None:
    with jobs.claimed(job.pk) as run:
        assert run is not None
        raise caused(psycopg.errors.DiskFull())
    before = job.created_at
    job.refresh_from_db()
    assert (job.state, job.error, job.lease_until, job.created_at) == (JobState.QUEUED, "", None, before)
    assert job.step, "whoever looks at it sees why it waits"
    with jobs.claimed(job.pk) as run:
        assert run is not None
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_a_job_with_a_fault_of_its_own_fails(job: Job) -> None:
    with pytest.raises(OperationalError), jobs.claimed(job.pk):
        raise caused(psycopg.errors.QueryCanceled())
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def answer(error: Exception) -> Any:
    request: HttpRequest = RequestFactory().get("/")
    try:
        raise error
    except Exception:
        return server_error(request)


def test_a_page_says_that_it_may_be_tried_again() -> None:
    away = answer(caused(psycopg.OperationalError("x")))
    assert (away.status_code, away["Retry-After"]) == (503, "30")
    assert "Son işleminiz kaydedilmedi" in away.content.decode()
    assert "not recorded" in away.content.decode()
    broken = answer(ValueError())
    assert broken.status_code == 500 and "Retry-After" not in broken


@pytest.fixture
def away(settings: Any) -> Any:
    """A cache whose Valkey does not answer."""
    backend = "iys_portal.core.forgiving_cache.ForgivingCache"
    settings.CACHES = {**settings.CACHES, "away": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
    return caches["away"]


def test_without_valkey_the_cache_is_empty_and_takes_everything(away: Any) -> None:
    assert away.add("a", 1) is True
    away.set("a", 1)
    away.set_many({"a": 1})
    assert away.get("a", "none") == "none"
    assert away.get_many(["a"]) == {}
    assert not away.has_key("a") and not away.touch("a") and not away.delete("a")
    away.delete_many(["a"])
    with pytest.raises(ValueError):
        away.incr("a")
    assert away.get_or_set("a", 2) == 2


def test_with_valkey_it_counts(settings: Any) -> None:
    backend = "iys_portal.core.forgiving_cache.ForgivingCache"
    near = {"BACKEND": backend, "LOCATION": settings.REDIS_URL, "KEY_PREFIX": "test-outages"}
    settings.CACHES = {**settings.CACHES, "near": near}
    cache = caches["near"]
    cache.delete("a")
    assert cache.add("a", 1) is True and cache.add("a", 1) is False
    assert cache.incr("a") == 2 == cache.get("a")
    assert cache.delete("a") is True


class _NoRoom(BytesIO):
    def read(self, *_size: int) -> bytes:
        if self.tell():
            raise FULL
        return super().read(10)


@pytest.mark.parametrize("content", [_NoRoom(b"x" * 100)])
def test_a_file_that_found_no_room_leaves_nothing(content: BytesIO, settings: Any) -> None:
    file = ContentFile(b"")
    file.file, file.size = content, 100
    file.chunks = lambda *_a: iter(lambda: content.read(), b"")  # type: ignore[method-assign]
    with pytest.raises(OSError):
        PrivateStorage().save("folder/name", file)
    assert [path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()] == []
