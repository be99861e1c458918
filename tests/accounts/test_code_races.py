"""R-Z1: a burst gets one code, a code lets one in. Shown with the address's lock off, then with it."""

import re
import threading
from datetime import datetime

import pytest

from iys_portal.accounts import services
from iys_portal.accounts.models import OneTimeCode, User
from iys_portal.accounts.services import codes
from iys_portal.core.models import OutboxMessage
from tests.threads import at_once

MAIL = "ayse@deneme.example"
SIDES = 5


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has looked before anybody writes."""
    everybody = threading.Barrier(SIDES)

    def wait_for_all(name: str, moment: datetime) -> int:
        everybody.wait(timeout=20)
        return 0

    monkeypatch.setattr(codes, "_locked", lambda address: codes._hash(f"address:{address}"))
    monkeypatch.setattr(codes, "_wrong_today", wait_for_all)


def ask(as_of: datetime) -> None:
    services.request_code(address=MAIL, language="tr", ip="192.0.2.7", moment=as_of)


def test_without_the_lock_a_burst_sends_many_codes(committed_db: str, as_of: datetime, lock_off: None) -> None:
    assert not at_once(*[lambda: ask(as_of)] * SIDES)
    assert OutboxMessage.objects.count() == SIDES


def test_r_z1_a_burst_gets_one_code(committed_db: str, as_of: datetime) -> None:
    failures = at_once(*[lambda: ask(as_of)] * SIDES)
    assert [type(failure) for failure in failures] == [services.TooSoon] * (SIDES - 1)
    assert OutboxMessage.objects.count() == OneTimeCode.objects.count() == 1


def enter(as_of: datetime, code: str) -> None:
    services.enter_by_code(address=MAIL, code=code, language="tr", moment=as_of)


def test_r_z1_a_code_opens_one_account_once(committed_db: str, as_of: datetime) -> None:
    ask(as_of)
    code = re.search(r"\b\d{6}\b", OutboxMessage.objects.get().body)[0]
    failures = at_once(*[lambda: enter(as_of, code)] * SIDES)
    assert [type(failure) for failure in failures] == [services.CodeOver] * (SIDES - 1)
    assert User.objects.count() == 1


def test_r_z1_wrong_tries_at_once_are_each_counted(committed_db: str, as_of: datetime) -> None:
    ask(as_of)
    code = re.search(r"\b\d{6}\b", OutboxMessage.objects.get().body)[0]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    at_once(*[lambda: enter(as_of, wrong)] * SIDES)
    assert OneTimeCode.objects.get().tries == 3
    with pytest.raises(services.CodeOver):
        enter(as_of, code)
