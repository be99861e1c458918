"""A brand whose recipients refuse, with its people, on a fixed day (Tuesday, 24 November 2026, 15:00 in Istanbul)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from consents.enums import Channel, Source, WayIn
from consents.models import RefusalAlert
from consents.services.recipients import ANYBODY, refuse, take_back
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory, officer_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def frozen(as_of: datetime) -> Iterator[None]:
    with time_machine.travel(as_of, tick=False):
        yield


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def officer(brand: Brand) -> Actor:
    return officer_of(brand)


@pytest.fixture
def say_no(as_of: datetime) -> Callable[..., RefusalAlert]:
    """`say_no(brand, "ayse@firma.example", days=7)`: a refusal in person, days ago; returns what the provider gets."""

    def act(
        brand: Brand,
        to: str = "ayse@firma.example",
        *,
        days: float = 0,
        channel: Channel = Channel.EPOSTA,
        denied: bool = False,
    ) -> RefusalAlert:
        moment = as_of - timedelta(days=days)
        refuse(
            actor=ANYBODY, recipient=to, wanted={brand.pk: [channel]}, source=Source.IYS_WEB, way=WayIn.CITIZEN,
            denied=denied, moment=moment,
        )  # fmt: skip
        return RefusalAlert.objects.get(recipient=to, brand=brand, channel=channel)

    return act


@pytest.fixture
def change_mind(as_of: datetime) -> Callable[..., int]:
    """The recipient takes a refusal of this minute back."""

    def act(brand: Brand, to: str) -> int:
        return take_back(
            actor=ANYBODY, recipient=to, refusals=[(brand.pk, Channel.EPOSTA)], way=WayIn.CITIZEN, moment=as_of
        )

    return act


@pytest.fixture
def browser(brand: Brand) -> Callable[..., Client]:
    """`browser("viewer")` of the brand's provider, or `browser("auditor")` of the registry."""

    def open_for(role: str) -> Client:
        client = Client()
        staff = role in ("admin", "auditor")
        user = UserFactory(staff_roles=[role]) if staff else MembershipFactory(provider=brand.provider, role=role).user
        client.force_login(user, backend=BACKEND)
        session = client.session
        session["second_factor_given"] = True
        session.save()
        return client

    return open_for
