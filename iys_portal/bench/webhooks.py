"""How long from the commit of a change until the provider's receiver has its webhook, at light load.

A worker of the express queue and beat run as in production, each in a process of its own; the receiver is a plain
HTTP server here.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import quantiles

from django.conf import settings
from django.utils import timezone

from consents.services.records import Entry, record_consents
from consents.services.webhooks import make_webhook
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

CHANGES = 40
EVERY = 0.7  # seconds between two changes
LONGEST = 60.0
QUEUE = "iys-bench-webhooks"


def measure(brand: Brand, actor: Actor, folder: Path) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    with _receiver() as (port, taken):
        settings.LOCAL_TARGET_PORT = port
        make_webhook(
            actor=actor.with_permission(Permission.PUSH_KEEP),
            url=f"http://127.0.0.1:{port}/",
            events=["consent.recorded"],
            brands=[brand],
            now=timezone.now(),
        )
        environment = {**os.environ, "CELERY_QUEUE": QUEUE, "LOCAL_TARGET_PORT": str(port)}
        with _portal(folder, environment):
            _change(brand, actor, "isinma")  # until beat and worker are up
            _wait(taken, "isinma")
            waits = []
            for number in range(CHANGES):
                committed = _change(brand, actor, f"webhook{number}")
                waits.append(committed)
                time.sleep(EVERY)
            _wait(taken, f"webhook{CHANGES - 1}")
        seconds = [taken[f"webhook{number}@alici.example"] - at for number, at in enumerate(waits)]
    yield "api.webhook.p95_s", quantiles(seconds, n=20)[-1], "s"


def _change(brand: Brand, actor: Actor, name: str) -> float:
    """Record one consent; the moment of its commit."""
    at = timezone.now().astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry(f"{name}@alici.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    record_consents(actor=actor, brand=brand, entries=[entry])
    return time.monotonic()


def _wait(taken: dict[str, float], name: str) -> None:
    ends = time.monotonic() + LONGEST
    while f"{name}@alici.example" not in taken:
        if time.monotonic() > ends:
            raise TimeoutError("no webhook came")
        time.sleep(0.05)


@contextmanager
def _receiver() -> Iterator[tuple[int, dict[str, float]]]:
    """Yields the port, and when each address was told first."""
    taken: dict[str, float] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            now = time.monotonic()
            for change in body["data"].get("changes", []):
                taken.setdefault(change["recipient"], now)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], taken
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _portal(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    celery = [sys.executable, "-m", "celery", "-A", "iys_portal", "--quiet"]
    commands = [
        [*celery, "worker", "-Q", f"{QUEUE}-express", "--concurrency=4"],
        [*celery, "beat", "--pidfile=", "--schedule", str(folder / "beat")],
    ]
    running = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
