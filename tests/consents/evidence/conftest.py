"""A brand with signed consents that wait for their evidence."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from consents.models import Consent, ConsentEvent, Evidence
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, actor_of

RECIPIENT = Actor(kind=ActorKind.RECIPIENT, id=1, name="")


@pytest.fixture(autouse=True)
def now(as_of: datetime) -> Iterator[Any]:
    with time_machine.travel(as_of, tick=False) as traveller:
        yield traveller


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def officer(brand: Brand) -> User:
    return MembershipFactory(provider=brand.provider, role="officer").user


@pytest.fixture
def actor(officer: User, brand: Brand) -> Actor:
    return actor_of(officer, brand.provider)


@pytest.fixture
def panel(sign_in: Callable[..., Client], officer: User, brand: Brand) -> Client:
    return sign_in(officer, brand.provider)


@pytest.fixture
def entry(as_of: datetime) -> Callable[..., Entry]:
    def make(recipient: str = "ayse@firma.example", *, minutes: int = 60, **about: str) -> Entry:
        date = (as_of - timedelta(minutes=minutes)).astimezone(ISTANBUL)
        values = {
            "recipient": recipient,
            "type": "EPOSTA" if "@" in recipient else "MESAJ",
            "status": "ONAY",
            "source": "HS_ISLAK_IMZA",
            "consent_date": f"{date:%Y-%m-%d %H:%M:%S}",
        }
        return Entry(**values | about)

    return make


@pytest.fixture
def signed(brand: Brand, actor: Actor, entry: Callable[..., Entry]) -> Callable[..., Consent]:
    """`signed("ayse@firma.example")`: a signed consent without evidence."""

    def write(recipient: str = "ayse@firma.example", **about: Any) -> Consent:
        outcome = record_consents(actor=actor, brand=brand, entries=[entry(recipient, **about)])[0]
        assert outcome.key is not None and outcome.accepted, outcome.problem
        return Consent.objects.get(pk=outcome.key)

    return write


@pytest.fixture
def refused_in_person(brand: Brand, entry: Callable[..., Entry]) -> Callable[..., None]:
    def write(recipient: str = "ayse@firma.example", *, minutes: int = 120) -> None:
        no = entry(recipient, minutes=minutes, status="RET", source="IYS_WEB")
        record_consents(actor=RECIPIENT, brand=brand, entries=[no], registry=True)

    return write


@pytest.fixture
def traces(settings: Any) -> Callable[[], tuple[int, ...]]:
    """What an act may leave: events, evidence, audit entries, files on disk."""

    def count() -> tuple[int, ...]:
        folder = Path(settings.PRIVATE_ROOT) / "evidence"
        files = len(list(folder.iterdir())) if folder.exists() else 0
        written = AuditEntry.objects.exclude(verb="consent.read").count()
        return ConsentEvent.objects.count(), Evidence.objects.count(), written, files

    return count
