"""The API behind the production server: what HTTP clients of many languages send without being asked."""

import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db.models import Max
from django.test import override_settings
from django.utils import timezone

from consents.models import ApiBatch, Consent, ConsentEvent, LedgerSeal
from consents.selectors import api as selectors
from consents.services.seals import seal_ledger
from iys_portal.core.calendar import ISTANBUL
from iys_portal.dashboard.snippets import steps
from providers.services.keys import make_key
from providers.services.tokens import sign_in
from tests import databases, workers
from tests.conftest import SAMPLES
from tests.factories import BrandFactory, officer_of
from tests.started import start


@contextlib.contextmanager
def gunicorn(environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--threads=4", "--no-control-socket"]
    process = start("gunicorn", "iys_portal.wsgi", *options, env=environment)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.2)
        yield port
    finally:
        process.kill()


def raw(port: int, *parts: bytes) -> list[bytes]:
    """Send parts one after another; what the server said after each."""
    said = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        for part in parts:
            wire.sendall(part)
            said.append(wire.recv(65_536))
            while part is parts[-1] and (more := wire.recv(65_536)):
                said[-1] += more
    return said


@pytest.mark.processes
def test_what_clients_send_through_gunicorn(own_queue, committed_db, tmp_path):
    brand = BrandFactory(is_main=True)
    made = make_key(actor=officer_of(brand, role="manager"), name="Deneme", scopes=["record", "query"])
    token = sign_in(username=made.key.username, password=made.secret, address="", now=timezone.now()).access
    base = f"/sps/{brand.provider.iys_code}/brands/{brand.brand_code}"
    at = timezone.now().astimezone(ISTANBUL) - timedelta(hours=1)
    entry = {
        "recipient": "ad@firma.example", "type": "EPOSTA", "source": "HS_WEB", "status": "ONAY",
        "consentDate": at.strftime("%Y-%m-%d %H:%M:%S"),
    }  # fmt: skip

    def head(method: str, path: str, length: int, *more: str) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", "Connection: close",
            "Content-Type: application/json; charset=utf8", f"Content-Length: {length}", *more,
        ]  # fmt: skip
        return "\r\n".join([*lines, "", ""]).encode()

    def in_chunks(method: str, path: str) -> bytes:
        return head(method, path, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    env = workers.environment(committed_db, tmp_path)
    with gunicorn(env) as port:
        body = json.dumps(entry).encode()
        going_on, answer = raw(port, head("POST", base + "/consents", len(body), "Expect: 100-continue"), body)
        assert going_on.startswith(b"HTTP/1.1 100 Continue")
        assert answer.startswith(b"HTTP/1.1 200 OK"), answer
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:40], body[40:])) + b"0\r\n\r\n"
        (answer,) = raw(port, in_chunks("POST", base + "/consents") + chunks)
        assert answer.startswith(b"HTTP/1.1 200 OK"), answer
        (answer,) = raw(port, in_chunks("POST", base + "/consents") + b"3\r\nnot\r\n0\r\n\r\n")
        assert b"H014" in answer
        for method, path, status in (
            ("GET", "/info/city/34?", b"200"),
            ("DELETE", base + "/retailers/1", b"403"),
            ("GET", base + "/consents/changes?", b"204"),
        ):
            (answer,) = raw(port, head(method, path, 0))
            assert answer.startswith(b"HTTP/1.1 " + status), answer
        with workers.celery_worker(env):
            sent = json.dumps([{**entry, "recipient": f"a{number}@firma.example"} for number in range(50)]).encode()
            (answer,) = raw(port, head("POST", base + "/consents/request", len(sent)) + sent)
            assert answer.startswith(b"HTTP/1.1 202"), answer
            until = time.monotonic() + 60
            while ApiBatch.objects.filter(worked_at=None).exists() and time.monotonic() < until:
                time.sleep(0.2)
            assert Consent.objects.count() == 51
            walk_changes(brand, made)
            run_the_documented_script(brand, made, port, tmp_path)
            run_the_examples(brand, made, port, tmp_path)


def run_the_documented_script(brand, made, port, folder):
    """docs/api/send_list.py as it stands sends the sample list as it stands."""
    script = databases.ROOT / "docs" / "api" / "send_list.py"
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 30
    subprocess.run([sys.executable, str(SAMPLES), str(folder), "--rows", "1200"], check=True)
    before = Consent.objects.count()
    numbers = [str(brand.provider.iys_code), str(brand.brand_code)]
    said = subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{port}", *numbers, made.key.username, made.secret,
         str(folder / "headerless.csv")],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert said.stdout.split() == ["success", "1200"], said.stdout
    assert Consent.objects.count() == before + 1_200


def run_the_examples(brand, made, port, folder):
    """What the developer's corner shows, put one below the other as it says there."""
    secrets = {"IYS_USER": made.key.username, "IYS_PASSWORD": made.secret}
    for language, program in (("python", sys.executable), ("curl", "bash")):
        with override_settings(PORTAL_URL=f"http://127.0.0.1:{port}"):
            parts = steps(language, brand, now=timezone.now())
        path = folder / f"example-{language}"
        path.write_text("\n\n".join(part.text for part in parts), encoding="utf-8")
        said = subprocess.run(
            [program, str(path)], env={**os.environ, **secrets}, capture_output=True, text=True, timeout=60
        )
        assert said.returncode == 0, said.stderr
        assert "ONAY" in said.stdout
        assert said.stdout.count("success") == 2, said.stdout
        assert "error" not in said.stdout


def walk_changes(brand, made):
    """The feed over sealed, committed events: page by page every event once, and nothing behind the last."""
    last, ahead = ConsentEvent.objects.aggregate(last=Max("event_id"))["last"], itertools.count(0, 10)

    def sealed() -> bool:
        """A mark, then what it made final (docs/seals.md); transactions of other tests hold it up."""
        seal_ledger(now=timezone.now() + timedelta(seconds=min(next(ahead), 60)))
        return LedgerSeal.objects.filter(last_event__gte=last).exists()

    workers.until(sealed, what="the end of transactions under way")
    actor, seen, after = officer_of(brand), [], None
    since = timezone.now() - timedelta(days=7)
    while True:
        page = selectors.changes(actor, brand, after=after, limit=20, registry=False, since=since)
        seen += [event.event_id for event in page.events]
        if not page.events and not page.more:
            break
        after = page.after
    assert len(seen) == len(set(seen)) == 51
    own = selectors.changes(actor, brand, after=None, limit=20, registry=True, since=since)
    assert own.events == []
