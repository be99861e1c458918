"""The web process killed while it writes, and pages while PostgreSQL or Valkey is away (docs/faults.md)."""

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from consents.enums import Status
from consents.models import Consent, ConsentEvent, InboundText
from iys_portal.core.enums import OutboxState
from iys_portal.core.models import OutboxMessage
from tests.databases import ROOT
from tests.factories import BrandFactory, MembershipFactory
from tests.trust.web import free_port
from tests.workers import kill, until

from .machine import Machine, Portal

pytestmark = [pytest.mark.soak, pytest.mark.processes]
SECRET = "test-sms-secret"
REFUSED = 4
"""Rows of one text's refusal: two channels by two types (R-R1)."""


@dataclass
class Web:
    """gunicorn with two workers, in a process group of its own."""

    portal: Portal
    port: int = field(default_factory=free_port)
    process: Any = None

    def start(self) -> None:
        with (self.portal.folder / "web.log").open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "iys_portal.wsgi"],
                cwd=ROOT,
                env=self.portal.env | {"BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "2", "WEB_THREADS": "4"},
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        until(lambda: self.ask("/healthz")[0] == 200, what="gunicorn's first answer")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers; status 0 where no answer came."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request("POST" if body else "GET", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
        except (OSError, http.client.HTTPException):
            return 0, "", {}
        finally:
            link.close()

    def text(self, number: int, brand_code: int) -> int:
        """The gateway brings a refusal by text; 200 says that it was taken."""
        text = {"id": f"G{number}", "from": phone(number), "to": "3500", "text": f"RET {brand_code}"}
        body = json.dumps(text).encode()
        return self.ask("/sms/gelen/", body, Content_Type="application/json", X_Gateway_Secret=SECRET)[0]


def phone(number: int) -> str:
    return f"+90532{number:07d}"


@pytest.fixture
def running(portal: Callable[..., Portal]) -> Portal:
    return portal()


@pytest.fixture
def web(running: Portal) -> Iterator[Web]:
    found = Web(running)
    found.start()
    yield found
    if found.process.poll() is None:
        kill(found.process)


def test_web_killed_while_it_writes(web: Web) -> None:
    """Four gateways bring texts; what was answered with 200 stands, the rest is brought again, and each counts once."""
    brand, numbers, lock = BrandFactory(), itertools.count(1), threading.Lock()
    taken: list[int] = []
    broken: list[int] = []

    def gateway() -> None:
        while len(taken) < 2_000:
            with lock:
                number = next(numbers)
            if web.text(number, brand.brand_code) != 200:
                broken.append(number)
                return
            taken.append(number)

    gateways = [threading.Thread(target=gateway) for _ in range(4)]
    for one in gateways:
        one.start()
    until(lambda: len(taken) >= 40, what="forty refusals")
    web.kill()
    for one in gateways:
        one.join()
    assert broken, "some were under way"
    known = set(InboundText.objects.values_list("gateway_id", flat=True))
    assert {f"G{number}" for number in taken} <= known, "an acknowledged refusal was lost"

    web.start()
    assert [web.text(number, brand.brand_code) for number in broken] == [200] * len(broken)
    everybody = sorted(taken + broken)
    assert InboundText.objects.count() == OutboxMessage.objects.count() == len(everybody)
    refused = Consent.objects.filter(brand_id=brand.pk, status=Status.RET)
    assert sorted(set(refused.values_list("recipient", flat=True))) == [phone(number) for number in everybody]
    assert refused.count() == ConsentEvent.objects.count() == REFUSED * len(everybody)


def signed_in() -> str:
    """The session cookie of a provider's viewer: a browser that was signed in before the fault."""
    member = MembershipFactory(role="viewer")
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    session["second_factor_given"] = True
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def test_pages_and_refusals_without_valkey(web: Web, running: Portal, machine: Machine) -> None:
    brand, cookie = BrandFactory(), signed_in()
    machine.stop_valkey()
    try:
        assert web.ask("/accounts/login/")[0] == 200
        assert web.ask("/", Cookie=cookie)[0] == 200
        assert web.text(1, brand.brand_code) == 200
        assert web.ask("/healthz")[0] == 200
        status, said, _headers = web.ask("/readyz")
        assert (status, json.loads(said)["checks"]["queue"]) == (200, "fails")
    finally:
        machine.revive()
    assert Consent.objects.filter(status=Status.RET).count() == REFUSED
    assert web.ask("/readyz")[0] == 200, "the same process"
    running.start_worker()
    running.start_beat()
    until(lambda: OutboxMessage.objects.get().state == OutboxState.SENT, what="the answer that no task told of")


def test_pages_without_postgres(web: Web, machine: Machine, tmp_path: Path) -> None:
    """They say so, and programs that they shall come again; afterwards the same processes serve."""
    brand, cookie = BrandFactory(), signed_in()
    assert web.ask("/", Cookie=cookie)[0] == 200
    machine.stop_postgres()
    try:
        status, said, headers = web.ask("/", Cookie=cookie)
        assert (status, headers["retry-after"]) == (503, "30")
        assert "Birkaç dakika sonra" in said and "in a few minutes" in said
        assert web.text(1, brand.brand_code) == 503
        assert web.ask("/healthz")[0] == 200
        assert json.loads(web.ask("/readyz")[1])["checks"]["database"] == "fails"
    finally:
        machine.revive()
    until(lambda: web.ask("/readyz")[0] == 200, what="readiness")
    assert web.ask("/", Cookie=cookie)[0] == 200
    assert web.text(1, brand.brand_code) == 200
    assert Consent.objects.filter(status=Status.RET).count() == REFUSED
