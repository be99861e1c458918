"""The guide's commands and a part of the test suite on Debian's own PostgreSQL and Redis, over TCP with passwords.

`make soak` brings the packages `postgresql` and `redis-server`; nothing of the system's own clusters is touched.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from tests.databases import ROOT
from tests.trust.guide import commands
from tests.trust.production import good_environment
from tests.trust.web import free_port, gunicorn
from tests.workers import celery_worker, until

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
PART = ["tests/core", "tests/accounts", "tests/consents/engine", "tests/consents/proof", "tests/trust/test_grants.py"]
pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Servers:
    urls: dict[str, str]


def as_postgres(*command: str | Path) -> list[str]:
    """PostgreSQL does not run as root: Debian's own user does it then."""
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("debian")
    bins, data = PROGRAMS[-1].parent, Path(f"/tmp/iys-debian-{os.getpid()}")
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    words = {name: secrets.token_hex(16) for name in ("owner", "app", "expiry", "redis")}
    port, queue_port = free_port(), free_port()
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256"]
    made = as_postgres(bins / "initdb", "-D", data / "db", "-U", "postgres", *locale)
    subprocess.run(made, check=True, capture_output=True, cwd="/")
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "max_connections=100"]
    options = [word for setting in settings for word in ("-c", setting)]
    running = []
    try:
        with (folder / "postgres.log").open("w") as log:
            command = as_postgres(bins / "postgres", "-D", data / "db", *options)
            running.append(subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True))
        queue = ["redis-server", "--port", str(queue_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        secret = ["--requirepass", words["redis"]]
        running.append(subprocess.Popen([*queue, *secret], stdout=subprocess.DEVNULL, start_new_session=True))
        socket = f"host={data} port={port} user=postgres dbname=postgres"
        until(lambda: answers(socket), what="Debian's PostgreSQL")
        env = {**os.environ, **{f"IYS_{n.upper()}_PASSWORD": words[n] for n in ("owner", "app", "expiry")}}
        address = ["--host", str(data), "--port", str(port), "--username", "postgres", "--dbname", "postgres"]
        subprocess.run([bins / "psql", *address, "--file", ROOT / "deploy" / "roles.sql"], check=True, env=env)
        with psycopg.connect(socket, autocommit=True) as superuser:
            superuser.execute("ALTER ROLE iys_owner CREATEDB")  # as docs/operations.md: only where tests run

        def url(role: str) -> str:
            return f"postgresql://iys_{role}:{words[role]}@127.0.0.1:{port}/iys"

        yield Servers(
            {
                "DATABASE_URL": url("app"),
                "DATABASE_OWNER_URL": url("owner"),
                "DATABASE_EXPIRY_URL": url("expiry"),
                "REDIS_URL": f"redis://:{words['redis']}@127.0.0.1:{queue_port}/0",
            }
        )
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)
        shutil.rmtree(data, ignore_errors=True)


def answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


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
        [sys.executable, "-m", "pytest", "-q", "-m", "not soak and not browser", *PART],
        cwd=ROOT, env={**os.environ, **servers.urls}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    print(f"debian.part.seconds {time.monotonic() - began:.0f}")  # noqa: T201
