"""An empty local database is migrated and given the demo data before the first command works on it."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from iys_portal.embedded import Servers

PROJECT = Path(__file__).resolve().parents[1]
# These make, empty or look at the database themselves, or belong to the preparation.
NOT_PREPARED = {
    "dbshell",
    "flush",
    "inspectdb",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "restore",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "squashmigrations",
    "startapp",
    "test",
    "testserver",
}


class PreparationError(RuntimeError):
    """A step of the preparation failed; its own output says why."""


def prepare(servers: Servers, *, command: str) -> bool:
    """Migrate and fill the database when it is empty or an earlier preparation was cut off.

    True when it did so. Two commands at once wait for each other. Raises PreparationError when the
    tables cannot be made; the next command tries again.
    """
    if command in NOT_PREPARED or os.environ.get("IYS_PREPARING"):
        return False
    folder = PROJECT / "var"
    folder.mkdir(exist_ok=True)
    unfinished = folder / "first-start.unfinished"
    with (folder / "first-start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not unfinished.exists() and not _is_empty(servers.database_owner_url):
            return False
        # A mark on disk, because a preparation that was killed leaves tables behind and looks finished.
        unfinished.touch()
        print("First start: making the tables and the demo data …", file=sys.stderr)  # noqa: T201
        if not _manage("migrate"):
            raise PreparationError("The first start failed in `manage.py migrate`; any command tries it again.")
        # `load_demo` asked for by hand does this step itself. A portal without demo data still works.
        if command != "load_demo" and not _manage("load_demo"):
            print("The demo data is missing: `manage.py load_demo` failed.", file=sys.stderr)  # noqa: T201
            return True
        unfinished.unlink()
    return True


def _is_empty(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=30) as connection:
        row = connection.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema())"
        ).fetchone()
    return bool(row and row[0])


def _manage(step: str) -> bool:
    command = [sys.executable, str(PROJECT / "manage.py"), step, "--verbosity=0"]
    # Its output goes to standard error: the command that was asked for owns standard output.
    done = subprocess.run(command, stdout=sys.stderr, env=os.environ | {"IYS_PREPARING": "1"}, check=False)
    return done.returncode == 0
