"""A provider with its company, whose manager changes settings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache

from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import Brand, Company, CompanySignatory, Provider, ProviderRequest
from tests.factories import BrandFactory, MembershipFactory, actor_of

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=ISTANBUL)
COMPANY: dict[str, Any] = {
    "title": "Deneme Ticaret A.Ş.",
    "mersis": "0734567890400015",
    "tax_number": "",
    "tax_office": "Deneme",
}
PERSON: dict[str, Any] = {
    "first_name": "Deneme",
    "last_name": "Yetkili",
    "tckn": "",
    "phone": "+905320000000",
    "email": "yetkili@firma.example",
}


@dataclass
class House:
    """A provider, its main brand, and its manager."""

    brand: Brand
    user: User
    actor: Actor

    @property
    def provider(self) -> Provider:
        return Provider.objects.get(pk=self.brand.provider_id)


def make_house(**provider: Any) -> House:
    values = {"title": "Deneme Ticaret A.Ş.", "email": "izin@firma.example", "city": "Ankara"} | provider
    brand = BrandFactory(is_main=True, **{f"provider__{name}": value for name, value in values.items()})
    user = MembershipFactory(provider=brand.provider, role="manager").user
    return House(brand, user, actor_of(user, brand.provider))


@pytest.fixture(autouse=True)
def no_limits_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def house(db: None) -> House:
    made = make_house(mersis="0734567890400015")
    Company.objects.create(
        provider=made.brand.provider, tax_office="Deneme", tax_number="7345678904", address="Deneme Sok. 1"
    )
    CompanySignatory.objects.create(
        provider=made.brand.provider,
        place=1,
        first_name="Deneme",
        last_name="Yetkili",
        phone="+905320000000",
        email="yetkili@firma.example",
        tckn="10000000146",
        tckn_hash=keyed_hash("10000000146", purpose="tckn"),
    )
    return made


def traces() -> tuple[int, int, int]:
    """What a refusal leaves as it was: requests, audit entries, mails."""
    return ProviderRequest.objects.count(), AuditEntry.objects.count(), OutboxMessage.objects.count()
