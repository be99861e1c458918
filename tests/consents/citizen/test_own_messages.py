"""R-S3: a citizen sees the messages recorded for the own addresses, with the consent as it was then."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents import hooks
from consents.models import Message
from consents.selectors.own_messages import own_messages
from consents.services.messages import release
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.consents.messages.conftest import MAIL as WORDS
from tests.consents.messages.conftest import draft, says_no, washed, with_profile, writer  # noqa: F401

from .conftest import MAIL, OTHERS

pytestmark = pytest.mark.django_db
MESSAGES = "/izinlerim/iletiler/"


@pytest.fixture
def brand(db: None) -> Brand:
    return with_profile()


@pytest.fixture
def sent(writer: Actor, washed: Callable[..., Message]) -> Callable[..., Message]:  # noqa: F811
    """`sent(MAIL, …)`: a registered message that named these addresses."""
    return lambda *addresses, **values: release(actor=writer, public_id=washed(*addresses, **values).public_id)


@pytest.fixture
def own_hook() -> Iterator[None]:
    kept = list(hooks._complaint_links)
    yield
    hooks._complaint_links[:] = kept


def rows(citizen: User) -> list[Any]:
    return own_messages(addresses_of(citizen.pk)).rows


def test_r_s3_messages_for_own_addresses_newest_first(citizen: User, record, brand: Brand, sent, page: Client) -> None:
    record(brand, MAIL)
    record(brand, OTHERS)
    sent(MAIL, OTHERS, subject="İlk kampanya")
    sent(MAIL, subject="İkinci kampanya", planned_at=timezone.now() + timedelta(days=5))
    sent(OTHERS, subject="Başkasına")
    assert [row.told.message.subject for row in rows(citizen)] == ["İkinci kampanya", "İlk kampanya"]
    html = page.get(MESSAGES).content.decode()
    assert "İlk kampanya" in html and "Başkasına" not in html and OTHERS not in html


def test_a_draft_is_nobodys_to_see(citizen: User, record, brand: Brand, washed) -> None:  # noqa: F811
    record(brand, MAIL)
    washed(MAIL)
    assert not rows(citizen)


def test_whether_it_was_allowed_and_why_not(citizen: User, record, brand: Brand, sent, page: Client) -> None:
    record(brand, MAIL)
    says_no(brand, MAIL)
    record(brand, OTHERS)
    sent(MAIL, OTHERS)
    (row,) = rows(citizen)
    assert not row.told.allowed
    html = page.get(MESSAGES).content.decode()
    assert "izin yoktu" in html
    one = page.get(reverse("consents:own-message", args=[row.told.message.public_id, row.address_id]))
    assert "Alıcı bizzat reddetti" in one.content.decode() or "reddetti" in one.content.decode()


def test_one_shows_its_words_harmlessly_and_offers_to_refuse(
    citizen: User, record, brand: Brand, sent, page: Client
) -> None:
    record(brand, MAIL)
    sent(MAIL, html=f"<p>{WORDS}</p><script>alert(1)</script><img src=x onerror=alert(1)>")
    (row,) = rows(citizen)
    html = page.get(reverse("consents:own-message", args=[row.told.message.public_id, row.address_id])).content.decode()
    assert "Kış kampanyası başladı" in html
    assert "alert(1)" not in html
    assert reverse("consents:own-brand", args=[brand.pk]) in html
    assert "Geçerli bir onay" in html


def test_r_a1_another_persons_message_is_not_there(citizen: User, record, brand: Brand, sent, page: Client) -> None:
    record(brand, OTHERS)
    message = sent(OTHERS)
    other = ProvenAddress.objects.create(
        user=User.objects.create_citizen(language="tr"), address=OTHERS, proven_at=timezone.now()
    )
    mine = ProvenAddress.objects.get(address=MAIL)
    for address in (mine.pk, other.pk, 999_999):
        assert page.get(reverse("consents:own-message", args=[message.public_id, address])).status_code == 404


def test_r_z2_what_was_planned_for_an_earlier_holder_is_not_shown(
    citizen: User, record, brand: Brand, sent, page: Client
) -> None:
    record(brand, MAIL)
    message = sent(MAIL)
    later = message.planned_at + timedelta(hours=1)
    ProvenAddress.objects.filter(address=MAIL).update(history_from=later)
    assert not rows(citizen)
    address = ProvenAddress.objects.get(address=MAIL)
    assert page.get(reverse("consents:own-message", args=[message.public_id, address.pk])).status_code == 404


def test_complaining_is_offered_where_an_app_takes_complaints(
    citizen: User, record, brand: Brand, sent, page: Client, own_hook: None
) -> None:
    record(brand, MAIL)
    sent(MAIL)
    (row,) = rows(citizen)
    url = reverse("consents:own-message", args=[row.told.message.public_id, row.address_id])
    hooks._complaint_links.clear()
    assert hooks.complaint_link(brand_id=brand.pk) is None
    assert "sikayet-deneme" not in page.get(url).content.decode()
    hooks.register_complaint_link("tests.consents.citizen.test_own_messages.a_link")
    assert f"/sikayet-deneme/{brand.pk}/" in page.get(url).content.decode()


def a_link(**prefill: Any) -> str:
    return f"/sikayet-deneme/{prefill['brand_id']}/"


def test_the_number_of_queries_does_not_grow(
    citizen: User, record, brand: Brand, sent, page: Client, django_assert_max_num_queries
) -> None:
    record(brand, MAIL)
    for number in range(4):
        sent(MAIL, subject=f"Kampanya {number}")
    with django_assert_max_num_queries(15):
        page.get(MESSAGES)
