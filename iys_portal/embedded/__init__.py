"""Real PostgreSQL and Valkey for machines that have neither: started by ourselves, on unix sockets only.

`ensure()` is the one door. It gives the addresses that DATABASE_URL and REDIS_URL hold when they are set;
otherwise it finds the servers of this checkout or starts them (docs/adr/0001-embedded-servers.md).

Each process that uses servers holds a shared lock on the file `users` for its lifetime. Servers are stopped
by the process that lets go last; when that one was killed, a keeper process notices within a second or two.
Starting and stopping happen under the exclusive lock `start`, so that two starts at once cannot collide.
Locks are the kernel's (flock): a killed process holds none.
"""

import atexit
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from iys_portal.embedded.errors import EmbeddedError
from iys_portal.embedded.places import PROJECT, Place, place_of

__all__ = ["EmbeddedError", "Servers", "celery_url", "ensure", "let_go", "place_of", "planned", "revive"]


@dataclass(frozen=True)
class Servers:
    """Addresses: of the database for the application's role, for its owner, and of the queue and cache."""

    database_url: str
    database_owner_url: str
    redis_url: str


@dataclass
class _Hold:
    """What this process uses; `users` is the descriptor of its shared lock."""

    place: Place
    users: int
    durable: bool
    postgres: bool
    valkey: bool
    process: int = field(default_factory=os.getpid)


_holds: dict[Path, _Hold] = {}


def ensure(
    *, checkout: Path | None = None, name: str = "local", durable: bool = True, base: Path | None = None
) -> Servers:
    """Give PostgreSQL and Valkey, each from its URL setting or, without one, embedded; then set the settings.

    `checkout`, `name` and `base` choose the set of servers (`place_of`; default: this project's `local`).
    `durable=False` starts servers whose data may be lost in a crash, for throw-away tests; never mix both under one
    name.
    Waits while servers start or recover. Sets DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL in `os.environ`
    where they are missing. Raises EmbeddedError with a sentence that says what to do.
    """
    database, queue = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not (database and queue):
        _require_linux()
        place = place_of(checkout, name, base)
        _take(place, durable=durable, postgres=not database, valkey=not queue)
    return _set_environment(checkout, name, base)


def planned(*, checkout: Path | None = None, name: str = "local") -> Servers:
    """Set the settings as `ensure` does, but start nothing: for commands that read settings and no data."""
    return _set_environment(checkout, name)


def revive() -> list[str]:
    """Start again what died of the servers this process uses; gives their names. For supervisors."""
    from iys_portal.embedded import postgres, valkey

    revived = []
    for hold in _holds.values():
        if (not hold.postgres or postgres.is_running(hold.place)) and (
            not hold.valkey or valkey.is_running(hold.place)
        ):
            continue
        with _locked(hold.place):
            if hold.postgres and postgres.ensure_running(hold.place, durable=hold.durable):
                revived.append("PostgreSQL")
            if hold.valkey and valkey.ensure_running(hold.place, durable=hold.durable):
                revived.append("Valkey")
            _start_keeper(hold.place)
    return revived


def let_go() -> None:
    """Stop using all servers; those that nobody else uses are stopped. Called at exit by itself."""
    from iys_portal.embedded import keeper

    for key, hold in list(_holds.items()):
        del _holds[key]
        # A forked child shares its parent's lock and must not end the parent's servers.
        if hold.process == os.getpid():
            keeper.leave(hold.place, hold.users)


def celery_url(url: str) -> str:
    """REDIS_URL in Celery's words: `unix:///a.sock?db=2` becomes `redis+socket:///a.sock?virtual_host=2`."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    credentials = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"redis+socket://{credentials}{parts.path}?virtual_host={number}"


def _set_environment(checkout: Path | None, name: str, base: Path | None = None) -> Servers:
    from iys_portal.embedded import postgres, valkey

    if not os.environ.get("DATABASE_URL"):
        place = place_of(checkout, name, base)
        os.environ["DATABASE_URL"] = postgres.url(place, postgres.APPLICATION)
        os.environ["DATABASE_OWNER_URL"] = postgres.url(place, postgres.OWNER)
        os.environ["DATABASE_EXPIRY_URL"] = postgres.url(place, postgres.EXPIRY)
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = valkey.url(place_of(checkout, name, base))
    database = os.environ["DATABASE_URL"]
    return Servers(database, os.environ.get("DATABASE_OWNER_URL") or database, os.environ["REDIS_URL"])


def _require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise EmbeddedError("Embedded servers need Linux. Set DATABASE_URL and REDIS_URL to servers of your own.")


def _locked(place: Place):  # type: ignore[no-untyped-def]
    from iys_portal.embedded import keeper

    return keeper.start_lock(place)


def _take(place: Place, *, durable: bool, postgres: bool, valkey: bool) -> None:
    from iys_portal.embedded import keeper
    from iys_portal.embedded import postgres as postgres_server
    from iys_portal.embedded import valkey as valkey_server

    place.prepare()
    with _locked(place):
        hold = _holds.get(place.state)
        users = hold.users if hold else keeper.hold_users(place)
        try:
            place.prepare_for_servers()
            if postgres:
                postgres_server.ensure_running(place, durable=durable)
            if valkey:
                valkey_server.ensure_running(place, durable=durable)
        except BaseException:
            if not hold:
                keeper.release(place, users)
            raise
        if hold:
            hold.postgres, hold.valkey = hold.postgres or postgres, hold.valkey or valkey
        else:
            if not _holds:
                atexit.register(let_go)
            _holds[place.state] = _Hold(place, users, durable, postgres, valkey)
        _start_keeper(place)


def _start_keeper(place: Place) -> None:
    from iys_portal.embedded import keeper

    if keeper.is_kept(place):
        return
    from iys_portal.embedded import processes

    with processes.open_log(place.state / "keeper.log") as log:
        # It outlives us by design; a shell between makes it nobody's child.
        program = [sys.executable, "-m", "iys_portal.embedded", "keep"]
        program += ["--checkout", str(place.checkout), "--name", place.name]
        program += ["--base", str(place.base)] if place.base else []
        subprocess.run(
            ["/bin/sh", "-c", '"$@" </dev/null >&2 &', "sh", *program],
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )
