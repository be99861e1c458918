"""A citizen with proven addresses, and consents of made-up brands."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import ProvenAddress, User
from providers.models import Brand
from tests.factories import officer_of

MAIL, PHONE, OTHERS = "ayse@deneme.example", "+905321234567", "veli@deneme.example"


@pytest.fixture(autouse=True)
def clock(as_of: datetime):
    """All of a test happens at one moment, which it may shift."""
    cache.clear()
    with time_machine.travel(as_of, tick=False) as travel:
        yield travel


def citizen_with(*addresses: str) -> User:
    user = User.objects.create_citizen(language="tr")
    for address in addresses:
        ProvenAddress.objects.create(user=user, address=address, proven_at=timezone.now())
    return user


@pytest.fixture
def citizen(db: None) -> User:
    return citizen_with(MAIL, PHONE)


@pytest.fixture
def page(sign_in: Callable[..., Client], citizen: User) -> Client:
    """The citizen's browser."""
    return sign_in(citizen)


@pytest.fixture
def record(db: None) -> Callable[..., int]:
    """`record(brand, address, channel, …)`: what a provider recorded a day ago; the number of its event."""

    def make(brand: Brand, to: str = MAIL, channel: str = "EPOSTA", status: str = "ONAY", **more: str) -> int:
        at = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
        values = {"source": "HS_WEB", "recipient_type": "BIREYSEL", "consent_date": at} | more
        entry = Entry(to, channel, status, **values)
        (outcome,) = record_consents(actor=officer_of(brand), brand=brand, entries=[entry])
        assert outcome.accepted, outcome.problem
        assert outcome.event_id is not None
        return outcome.event_id

    return make
