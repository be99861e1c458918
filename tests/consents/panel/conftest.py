"""What the panel's tests share: a brand with its people, and records that stand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consents.models import Consent
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory, officer_of

RECIPIENT = Actor(kind=ActorKind.RECIPIENT, id=1, name="")


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def officer(brand: Brand) -> User:
    return MembershipFactory(provider=brand.provider, role="officer").user


@pytest.fixture
def panel(sign_in: Callable[..., Client], officer: User, brand: Brand) -> Client:
    """A compliance officer's browser."""
    return sign_in(officer, brand.provider)


@pytest.fixture
def staff_panel(db: None) -> Client:
    """A registry admin's browser."""
    client = Client()
    client.force_login(
        UserFactory(staff_roles=["admin"]), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    session = client.session
    session["second_factor_given"] = True
    session.save()
    return client


@pytest.fixture
def record(brand: Brand) -> Callable[..., Consent]:
    """`record("ad@firma.example", status="RET", own=True)`: one record through the engine; returns what stands."""

    def write(
        recipient: str,
        *,
        channel: str = "",
        own: bool = False,
        minutes: int = 60,
        of: Brand | None = None,
        **entry: str,
    ) -> Consent:
        date = (timezone.now() - timedelta(minutes=minutes)).astimezone(ISTANBUL)
        values = {
            "recipient": recipient,
            "type": channel or ("EPOSTA" if "@" in recipient else "MESAJ"),
            "status": "ONAY",
            "source": "IYS_WEB" if own else "HS_WEB",
            "consent_date": f"{date:%Y-%m-%d %H:%M:%S}",
        }
        target = of or brand
        actor = RECIPIENT if own else officer_of(target)
        outcome = record_consents(actor=actor, brand=target, entries=[Entry(**values | entry)], registry=own)[0]
        assert outcome.key is not None, outcome
        assert outcome.accepted, outcome.problem
        return Consent.objects.get(pk=outcome.key)

    return write
