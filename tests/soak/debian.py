"""A cluster of Debian's PostgreSQL for one test, apart from the system's own: the superuser by socket, roles by TCP."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from tests.databases import ROOT
from tests.trust.web import free_port
from tests.workers import until

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
ROLES = ("owner", "app", "expiry")


def as_postgres(*command: str | Path) -> list[str]:
    """PostgreSQL does not run as root: Debian's own user does it then."""
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


class Cluster:
    """A data folder with its server; `words` are the passwords of the three roles."""

    def __init__(self, name: str) -> None:
        self.bins, self.port = PROGRAMS[-1].parent, free_port()
        self.folder = Path(f"/tmp/iys-{name}-{os.getpid()}")
        self.folder.mkdir(mode=0o700)
        self.own(self.folder)
        self.data, self.log = self.folder / "db", self.folder / "postgres.log"
        self.words = {role: secrets.token_hex(16) for role in ROLES}
        self.server: subprocess.Popen | None = None

    @staticmethod
    def own(path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")

    @property
    def superuser(self) -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname=postgres"

    def url(self, role: str, name: str = "iys") -> str:
        return f"postgresql://iys_{role}:{self.words[role]}@127.0.0.1:{self.port}/{name}"

    def urls(self, name: str = "iys") -> dict[str, str]:
        names = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner", "DATABASE_EXPIRY_URL": "expiry"}
        return {variable: self.url(role, name) for variable, role in names.items()}

    def make(self) -> None:
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256"]
        self.run("initdb", "-D", self.data, "-U", "postgres", *locale)

    def run(self, program: str, *words: str | Path) -> str:
        """One of PostgreSQL's programs as its user."""
        done = subprocess.run(
            as_postgres(self.bins / program, *words), capture_output=True, text=True, cwd="/", check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, settings: Mapping[str, str] = {}) -> None:
        own = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        options = [word for name, value in {**own, **settings}.items() for word in ("-c", f"{name}={value}")]
        command = as_postgres(self.bins / "postgres", "-D", self.data, *options)
        with self.log.open("a") as log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True)
        until(self.answers, what="Debian's PostgreSQL")

    def answers(self) -> bool:
        assert self.server is not None and self.server.poll() is None, self.log.read_text()[-2000:]
        try:
            psycopg.connect(self.superuser).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str, *, database: str = "postgres") -> str:
        """The one value of a statement, as superuser."""
        with psycopg.connect(self.superuser, dbname=database, autocommit=True) as session:
            cursor = session.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return str(row[0]) if row else ""

    def make_roles(self) -> None:
        env = {**os.environ, **{f"IYS_{role.upper()}_PASSWORD": self.words[role] for role in ROLES}}
        address = ["--host", str(self.folder), "--port", str(self.port), "--username=postgres", "--dbname=postgres"]
        command = [self.bins / "psql", "--quiet", *address, "--file", ROOT / "deploy" / "roles.sql"]
        subprocess.run(command, check=True, env=env)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        if self.server is not None and self.server.poll() is None:
            os.killpg(self.server.pid, number)
            self.server.wait(timeout=60)
            until(self._is_gone, what="the end of all of PostgreSQL's processes")

    def _is_gone(self) -> bool:
        """`runuser` ends before the server that it started does."""
        assert self.server is not None
        try:
            os.killpg(self.server.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
