"""A brand, and a way to send the registry a text."""

import itertools
from collections.abc import Callable

import pytest

from consents.models import InboundText
from consents.services.inbound import receive
from consents.services.recipients import ANYBODY
from iys_portal.celery import app
from providers.models import Brand
from tests.factories import BrandFactory

PHONE = "+905321234567"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the tasks that were published."""
    published: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **_more: published.append(name))
    return published


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(brand_code=710_011, name="Deneme Örnek Moda", short_name="ORNEKMODA")


@pytest.fixture
def text(db: None) -> Callable[..., InboundText]:
    """`text("RET ORNEKMODA")`: one new message, taken by the service."""
    numbers = itertools.count(1)

    def send(words: str, *, sender: str = PHONE, **more: object) -> InboundText:
        number = f"G{next(numbers)}"
        row, _new = receive(actor=ANYBODY.by_way("sms"), gateway_id=number, sender=sender, text=words, **more)  # type: ignore[arg-type]
        return row

    return send
