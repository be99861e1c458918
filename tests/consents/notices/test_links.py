"""The links of notices (R-M3, R-M4, R-R1): only POST acts; each answer does what it says and nothing else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consents.effective import Reason, judge
from consents.enums import Channel, EventKind, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, NoticeLink, RefusalAlert
from iys_portal.core import mailbox
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory

from .conftest import ADDRESS, MOBILE, Teller, token

pytestmark = pytest.mark.django_db
ACTS = ("link", "link_confirm", "link_refuse", "link_deny", "link_one_click")


@pytest.fixture
def visitor() -> Client:
    """Nobody who is signed in, with cookies off and CSRF checks on."""
    return Client(enforce_csrf_checks=True)


def url(name: str, secret: str) -> str:
    return reverse(f"consents:{name}", args=[secret])


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (ConsentEvent, RefusalAlert, AuditEntry, NoticeLink))


def events() -> list[tuple[int, int, int]]:
    return list(ConsentEvent.objects.order_by("event_id").values_list("status", "source", "kind"))


def reason(brand: Brand, to: str = ADDRESS, channel: int = 3, kind: int = 1) -> Reason:
    return judge([(to, brand.pk, channel, kind)], now=ConsentEvent.objects.latest("registered_at").registered_at)[0]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_r_m3_opening_any_link_of_any_mail_changes_nothing(teller: Teller, visitor: Client, method: str) -> None:
    teller.record(teller.entry(), teller.entry(MOBILE, "MESAJ"), teller.entry("fatma@firma.example"))
    teller.send()
    links = {
        found
        for letter in mailbox.letters()
        for text in (letter.text, letter.html, letter.headers.get("List-Unsubscribe", ""))
        for found in re.findall(r"https://portal\.example(/[^\s\"<>#]*)", text)
    }
    links |= {url(name, link.split("/")[2]) for link in links if link.startswith("/i/") for name in ACTS}
    assert len(links) >= 3 * len(ACTS)
    before = rows()
    for link in links:
        response = getattr(visitor, method)(link)
        assert response.status_code in (200, 302, 405), link
        assert rows() == before, link


def test_the_page_says_who_what_and_when_but_not_the_address(teller: Teller, visitor: Client) -> None:
    page = visitor.get(url("link", teller.tell(teller.entry(at="2026-11-24 14:03:00"))))
    text = page.content.decode()
    for word in ("Deneme Moda", "Deneme Ticaret A.Ş.", "24.11.2026 14:03"):
        assert word in text
    assert ADDRESS not in text
    assert page["Referrer-Policy"] == "same-origin", "the token goes to no other site"
    assert "no-cache" in page["Cache-Control"]


def test_r_r1_refusing_is_in_force_at_once_and_gives_a_receipt(teller: Teller, visitor: Client) -> None:
    secret = teller.tell()
    response = visitor.post(url("link_refuse", secret), {"channel": "EPOSTA"}, follow=True)
    assert response.status_code == 200
    assert reason(teller.brand) is Reason.REFUSED_BY_RECIPIENT
    refusal = Consent.objects.get(recipient_type=1)
    assert (refusal.source, refusal.status) == (Source.IYS_EPOSTA, Status.RET)
    assert f"İYS-{refusal.event_id}" in response.content.decode()
    event = ConsentEvent.objects.get(event_id=refusal.event_id)
    assert (event.way, event.actor_kind) == (WayIn.MAIL_LINK, 3)
    assert RefusalAlert.objects.get().event_id == refusal.event_id


def test_r_m3_refusing_twice_keeps_the_first_receipt(teller: Teller, visitor: Client) -> None:
    secret = teller.tell()
    visitor.post(url("link_refuse", secret), {"channel": "EPOSTA"})
    before, receipt = rows(), Consent.objects.get(recipient_type=1).event_id
    response = visitor.post(url("link_refuse", secret), {"channel": "EPOSTA"}, follow=True)
    assert rows() == before
    assert f"İYS-{receipt}" in response.content.decode()


def test_r_m3_not_given_refuses_and_marks(teller: Teller, visitor: Client) -> None:
    teller.record(teller.entry(MOBILE, "MESAJ"), teller.entry(MOBILE, "ARAMA"))
    teller.send()
    visitor.post(url("link_deny", token()))
    assert {a.channel for a in RefusalAlert.objects.filter(denied=True)} == {Channel.MESAJ, Channel.ARAMA}
    for channel in (Channel.MESAJ, Channel.ARAMA):
        assert reason(teller.brand, MOBILE, channel) is Reason.REFUSED_BY_RECIPIENT
    assert {e.source for e in ConsentEvent.objects.filter(status=2)} == {Source.IYS_KISAMESAJ}


def test_r_m3_not_given_after_a_refusal_marks_it(teller: Teller, visitor: Client) -> None:
    secret = teller.tell()
    visitor.post(url("link_refuse", secret), {"channel": "EPOSTA"})
    visitor.post(url("link_deny", secret))
    assert RefusalAlert.objects.get().denied


def test_r_m3_a_text_refuses_one_channel_at_a_time(teller: Teller, visitor: Client) -> None:
    teller.record(teller.entry(MOBILE, "MESAJ"), teller.entry(MOBILE, "ARAMA"))
    teller.send()
    visitor.post(url("link_refuse", token()), {"channel": "MESAJ"})
    assert reason(teller.brand, MOBILE, Channel.MESAJ) is Reason.REFUSED_BY_RECIPIENT
    assert reason(teller.brand, MOBILE, Channel.ARAMA) is Reason.SENDABLE


class TestOneClick:
    def test_r_m3_rfc_8058_needs_no_sign_in_and_no_cookie(self, teller: Teller, visitor: Client) -> None:
        secret = teller.tell()
        response = visitor.post(url("link_one_click", secret), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200, "RFC 8058: no redirect"
        assert reason(teller.brand) is Reason.REFUSED_BY_RECIPIENT

    def test_the_form_encoded_body_of_mail_programs(self, teller: Teller, visitor: Client) -> None:
        secret = teller.tell()
        form = "application/x-www-form-urlencoded"
        visitor.post(url("link_one_click", secret), "List-Unsubscribe=One-Click", content_type=form)
        assert reason(teller.brand) is Reason.REFUSED_BY_RECIPIENT

    def test_any_other_body_does_nothing(self, teller: Teller, visitor: Client) -> None:
        secret, before = teller.tell(), rows()
        assert visitor.post(url("link_one_click", secret)).status_code == 400
        assert rows()[:3] == (before[0], before[1], before[2])


class TestConfirming:
    def test_r_m3_it_is_kept_in_the_ledger(self, teller: Teller, visitor: Client) -> None:
        visitor.post(url("link_confirm", teller.tell()))
        assert events()[-1] == (Status.ONAY, Source.HS_WEB, EventKind.CONFIRM)
        assert AuditEntry.objects.filter(verb="consent.confirmed").count() == 1

    def test_a_second_time_changes_nothing(self, teller: Teller, visitor: Client) -> None:
        secret = teller.tell()
        visitor.post(url("link_confirm", secret))
        before = rows()
        assert visitor.post(url("link_confirm", secret)).status_code == 302
        assert rows() == before

    def test_r_m4_double_opt_in_waits_for_it(self, teller: Teller, visitor: Client) -> None:
        teller.brand.double_opt_in = True
        teller.brand.save()
        secret = teller.tell()
        assert reason(teller.brand) is Reason.AWAITING_CONFIRMATION
        visitor.post(url("link_confirm", secret))
        assert reason(teller.brand) is Reason.SENDABLE

    def test_r_m4_a_renewal_that_still_waits_is_told_again(self, teller: Teller, visitor: Client) -> None:
        teller.brand.double_opt_in = True
        teller.brand.save()
        old = teller.tell(teller.entry(hours=2))
        teller.record(teller.entry(hours=1), moment=teller.moment + timedelta(seconds=1))
        teller.send(at=teller.moment + timedelta(minutes=2))
        assert visitor.post(url("link_confirm", old)).status_code == 409
        assert reason(teller.brand) is Reason.AWAITING_CONFIRMATION
        visitor.post(url("link_confirm", token()))
        assert reason(teller.brand) is Reason.SENDABLE

    def test_r_m3_never_after_a_later_event(self, teller: Teller, visitor: Client) -> None:
        secret = teller.tell(teller.entry(hours=2))
        teller.record(teller.entry(status="RET", hours=1), moment=teller.moment + timedelta(seconds=1))
        before = rows()
        response = visitor.post(url("link_confirm", secret))
        assert response.status_code == 409
        assert rows() == before
        assert reason(teller.brand) is Reason.REFUSED

    def test_r_m3_an_old_link_still_refuses(self, teller: Teller, visitor: Client) -> None:
        secret = teller.tell(teller.entry(hours=2))
        teller.record(teller.entry(status="RET", hours=1), moment=teller.moment + timedelta(seconds=1))
        teller.record(teller.entry(hours=0.5), moment=teller.moment + timedelta(seconds=2))
        assert reason(teller.brand) is Reason.SENDABLE
        visitor.post(url("link_refuse", secret), {"channel": "EPOSTA"})
        assert reason(teller.brand) is Reason.REFUSED_BY_RECIPIENT


class TestWorthlessLinks:
    @pytest.mark.parametrize("name", ACTS)
    @pytest.mark.parametrize("change", ["forged", "cut", "longer", "case"])
    def test_they_do_nothing_and_say_so_kindly(self, teller: Teller, visitor: Client, name: str, change: str) -> None:
        secret = teller.tell()
        bad = {"forged": "A" * 22, "cut": secret[:-3], "longer": secret + "x", "case": secret.swapcase()}[change]
        before = rows()
        body = {"channel": "EPOSTA", "List-Unsubscribe": "One-Click"}
        response = visitor.post(url(name, bad), body) if name != "link" else visitor.get(url(name, bad))
        assert response.status_code == 404
        assert "<h1>" in response.content.decode()
        assert rows() == before

    def test_swapped_a_link_is_about_its_own_channel_only(self, teller: Teller, visitor: Client) -> None:
        teller.record(teller.entry(MOBILE, "MESAJ"), teller.entry())
        teller.send()
        mail = next(letter for letter in mailbox.letters() if not letter.is_text)
        secret = re.findall(r"/i/([\w-]{22})/", mail.text)[0]
        before = rows()
        for channel in ("MESAJ", "ARAMA", "", "EPOSTA' OR 1=1"):
            response = visitor.post(url("link_refuse", secret), {"channel": channel})
            assert response.status_code == 409
            assert rows() == before

    def test_one_brands_link_leaves_the_others(self, teller: Teller, visitor: Client) -> None:
        other = BrandFactory()
        second = Teller(other, teller.moment)
        second.record(second.entry())
        visitor.post(url("link_refuse", teller.tell()), {"channel": "EPOSTA"})
        assert reason(other) is Reason.SENDABLE
