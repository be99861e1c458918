"""The supervisor behind `make run`, in a checkout whose Django, gunicorn and Celery are stand-ins of a few lines."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from iys_portal.embedded import place_of
from iys_portal.embedded.places import PROJECT
from tests.embedded.conftest import eventually, postgres_pids, postmaster, remove, valkey_pids, without_servers

pytestmark = pytest.mark.processes

# Notes each command in a file; `migrate` makes a table, so that the database is not empty any more.
MANAGE = """
import os, sys, psycopg
with open("commands.txt", "a") as notes:
    print(sys.argv[1], file=notes)
if sys.argv[1] == "migrate":
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS made (n int)")
if sys.argv[1] == "demo_accounts":
    print("staff@example.com  a-password")
"""
GUNICORN = """
import http.server, sys
host, port = sys.argv[sys.argv.index("--bind") + 1].split(":")
http.server.HTTPServer((host, int(port)), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
# Like Celery's worker: a parent with a pool, and deaf to the gentle signal for longer than anybody waits.
CELERY = """
import os, signal, sys, time
queues = {"iys": "worker", "iys-express": "express"}
role = queues[sys.argv[sys.argv.index("-Q") + 1]] if "worker" in sys.argv else "beat"
if role == "worker" and os.fork() == 0:
    role = "pool"
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
open(f"{role}.pid", "w").write(str(os.getpid()))
time.sleep(600)
"""


class Portal:
    """A run of the supervisor in a checkout."""

    def __init__(self, checkout: Path, port: int) -> None:
        self.checkout, self.port = checkout, port
        self.log = (checkout / "output.txt").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "iys_portal.devserver"],
            cwd=checkout,
            env=without_servers() | {"PORT": str(port)},
            stdout=self.log,
            stderr=self.log,
        )

    def output(self) -> str:
        return (self.checkout / "output.txt").read_text()

    def wait_until_up(self) -> None:
        def up() -> bool:
            assert self.process.poll() is None, self.output()
            return "Ctrl-C stops everything" in self.output()

        eventually(up, 60)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


def pid_of(checkout: Path, role: str) -> int:
    """The pid that a stand-in wrote last; 0 while it has not."""
    with contextlib.suppress(OSError, ValueError):
        return int((checkout / f"{role}.pid").read_text())
    return 0


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def standin(checkout: Path) -> Path:
    (checkout / "iys_portal").mkdir()
    shutil.copytree(PROJECT / "iys_portal" / "embedded", checkout / "iys_portal" / "embedded")
    for name in ("__init__.py", "devserver.py", "first_start.py"):
        shutil.copy(PROJECT / "iys_portal" / name, checkout / "iys_portal")
    (checkout / "manage.py").write_text(MANAGE)
    (checkout / "gunicorn.py").write_text(GUNICORN)
    (checkout / "celery.py").write_text(CELERY)
    return checkout


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def portal(standin: Path, port: int) -> Iterator[Callable[[], Portal]]:
    runs: list[Portal] = []

    def start() -> Portal:
        runs.append(Portal(standin, port))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)
        run.log.close()
    remove(standin)


def test_first_start_ctrl_c_and_second_start(portal, standin, port):
    first = portal()
    first.wait_until_up()
    assert f"http://localhost:{port}/dev/mailbox/" in first.output()
    assert "staff@example.com  a-password" in first.output()
    assert (standin / "commands.txt").read_text().split() == ["migrate", "load_demo", "demo_accounts"]
    urllib.request.urlopen(f"http://127.0.0.1:{port}/").close()
    children = [pid_of(standin, role) for role in ("worker", "pool", "express", "beat")]
    assert all(map(is_alive, children))

    other = portal()
    assert other.process.wait(timeout=30) == 1
    assert f"The portal already runs from this checkout: http://localhost:{port}/" in other.output()

    assert first.end(signal.SIGINT) == 0
    assert not any(map(is_alive, children))
    assert not postgres_pids(place_of(standin))
    assert not valkey_pids(place_of(standin))

    (standin / "commands.txt").unlink()
    second = portal()
    eventually(
        lambda: (standin / "commands.txt").exists() and "demo_accounts" in (standin / "commands.txt").read_text()
    )
    assert (standin / "commands.txt").read_text().split() == ["migrate", "demo_accounts"]
    assert second.end(signal.SIGTERM) == 0


@pytest.mark.soak
def test_a_killed_supervisor_blocks_nothing_and_killed_children_come_back(portal, standin):
    place = place_of(standin)
    first = portal()
    first.wait_until_up()
    pool = pid_of(standin, "pool")
    first.end(signal.SIGKILL)
    # The pool's process hears nothing of it; only its mark tells the next start whose it is.
    assert is_alive(pool)

    (standin / "output.txt").write_text("")
    second = portal()
    second.wait_until_up()
    assert not is_alive(pool)

    worker, pool, database = pid_of(standin, "worker"), pid_of(standin, "pool"), postmaster(place)
    express = pid_of(standin, "express")
    os.kill(worker, signal.SIGKILL)
    os.kill(database, signal.SIGKILL)
    eventually(lambda: pid_of(standin, "worker") not in (0, worker) and not is_alive(pool), 30)
    eventually(lambda: "PostgreSQL had ended" in second.output(), 30)
    assert "worker ended" in second.output()
    assert pid_of(standin, "express") == express, "the other worker goes on"
    assert postmaster(place) != database


def test_a_taken_port_is_one_clear_line(portal, standin, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        run = portal()
        assert run.process.wait(timeout=30) == 1
    lines = [line for line in run.output().splitlines() if "Port" in line]
    assert lines == [f"Port {port} cannot be used (Address already in use); choose another: make run PORT={port + 1}"]
    assert not place_of(standin).state.exists()
