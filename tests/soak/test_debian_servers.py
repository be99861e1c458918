"""The guide's commands and a part of the test suite on Debian's own PostgreSQL and Redis, over TCP with passwords.

`make soak` brings the packages `postgresql` and `redis-server`; nothing of the system's own clusters is touched.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests.databases import ROOT
from tests.trust.guide import commands
from tests.trust.production import good_environment
from tests.trust.web import free_port, gunicorn
from tests.workers import celery_worker, until

from .debian import Cluster

PART = ["tests/core", "tests/accounts", "tests/consents/engine", "tests/consents/proof", "tests/trust/test_grants.py"]
pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Servers:
    urls: dict[str, str]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder, cluster = tmp_path_factory.mktemp("debian"), Cluster("debian")
    secret, port = secrets.token_hex(16), free_port()
    queue = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    queue += ["--requirepass", secret]
    broker = subprocess.Popen(queue, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        cluster.make()
        cluster.start({"max_connections": "100"})
        cluster.make_roles()
        cluster.ask("ALTER ROLE iys_owner CREATEDB")  # as docs/operations.md: only where tests run
        yield Servers({**cluster.urls(), "REDIS_URL": f"redis://:{secret}@127.0.0.1:{port}/0"})
    finally:
        os.killpg(broker.pid, signal.SIGINT)
        broker.wait(timeout=60)
        cluster.remove()


def test_the_guide_works_on_debians_servers(servers: Servers, tmp_path: Path) -> None:
    """Every command, then the web process with both workers' queues until `/readyz?all` is 200."""
    env = good_environment(
        **servers.urls,
        METRICS_TOKEN=secrets.token_urlsafe(32),
        STATIC_ROOT=str(tmp_path / "static"),
        PRIVATE_ROOT=str(tmp_path / "private"),
        PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "measures"),
        CELERY_QUEUE="iys",
    )
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    for line in dict.fromkeys(commands("portal")):
        done = subprocess.run(["bash", "-euc", line], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    beat = [sys.executable, "-m", "celery", "-A", "iys_portal", "beat", "--pidfile="]
    env["BEAT_SCHEDULE"] = str(tmp_path / "beat")
    with gunicorn(env, tmp_path) as web, celery_worker(env):
        timetable = subprocess.Popen([*beat, "--loglevel=WARNING"], cwd=ROOT, env=env, start_new_session=True)
        try:
            until(lambda: web.ask("/readyz?all").status == 200, seconds=180, what="/readyz?all")
        finally:
            os.killpg(timetable.pid, signal.SIGKILL)
            timetable.wait()


def test_a_part_of_the_suite_holds_on_debians_servers(servers: Servers) -> None:
    with redis.from_url(servers.urls["REDIS_URL"]) as client:
        client.flushall()
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not soak and not browser", *PART],
        cwd=ROOT, env={**os.environ, **servers.urls}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    print(f"debian.part.seconds {time.monotonic() - began:.0f}")  # noqa: T201
