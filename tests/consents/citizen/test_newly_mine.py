"""R-Z2: "this number is newly mine" refuses what was given before and begins a history; it can be taken back."""

from datetime import timedelta

import pytest
from django.test import Client

from consents.effective import Reason, judge
from consents.enums import Channel
from consents.models import ConsentEvent
from consents.services.citizens import begin_anew
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.errors import NotFound
from tests.factories import BrandFactory

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
ADDRESSES, BACK = "/hesabim/adresler/", "/izinlerim/adres/yeni/geri-al/"


def url(address: str = PHONE) -> str:
    return f"/izinlerim/adres/{ProvenAddress.objects.get(address=address).pk}/yeni/"


def reason(brand, as_of, to: str = PHONE, channel: Channel = Channel.MESAJ) -> Reason:
    return judge([(to, brand.pk, channel, 1)], now=as_of)[0]


def test_r_z2_all_that_was_given_there_is_refused_and_nothing_else(page: Client, record, as_of, clock) -> None:
    first, second = BrandFactory(), BrandFactory()
    record(first, PHONE, "MESAJ")
    record(second, PHONE, "ARAMA")
    record(first)
    clock.shift(timedelta(minutes=1))
    assert page.post(url()).url == ADDRESSES
    assert reason(first, as_of) is Reason.REFUSED_BY_RECIPIENT
    assert reason(second, as_of, channel=Channel.ARAMA) is Reason.REFUSED_BY_RECIPIENT
    assert reason(first, as_of, MAIL, Channel.EPOSTA) is Reason.SENDABLE
    row = ProvenAddress.objects.get(address=PHONE)
    assert row.history_from == as_of + timedelta(minutes=1)
    own = ConsentEvent.objects.filter(recipient=PHONE, registered_at__gte=row.history_from)
    assert own.exists(), "the person's own refusals are their history"
    assert ProvenAddress.objects.get(address=MAIL).history_from is None
    assert "2 markaya" in page.get(ADDRESSES).content.decode()


def test_r_z2_it_is_taken_back_within_minutes(page: Client, record, as_of, clock) -> None:
    brand = BrandFactory()
    record(brand, PHONE, "MESAJ")
    page.post(url())
    clock.shift(timedelta(minutes=14))
    assert page.post(BACK).url == ADDRESSES
    assert reason(brand, as_of) is Reason.SENDABLE
    assert ProvenAddress.objects.get(address=PHONE).history_from is None
    events = ConsentEvent.objects.count()
    page.post(BACK)
    assert ConsentEvent.objects.count() == events, "once"


def test_later_it_stands(page: Client, record, as_of, clock) -> None:
    brand = BrandFactory()
    record(brand, PHONE, "MESAJ")
    page.post(url())
    clock.shift(timedelta(minutes=15))
    assert "geri-al" not in page.get(ADDRESSES).content.decode()
    page.post(BACK)
    assert reason(brand, as_of) is Reason.REFUSED_BY_RECIPIENT
    assert ProvenAddress.objects.get(address=PHONE).history_from is not None


def test_without_a_consent_the_history_begins_all_the_same(page: Client, as_of) -> None:
    page.post(url())
    assert ProvenAddress.objects.get(address=PHONE).history_from == as_of
    assert not ConsentEvent.objects.exists()


def test_r_a1_not_for_somebody_elses_address(citizen: User) -> None:
    theirs = ProvenAddress.objects.get(user=citizen_with(OTHERS))
    with pytest.raises(NotFound):
        begin_anew(actor=actor_for(citizen), address_id=theirs.pk)
    theirs.refresh_from_db()
    assert theirs.history_from is None
