"""What citizens wished to be mailed: new consents at once or daily, receipts of refusals; R-M1 stands apart."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consents.models import ConsentEvent, LedgerSeal, NewsMark
from consents.services import news
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.accounts.services import set_mails
from iys_portal.core.models import OutboxMessage
from tests.factories import BrandFactory

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
PAPER = {"source": "HS_ISLAK_IMZA", "evidence": "ARŞİV 7"}


def seal() -> None:
    """As if everything that stands were under a seal; the sealer itself needs its own transactions."""
    nothing = b"0" * 32
    last = ConsentEvent.objects.order_by("-event_id").values_list("event_id", flat=True).first() or 0
    number = LedgerSeal.objects.count() + 1
    LedgerSeal.objects.create(
        number=number, sealed_at=timezone.now(), last_event=last, events=1, events_root=nothing, last_entry=0,
        entries=0, entries_root=nothing, previous=nothing, hash=bytes([number]) * 32, key_id="k", signature=nothing,
    )  # fmt: skip


@pytest.fixture
def begun(citizen: User) -> User:
    """A citizen, after the very first runs, which only set the marks."""
    seal()
    assert news.tell_each() == news.tell_daily() == 0
    return citizen


def wish(user: User, consents: str, *, refusals: bool = True) -> None:
    set_mails(consents=consents, refusals=refusals, devices=True, actor=actor_for(user))


def mails(name: str = "new_consents") -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(cause__startswith=f"{name}:").order_by("pk"))


def test_a_new_consent_is_told_at_once_to_who_wants_it_so(begun: User, record) -> None:
    wish(begun, "each")
    record(BrandFactory(name="Deneme Çiçek"), PHONE, "ARAMA", **PAPER)
    assert news.tell_each() == 0, "nothing is told before it is final"
    seal()
    assert news.tell_each() == 1
    (mail,) = mails()
    assert mail.to == MAIL and "Deneme Çiçek" in mail.body and PHONE in mail.body
    assert news.tell_each() == news.tell_daily() == 0


def test_by_default_once_a_day_all_together(begun: User, record) -> None:
    for name in ("Bir", "İki"):
        record(BrandFactory(name=name), MAIL, "EPOSTA", **PAPER)
    seal()
    assert news.tell_each() == 0
    assert news.tell_daily() == 1
    (mail,) = mails()
    assert "Bir" in mail.body and "İki" in mail.body and "2" in mail.subject
    assert news.tell_daily() == 0


@pytest.mark.parametrize("rhythm", ["each", "daily"])
def test_r_m1_what_the_notice_of_the_law_tells_is_not_told_again(begun: User, record, rhythm: str) -> None:
    wish(begun, rhythm)
    record(BrandFactory())
    seal()
    assert news.tell_each() == news.tell_daily() == 0


def test_who_wants_none_gets_none(begun: User, record) -> None:
    wish(begun, "none")
    record(BrandFactory(), MAIL, "EPOSTA", **PAPER)
    seal()
    assert news.tell_each() == news.tell_daily() == 0


def test_a_renewal_is_no_news(begun: User, record, clock) -> None:
    brand = BrandFactory()
    record(brand, MAIL, "EPOSTA", **PAPER)
    seal()
    news.tell_daily()
    clock.shift(timedelta(hours=2))
    record(brand, MAIL, "EPOSTA", **PAPER)
    seal()
    assert news.tell_daily() == 0


def test_own_refusals_get_one_receipt(begun: User, page: Client, record) -> None:
    for name in ("Bir", "İki"):
        record(BrandFactory(name=name))
    page.post("/izinlerim/hepsi/ret/")
    seal()
    assert news.tell_each() == 1
    (mail,) = mails("refusal_receipt")
    assert mail.body.count("- ") == 2, "consumer and merchant are one line"
    assert news.tell_each() == 0


def test_a_refusal_that_was_taken_back_has_no_receipt(begun: User, page: Client, record) -> None:
    record(BrandFactory())
    page.post("/izinlerim/hepsi/ret/")
    token = re.search(r'name="what" value="([^"]+)"', page.get("/izinlerim/").content.decode())[1]
    page.post("/izinlerim/geri-al/", {"what": token})
    seal()
    assert news.tell_each() == 0


def test_receipts_can_be_switched_off(begun: User, page: Client, record) -> None:
    wish(begun, "daily", refusals=False)
    record(BrandFactory())
    page.post("/izinlerim/hepsi/ret/")
    seal()
    assert news.tell_each() == 0


def test_who_has_no_mail_and_strangers_get_nothing(begun: User, record) -> None:
    citizen_with("+905321234599")
    record(BrandFactory(), "+905321234599", "ARAMA", **PAPER)
    record(BrandFactory(), OTHERS, "EPOSTA", **PAPER)
    seal()
    assert news.tell_daily() == 0
    assert NewsMark.objects.get(rhythm="daily").event == LedgerSeal.objects.latest("number").last_event
