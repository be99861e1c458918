"""Checkouts and processes for tests of embedded servers: real servers, real kills, folders of their own."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from iys_portal.embedded import keeper, place_of, postgres, processes, valkey
from iys_portal.embedded.places import PROJECT, Place

# A process that uses servers: says what it got, then obeys words on its standard input.
USER = """
import json, os, sys
from pathlib import Path
from iys_portal import embedded
from iys_portal.embedded import keeper, postgres, processes, valkey
if uid := int(sys.argv[3]):
    # Only now, and all imported: the Python may lie in root's home, which another user cannot read.
    import redis, secrets, psycopg
    os.setgroups([]), os.setgid(uid), os.setuid(uid)
try:
    servers = embedded.ensure(checkout=Path(sys.argv[1]), durable=sys.argv[2] == "durable")
except embedded.EmbeddedError as error:
    sys.exit(str(error))
print(json.dumps(vars(servers)), flush=True)
for word in sys.stdin:
    if word.strip() == "revive":
        print(json.dumps(embedded.revive()), flush=True)
"""


class User:
    """A process that called `ensure` for a checkout."""

    def __init__(self, checkout: Path, *, durable: bool = False, uid: int | None = None, **settings: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(checkout), "durable" if durable else "throwaway", str(uid or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=without_servers() | settings,
        )

    def addresses(self) -> dict[str, str]:
        """Wait for its servers."""
        line = self._line()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        return json.loads(line)

    def refusal(self) -> str:
        """Wait for its end, which must be a failure with a message."""
        _, error = self.process.communicate(timeout=60)
        assert self.process.returncode == 1
        return error

    def tell(self, word: str) -> object:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def leave(self) -> None:
        """End it in the ordinary way; servers that it used last are stopped when this returns."""
        _, error = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, error

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], 60)
        assert readable, "no answer within a minute"
        return self.process.stdout.readline()


def without_servers() -> dict[str, str]:
    """The environment of a person who set no server's address."""
    settings = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_EXPIRY_URL", "REDIS_URL"}
    return {name: value for name, value in os.environ.items() if name not in settings}


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something another process does; fails when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def postgres_pids(place: Place) -> list[int]:
    return processes.living(place.postgres, place=place, names=postgres.NAMES)


def valkey_pids(place: Place) -> list[int]:
    return processes.living(place.valkey, place=place, names=valkey.NAMES)


def postmaster(place: Place) -> int:
    return int((place.postgres / "postmaster.pid").read_text().splitlines()[0])


def keeper_pid(place: Place) -> int:
    """The keeper of this place, found by its command line."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if b"keep" in words and str(place.checkout).encode() in words:
                return int(entry.name)
    raise AssertionError("no keeper")


def remove(checkout: Path) -> None:
    """End all servers of a checkout and forget their data."""
    place = place_of(checkout)
    if place.state.exists():
        with keeper.start_lock(place):
            valkey.stop(place)
            postgres.stop(place)
            shutil.rmtree(place.state)
            shutil.rmtree(place.sockets, ignore_errors=True)


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout with a path longer than any unix socket may have."""
    base = Path(tempfile.mkdtemp(prefix="iys-embedded-")).resolve()
    folder = base / ("a-rather-long-name-of-a-folder-" * 4) / "the checkout with a space"
    folder.mkdir(parents=True)
    yield folder
    remove(folder)
    shutil.rmtree(base)


@pytest.fixture
def place(checkout: Path) -> Place:
    return place_of(checkout)


@pytest.fixture
def user(checkout: Path) -> Iterator[Callable[..., User]]:
    """Start a process that uses the checkout's servers; all are ended after the test."""
    users: list[User] = []

    def start(where: Path = checkout, **options: object) -> User:
        users.append(User(where, **options))  # type: ignore[arg-type]
        return users[-1]

    yield start
    for one in users:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGKILL)
        one.process.communicate()


def superuser(place: Place, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host=str(place.sockets), user="postgres", dbname=database, autocommit=True)
