"""A brand with its manager, and texts that pass the checklist."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from consents.enums import Channel
from consents.models import ConsentText
from consents.services.texts import create_draft, publish
from consents.text_rules import BY_PERSON
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

EVERYTHING = [check.name for check in BY_PERSON]
WORDS = {
    Channel.ARAMA: "telefonla arama",
    Channel.MESAJ: "kısa mesaj",
    Channel.EPOSTA: "e-posta",
}


def words(*channels: Channel) -> str:
    """A text for Deneme Moda that holds all that a program looks for."""
    by = " ve ".join(WORDS[channel] for channel in channels)
    return (
        f"Deneme Moda'nın bana {by} yoluyla ticari elektronik ileti göndermesine onay veriyorum.\n\n"
        "Dilediğim zaman, gerekçe göstermeden reddedebilirim."
    )


@pytest.fixture(autouse=True)
def now(as_of: datetime) -> Iterator[Any]:
    """Noon of a Tuesday, 24 November 2026; a test may move it."""
    with time_machine.travel(as_of, tick=False) as traveller:
        yield traveller


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(name="Deneme Moda", is_main=True, provider__title="Deneme Ticaret A.Ş.")


@pytest.fixture
def manager(brand: Brand) -> Actor:
    return officer_of(brand, "manager")


@pytest.fixture
def draft_of(brand: Brand, manager: Actor) -> Callable[..., ConsentText]:
    """`draft_of(Channel.EPOSTA, title="…")`: a draft of the brand, complete for the checklist."""

    def make(*channels: Channel, **values: Any) -> ConsentText:
        chosen = channels or (Channel.EPOSTA,)
        default = {"title": "Üyelik formu", "text": words(*chosen), "valid_from": date(2026, 1, 1)}
        return create_draft(actor=manager, brand=brand, channels=chosen, **default | values)

    return make


@pytest.fixture
def text_of(manager: Actor, draft_of: Callable[..., ConsentText]) -> Callable[..., ConsentText]:
    """The same, published."""
    return lambda *channels, **values: publish(
        actor=manager, text_id=draft_of(*channels, **values).pk, ticked=EVERYTHING
    )
