"""A citizen with proven addresses, brands that hold them, and complaints in any state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from complaints import services
from complaints.models import Complaint
from complaints.services import MessageValues
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.factories import BrandFactory, complaint_officer, officer_of

MAIL, PHONE = "ayse@deneme.example", "+905321234567"
TCKN = "10000000146"
IDENTITY: dict[str, Any] = {
    "kind": "consumer",
    "full_name": "Deneme Vatandaş",
    "tckn": TCKN,
    "province": "Ankara",
    "district": "Çankaya",
    "residence": "Deneme Mah. 1. Sok. No: 1",
}


@pytest.fixture(autouse=True)
def clock(as_of: datetime):
    """All of a test happens at one moment, which it may shift."""
    cache.clear()
    with time_machine.travel(as_of, tick=False) as travel:
        yield travel


def citizen_with(*addresses: str, language: str = "tr") -> User:
    user = User.objects.create_citizen(language=language)
    for address in addresses:
        ProvenAddress.objects.create(user=user, address=address, proven_at=timezone.now())
    return user


@pytest.fixture
def citizen(db: None) -> User:
    return citizen_with(MAIL, PHONE)


@pytest.fixture
def me(citizen: User) -> Actor:
    return actor_for(citizen)


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(name="Deneme Moda", is_main=True)


@pytest.fixture
def officer(db: None) -> Actor:
    return complaint_officer("Ankara")


def values_for(user: User, **more: Any) -> MessageValues:
    """The step of the message as somebody fills it in: yesterday, by e-mail."""
    at = more.pop("address", MAIL)
    given: dict[str, Any] = {
        "address_id": user.addresses.get(address=at).pk,
        "channel": 3,
        "brand_id": None,
        "sender": "BILINMEYEN",
        "message_at": timezone.now() - timedelta(days=1),
        "subject": "Kampanya",
        "text": "İndirim başladı",
        "operator": "",
    }
    return MessageValues(**given | more)


@pytest.fixture
def draft(citizen: User, me: Actor) -> Callable[..., Complaint]:
    """`draft(brand=…, …)`: a draft that can be filed."""

    def make(**more: Any) -> Complaint:
        brand = more.pop("brand", None)
        given = {"brand_id": brand.pk, "sender": ""} if brand else {}
        complaint = services.start_draft(actor=me, language="tr")
        services.save_message(complaint=complaint, values=values_for(citizen, **given | more), actor=me)
        services.save_identity(complaint=complaint, values=IDENTITY, remember=True, actor=me)
        services.save_topics(complaint=complaint, topics=["no_consent"], actor=me)
        return Complaint.objects.get(pk=complaint.pk)

    return make


@pytest.fixture
def filed(draft: Callable[..., Complaint], me: Actor) -> Callable[..., Complaint]:
    """`filed(brand=…, …)`: one that was filed a moment ago."""
    return lambda **more: services.file_complaint(complaint=draft(**more), declared=True, actor=me)


@pytest.fixture
def record(db: None) -> Callable[..., None]:
    """`record(brand, status, days, …)`: what a provider recorded some days ago, as the registry got it then."""

    def make(
        brand: Brand, status: str = "ONAY", days: float = 2, to: str = MAIL, channel: str = "EPOSTA", **more: str
    ) -> None:
        then = timezone.now() - timedelta(days=days)
        at = timezone.localtime(then).strftime("%Y-%m-%d %H:%M:%S")
        entry = Entry(to, channel, status, more.get("source", "HS_WEB"), "BIREYSEL", at)
        with time_machine.travel(then, tick=False):
            (outcome,) = record_consents(actor=officer_of(brand), brand=brand, entries=[entry])
        assert outcome.accepted, outcome.problem

    return make


def eml(**headers: str) -> bytes:
    """A plain mail of a brand, as a mailbox saves it."""
    body = headers.pop("body", "İndirim başladı.\r\n")
    kind = headers.pop("kind", "text/plain; charset=utf-8")
    given = {
        "From": "Deneme Moda <kampanya@moda.example>",
        "To": MAIL,
        "Date": "Thu, 26 Nov 2026 10:00:00 +0300",
        "Subject": "Kampanya",
        "List-Unsubscribe": "<https://moda.example/ret>",
        "Authentication-Results": "mx.posta.example; dkim=pass header.d=moda.example",
        "MIME-Version": "1.0",
        "Content-Type": kind,
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{head}\r\n{body}".encode()


def upload(name: str, data: bytes) -> tuple[str, BytesIO]:
    return name, BytesIO(data)
