"""A real gunicorn with production settings on a test's database, spoken to as the proxy does."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import ROOT
from tests.workers import environment, until

from .production import HOST, good_environment, python

TOKEN = "metrics-token-of-these-tests-0123456789"
# Compressing every file takes most of a minute, and nothing here asks for compressed ones.
COLLECT = """
import sys, manage
from whitenoise.storage import CompressedManifestStaticFilesStorage as Storage
Storage.compress_files = lambda self, names: []
sys.argv = ["manage.py", "collectstatic", "--noinput", "--verbosity=0"]
manage.main()
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Web:
    process: subprocess.Popen
    port: int
    log: Path

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request as it comes from the proxy: over https, to the portal's name, unless said otherwise."""
        sent = {"Host": HOST, "X-Forwarded-Proto": "https"} | {k.replace("_", "-"): v for k, v in headers.items()}
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, body=body, headers=sent)
            answer = link.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
        finally:
            link.close()

    def measures(self) -> dict[str, float]:
        page = self.ask("/metrics", Authorization=f"Bearer {TOKEN}")
        assert page.status == 200
        lines = [line.rpartition(" ") for line in page.body.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _space, value in lines}


def production_on(database: str, folder: Path, **more: str) -> dict[str, str]:
    """Production settings on a test's database and the test run's own broker."""
    ours = environment(database, folder)
    urls = {name: ours[name] for name in ("DATABASE_URL", "REDIS_URL", "PRIVATE_ROOT", "CELERY_QUEUE")}
    return good_environment(
        **urls,
        METRICS_TOKEN=TOKEN,
        PROMETHEUS_MULTIPROC_DIR=str(folder / "measures"),
        STATIC_ROOT=str(folder / "static"),
        **more,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(env: dict[str, str], folder: Path) -> Iterator[Web]:
    """Started as docs/deployment.md says, in a process group of its own; killed at the end."""
    port, log = free_port(), folder / "gunicorn.log"
    Path(env["STATIC_ROOT"]).mkdir(exist_ok=True)
    collected = python(COLLECT, env)
    assert collected.returncode == 0, collected.stderr
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "iys_portal.wsgi"],
            cwd=ROOT,
            env={"WEB_WORKERS": "2", "WEB_THREADS": "3"} | env | {"BIND": f"127.0.0.1:{port}"},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    web = Web(process, port, log)

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return web.ask("/healthz").status == 200
        except OSError:
            return False

    try:
        until(answers, what="gunicorn's first answer")
        yield web
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
