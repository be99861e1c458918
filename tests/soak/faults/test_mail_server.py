"""A mail server that is away, slow, refuses half, or says 4xx before it says 2xx (R-M5, docs/faults.md)."""

import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.enums import NoticeState
from consents.models import Notice
from consents.services.records import record_consents
from tests.factories import BrandFactory, officer_of
from tests.mail_servers import MailServer
from tests.workers import kill, until

from .machine import Portal
from .works import given

pytestmark = [pytest.mark.soak, pytest.mark.processes]
PEOPLE = 10


@pytest.fixture
def tell(database: str) -> Callable[[], None]:
    """`tell()`: ten people's consents are recorded, each with a notice."""
    brand = BrandFactory()

    def act() -> None:
        outcomes = record_consents(actor=officer_of(brand), brand=brand, entries=given(PEOPLE))
        assert all(outcome.accepted for outcome in outcomes)

    return act


def states() -> Counter[NoticeState]:
    return Counter(NoticeState(state) for state in Notice.objects.values_list("state", flat=True))


def all_sent() -> bool:
    return sum(total for state, total in states().items() if state.sent) == PEOPLE


def started(portal: Callable[..., Portal], **more: str) -> Portal:
    running = portal(SEND_LEASE_SECONDS="9", **more)
    running.start_worker()
    running.start_beat()
    return running


def pauses_end() -> None:
    """The half minute and more that a notice waits after a failure."""
    Notice.objects.filter(state=NoticeState.WAITING).update(next_try_at=timezone.now() - timedelta(seconds=1))


def each_once(mails: MailServer) -> None:
    assert sorted(mail.to for mail in mails.taken) == sorted(f"kisi{n}@firma.example" for n in range(PEOPLE))


def test_mail_server_away(portal: Any, tell: Any, mails: MailServer) -> None:
    with socket.socket() as nobody:  # bound, and nobody listens
        nobody.bind(("127.0.0.1", 0))
        running = started(portal, EMAIL_URL=f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
        tell()
        until(lambda: Notice.objects.exclude(answer=None).exists(), what="a try that met nobody")
        assert set(states()) <= {NoticeState.WAITING, NoticeState.CLAIMED}
        assert not Notice.objects.filter(attempts__gt=1).exists(), "an outage costs no try"
    running.env |= mails.environment()
    kill(running.worker)
    running.start_worker()
    pauses_end()
    until(all_sent, what="the notices after the outage")
    each_once(mails)


def test_mail_server_slow(portal: Any, tell: Any, mails: MailServer) -> None:
    """Each answer takes longer than a third of the lease: what is left of a claim goes back in time."""
    mails.before_answer = lambda: time.sleep(1.5)
    started(portal)
    tell()
    until(all_sent, seconds=120, what="all notices")
    each_once(mails)


def test_mail_server_refuses_half(portal: Any, tell: Any, mails: MailServer) -> None:
    refused = {f"kisi{n}@firma.example" for n in range(0, PEOPLE, 2)}
    mails.refuse |= dict.fromkeys(refused, "550 5.1.1 No such user")
    started(portal)
    tell()
    until(lambda: states()[NoticeState.UNDELIVERED] == len(refused), what="the refused")
    until(lambda: states()[NoticeState.WAITING] + states()[NoticeState.CLAIMED] == 0, what="the others")
    undelivered = Notice.objects.filter(state=NoticeState.UNDELIVERED)
    assert set(undelivered.values_list("recipient", "answer")) == {(to, "550 5.1.1 No such user") for to in refused}
    assert sorted(mail.to for mail in mails.taken) == sorted(
        {f"kisi{n}@firma.example" for n in range(PEOPLE)} - refused
    )


def test_mail_server_says_4xx_then_2xx(portal: Any, tell: Any, mails: MailServer) -> None:
    mails.answers.extend(["451 4.7.1 Greylisted"] * PEOPLE)
    started(portal)
    tell()
    until(lambda: Notice.objects.filter(answer__startswith="451").count() == PEOPLE, what="ten refusals for now")
    assert states() == {NoticeState.WAITING: PEOPLE}
    pauses_end()
    until(all_sent, what="the second tries")
    each_once(mails)
    assert len({mail.message_id for mail in mails.mails}) == PEOPLE, "both tries bear one id"
