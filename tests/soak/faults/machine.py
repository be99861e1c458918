"""A machine of its own for a fault: PostgreSQL and Valkey that nobody else uses, and the portal's processes on them.

The servers are durable, as in production, and started again by their supervisor (`revive`), as systemd does.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg
import redis
from django.conf import settings
from django.db import connections
from kombu import pools

from iys_portal.celery import app
from iys_portal.embedded import celery_url, place_of
from tests import databases
from tests.databases import ROOT
from tests.embedded.conftest import User, postmaster, valkey_pids
from tests.workers import BOTH_QUEUES, environment, kill, until

CELERY = (sys.executable, "-m", "celery")
HOST_NAMES = ("HOST", "PORT", "USER", "PASSWORD")


class Machine:
    """The servers. `checkout` is an empty folder: their place is found by its path."""

    def __init__(self, checkout: Path) -> None:
        self.place = place_of(checkout)
        self._supervisor = User(checkout, durable=True)
        self.urls = self._supervisor.addresses()

    def kill_postgres(self) -> None:
        """`kill -9` of the whole server, started again at once."""
        os.kill(postmaster(self.place), signal.SIGKILL)
        assert self.revive() == ["PostgreSQL"]
        connections.close_all()  # the test's own lines broke, too

    def kill_valkey(self) -> None:
        (pid,) = valkey_pids(self.place)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not valkey_pids(self.place), what="Valkey's end")
        assert self.revive() == ["Valkey"]

    def stop_postgres(self) -> None:
        """`kill -9`; it stays away until `revive`."""
        os.kill(postmaster(self.place), signal.SIGKILL)
        until(lambda: not self._listens(), what="PostgreSQL's end")
        connections.close_all()

    def stop_valkey(self) -> None:
        for pid in valkey_pids(self.place):
            os.kill(pid, signal.SIGKILL)
        until(lambda: not valkey_pids(self.place), what="Valkey's end")

    def empty_valkey(self) -> None:
        with redis.Redis.from_url(self.urls["redis_url"]) as client:
            client.flushall()

    def revive(self) -> Any:
        return self._supervisor.tell("revive")

    def leave(self) -> None:
        self._supervisor.leave()

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.place.sockets), user="postgres", dbname=database, autocommit=True)

    def _listens(self) -> bool:
        try:
            self.superuser().close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def pointed_at(machine: Machine) -> Iterator[None]:
    """The test's own process uses these servers, too; so does what it starts (`tests.workers.environment`)."""
    names = {"DATABASE_URL": "database_url", "DATABASE_OWNER_URL": "database_owner_url", "REDIS_URL": "redis_url"}
    former = {name: os.environ.get(name) for name in names}
    former_hosts = {alias: dict(settings.DATABASES[alias]) for alias in ("default", "owner")}
    former_broker, former_redis = app.conf.broker_url, settings.REDIS_URL
    os.environ.update({name: machine.urls[key] for name, key in names.items()})
    hosts = {"HOST": str(machine.place.sockets), "PORT": "", "PASSWORD": ""}
    _point({"default": hosts | {"USER": "iys_app"}, "owner": hosts | {"USER": "iys_owner"}})
    _publish_to(celery_url(machine.urls["redis_url"]))
    settings.REDIS_URL = machine.urls["redis_url"]
    try:
        yield
    finally:
        settings.REDIS_URL = former_redis
        _publish_to(former_broker)
        _point({alias: {name: host[name] for name in HOST_NAMES} for alias, host in former_hosts.items()})
        for name, value in former.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _point(hosts: dict[str, dict[str, str]]) -> None:
    for alias, host in hosts.items():
        connections[alias].close()
        connections[alias].settings_dict.update(host)
        settings.DATABASES[alias].update(host)


def _publish_to(broker: str) -> None:
    pools.reset()
    app.conf.broker_url = broker
    app._pool = None
    app.amqp._producer_pool = None


@dataclass
class Portal:
    """The portal's workers and beat on a machine's servers."""

    machine: Machine
    env: dict[str, str]
    folder: Path
    beat: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)

    @classmethod
    def on(cls, machine: Machine, database: str, folder: Path, **more: str) -> Self:
        module = {
            "DJANGO_SETTINGS_MODULE": "tests.soak.faults.settings",
            "BEAT_SCHEDULE": str(folder / "beat-schedule"),
        }
        return cls(machine, environment(database, folder / "private", **module, **more), folder)

    @property
    def worker(self) -> subprocess.Popen:
        return self.workers[-1]

    def start_worker(self, *, program: Sequence[str] = CELERY) -> subprocess.Popen:
        """`program` in place of Celery's own, for one that the fault changed."""
        consumes = ",".join(self.env["CELERY_QUEUE"] + ending for ending in BOTH_QUEUES)
        name = f"w{len(self.workers)}@{self.env['CELERY_QUEUE']}"
        command = ["worker", "-n", name, "-Q", consumes, "--concurrency=4", "--loglevel=WARNING"]
        self.workers.append(self._start(command, "worker.log", {}, program))
        return self.worker

    def start_beat(self, **more: str) -> subprocess.Popen:
        self.beat = self._start(["beat", "--pidfile=", "--loglevel=WARNING"], "beat.log", more)
        return self.beat

    def _start(
        self, command: list[str], log: str, more: dict[str, str], program: Sequence[str] = CELERY
    ) -> subprocess.Popen:
        with (self.folder / log).open("a") as out:
            return subprocess.Popen(
                [*program, "-A", "iys_portal", "--quiet", *command],
                cwd=ROOT,
                env=self.env | more,
                start_new_session=True,
                stdout=out,
                stderr=out,
            )

    def end(self) -> None:
        for process in [*self.workers, *([self.beat] if self.beat else [])]:
            kill(process)


@contextmanager
def fresh_database(machine: Machine, name: str) -> Iterator[str]:
    """A migrated database whose commits wait for the disk; Django's default for the block."""
    databases.clone(name)
    with psycopg.connect(machine.urls["database_owner_url"], autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    with ExitStack() as stack:
        stack.callback(databases.drop, name)
        stack.enter_context(databases.default_is(name))
        yield name
