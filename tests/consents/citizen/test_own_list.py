"""R-Z3: one list of who may reach a citizen, in plain words; nobody else's rows, and reading changes nothing."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from consents.enums import Channel, Hold, Source, WayIn
from consents.models import Consent, ConsentEvent
from consents.selectors.own import own_brands
from consents.services.recipients import ANYBODY, refuse
from iys_portal.accounts.models import User
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from tests.factories import BrandFactory, ProviderFactory

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
OWN = "/izinlerim/"


def rows(as_of, *addresses: str):
    return [row for own in own_brands(addresses or [MAIL, PHONE], now=as_of) for row in own.rows]


def words(row) -> str:
    with translation.override("en-us"):
        return str(row.state.words)


def test_r_z3_brands_stand_in_turkish_order_with_provider_source_and_day(page: Client, record, as_of) -> None:
    for name in ("Zeytin Deneme", "Çınar Deneme", "Cam Deneme", "İnci Deneme", "Ilık Deneme"):
        record(BrandFactory(name=name, provider=ProviderFactory(title=f"{name} Ticaret A.Ş.")))
    text = page.get(OWN).content.decode()
    names = re.findall(r'<h2 id="brand-\d+">([^<]+)</h2>', text)
    assert names == ["Cam Deneme", "Çınar Deneme", "Ilık Deneme", "İnci Deneme", "Zeytin Deneme"]
    assert "Cam Deneme Ticaret A.Ş." in text
    assert "23 Kasım 2026" in text
    assert MAIL in text and PHONE in text


def test_every_own_address_counts_and_nobody_elses(record, as_of) -> None:
    brand = BrandFactory()
    record(brand, MAIL)
    record(brand, PHONE, "MESAJ")
    record(brand, OTHERS)
    assert {(row.address, row.channel) for row in rows(as_of)} == {(MAIL, Channel.EPOSTA), (PHONE, Channel.MESAJ)}


def test_another_persons_row_is_not_on_the_page(page: Client, record) -> None:
    number = record(BrandFactory(name="Başkasının Markası"), OTHERS)
    text = page.get(OWN).content.decode()
    assert "Başkasının Markası" not in text
    assert str(number) not in re.findall(r"/izinlerim/(\d+)/ret/", text)


def test_an_empty_list_says_so(page: Client) -> None:
    answer = page.get(OWN)
    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()
    assert "refuse-everything" not in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ProviderState.ACTIVE, "may reach you"),
        (ProviderState.SUSPENDED, "may not now: the company is suspended"),
        (ProviderState.CLOSED, "may not: the company has closed"),
    ],
)
def test_the_providers_state_is_said(record, as_of, state: str, said: str) -> None:
    brand = BrandFactory()
    record(brand)
    brand.provider.state = state
    brand.provider.save()
    (row,) = rows(as_of)
    assert words(row) == said
    assert row.state.refusable, "a no is taken whatever became of the company"


def test_r_m4_awaited_confirmation_is_said(record, as_of) -> None:
    record(BrandFactory(double_opt_in=True))
    assert Consent.objects.get().holds == Hold.AWAITING_CONFIRMATION
    (row,) = rows(as_of)
    assert (words(row), row.state.reaches) == ("may not yet: your confirmation is awaited", False)


def test_missing_evidence_is_said(record, as_of) -> None:
    record(BrandFactory(), source="HS_ISLAK_IMZA")
    (row,) = rows(as_of)
    assert words(row) == "may not: your signature has not been shown"


def test_whose_refusal_it_is_is_said(record, as_of) -> None:
    record(BrandFactory(), status="RET")
    (row,) = rows(as_of)
    assert (words(row), row.state.refusable) == ("may not: a refusal is recorded", False)


def test_r_l6_what_was_loaded_by_mistake_is_said(page: Client, record, as_of) -> None:
    """A refused brand that never wrote leaves a cancelled record when the no is taken back."""
    brand = BrandFactory()
    record(brand, PHONE, "MESAJ")
    page.post(reverse("consents:own-brand", args=[brand.pk]))
    token = re.search(r'name="what" value="([^"]+)"', page.get(OWN).content.decode())[1]
    page.post(reverse("consents:own-take-back"), {"what": token})
    said = {row.channel: words(row) for row in rows(as_of)}
    assert said == {Channel.MESAJ: "may reach you", Channel.ARAMA: "loaded by mistake, cancelled"}


class TestRecipientTypes:
    """Consumer and merchant of one brand, channel and address are one row."""

    def test_both_consent(self, record, as_of) -> None:
        brand = BrandFactory()
        record(brand)
        record(brand, recipient_type="TACIR")
        (row,) = rows(as_of)
        assert row.both and row.merchant and row.state.reaches

    def test_a_merchant_alone(self, page: Client, record, as_of) -> None:
        record(BrandFactory(), recipient_type="TACIR")
        (row,) = rows(as_of)
        assert row.merchant and not row.both
        assert page.get(OWN).content.decode().count("tacir/esnaf değilim") == 1

    def test_r_r1_the_row_that_only_the_refusal_made_stays_hidden(self, page: Client, record, as_of) -> None:
        number = record(BrandFactory())
        page.post(reverse("consents:own-channel", args=[number]))
        assert Consent.objects.count() == 2
        (row,) = rows(as_of)
        assert (words(row), row.both, row.merchant, row.state.refusable) == ("you refused", False, False, False)

    def test_a_consumers_consent_beside_a_merchants_refusal_still_reaches(self, record, as_of) -> None:
        brand = BrandFactory()
        record(brand)
        record(brand, recipient_type="TACIR", status="RET")
        (row,) = rows(as_of)
        assert row.state.reaches and not row.merchant

    def test_an_own_refusal_under_one_type_counts_for_both(self, citizen: User, record, as_of) -> None:
        brand = BrandFactory()
        number = record(brand)
        refuse_as_text(brand)
        Consent.objects.filter(recipient_type=1).update(status=1, source=5)  # as new evidence would leave it
        assert number
        (row,) = rows(as_of)
        assert (words(row), row.state.reaches) == ("you refused", False)


def refuse_as_text(brand) -> None:
    wanted = {brand.pk: (Channel.EPOSTA,)}
    refuse(actor=ANYBODY, recipient=MAIL, wanted=wanted, source=Source.IYS_EPOSTA, way=WayIn.MAIL_LINK)


def test_the_number_of_queries_does_not_grow(page: Client, record) -> None:
    counts = []
    for _round in range(2):
        for _number in range(3):
            record(BrandFactory())
        page.get(OWN)
        with CaptureQueriesContext(connection) as captured:
            page.get(OWN)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_reading_leaves_an_audit_entry_and_nothing_else(page: Client, citizen: User, record) -> None:
    record(BrandFactory())
    events, audits = ConsentEvent.objects.count(), AuditEntry.objects.count()
    for ask in (page.get, page.head):
        assert ask(OWN).status_code == 200
    entries = AuditEntry.objects.order_by("pk")[audits:]
    assert [(e.verb, e.target_id, e.actor_id, e.new) for e in entries] == [
        ("consent.read_own", str(citizen.pk), citizen.pk, None)
    ] * 2
    assert ConsentEvent.objects.count() == events


def test_r_g4_no_address_stands_in_a_url(page: Client, record) -> None:
    record(BrandFactory())
    record(BrandFactory(), PHONE, "MESAJ")
    urls = re.findall(r'(?:action|href|formaction)="([^"]+)"', page.get(OWN).content.decode())
    assert not [url for url in urls if "ayse" in url or "5321234567" in url]


def test_two_citizens_see_each_their_own(sign_in, record) -> None:
    record(BrandFactory(name="Birinci Marka"), MAIL)
    record(BrandFactory(name="İkinci Marka"), OTHERS)
    mine = sign_in(citizen_with(OTHERS)).get(OWN).content.decode()
    assert "İkinci Marka" in mine and "Birinci Marka" not in mine and MAIL not in mine
