"""Real Celery workers for tests, on the test's own database and queue."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.started import Started, start


def environment(database: str, private: Path, **more: str) -> dict[str, str]:
    """What a process needs to work on a test's database, files and queue."""
    from django.conf import settings

    url = os.environ["DATABASE_URL"]
    owner = os.environ["DATABASE_OWNER_URL"]
    former = settings.DATABASES["owner"]["NAME"]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "iys_portal.settings.test",
        "DATABASE_URL": url.removesuffix(former) + database,
        "DATABASE_OWNER_URL": owner.removesuffix(former) + database,
        "PRIVATE_ROOT": str(private),
        "CELERY_QUEUE": database,
        **more,
    }


BOTH_QUEUES = ("", "-express")
"""As endings of CELERY_QUEUE: long work, and what people wait for."""


@contextmanager
def celery_worker(
    env: dict[str, str], *, queues: Sequence[str] = BOTH_QUEUES, concurrency: int = 4, niceness: int = 0
) -> Iterator[Started]:
    """A worker in a process group of its own; killed at the end when it still runs. `niceness`: see deploy/systemd."""
    consumes = ",".join(env["CELERY_QUEUE"] + ending for ending in queues)
    options = ["-Q", consumes, "--concurrency", str(concurrency), "--loglevel", "WARNING"]
    worker = start("celery", "-A", "iys_portal", "worker", *options, env=env, niceness=niceness)
    try:
        yield worker
    finally:
        worker.kill()


def kill(process: subprocess.Popen) -> None:
    """`kill -9` of a process that was started in a group of its own, and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=20)


def until(condition: Callable[[], bool], *, seconds: float = 60, what: str = "the condition") -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come true in {seconds} s"
        time.sleep(0.05)
