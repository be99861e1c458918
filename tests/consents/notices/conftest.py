"""A brand whose consents are told, and a mailbox to read what was sent."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from consents.enums import Lane
from consents.models import Notice
from consents.services.notices import send_lane
from consents.services.records import Entry, Outcome, record_consents
from iys_portal.core import mailbox
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

ADDRESS = "ayse@firma.example"
MOBILE = "+905321234567"
LANDLINE = "+902123456789"
TOKEN = re.compile(r"/i/([\w-]{22})/")


class Teller:
    """Records at a fixed moment and sends what that left to be told."""

    def __init__(self, brand: Brand, moment: datetime) -> None:
        self.brand = brand
        self.moment = moment
        self.actor = officer_of(brand)

    def manager(self) -> Actor:
        """Somebody of the brand who may import."""
        return officer_of(self.brand, "manager")

    def entry(
        self, to: str = ADDRESS, channel: str = "EPOSTA", status: str = "ONAY", *, source: str = "HS_WEB",
        kind: str = "BIREYSEL", hours: float = 1, at: str = "",
    ) -> Entry:  # fmt: skip
        date = (self.moment - timedelta(hours=hours)).astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
        return Entry(to, channel, status, source, kind, at or date)

    def record(self, *entries: Entry, moment: datetime | None = None) -> list[Outcome]:
        outcomes = record_consents(actor=self.actor, brand=self.brand, entries=entries, moment=moment or self.moment)
        assert all(outcome.accepted for outcome in outcomes), [outcome.problem for outcome in outcomes]
        return outcomes

    def send(self, *, at: datetime | None = None, lane: Lane = Lane.SINGLE) -> int:
        """Run both means of a lane once, at a moment (a minute later where none is given)."""
        with time_machine.travel(at or self.moment + timedelta(minutes=1), tick=False):
            return sum(send_lane(lane, means) for means in Means)

    def tell(self, *entries: Entry) -> str:
        """Record and send; the token of the newest notice's link."""
        self.record(*(entries or (self.entry(),)))
        self.send()
        return token()


def token() -> str:
    found = TOKEN.search(mailbox.letters()[0].text)
    assert found
    return found[1]


def states() -> list[int]:
    return list(Notice.objects.order_by("event_id").values_list("state", flat=True))


@pytest.fixture(autouse=True)
def to_the_mailbox(settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
    settings.PORTAL_URL = "https://portal.example"
    settings.REGISTRY = {**settings.REGISTRY, "NOTICE_MAILS_PER_SECOND": 1e9, "NOTICE_TEXTS_PER_SECOND": 1e9}


@pytest.fixture
def brand(db: None) -> Brand:
    return BrandFactory(name="Deneme Moda", short_name="DENEMEMODA", provider__title="Deneme Ticaret A.Ş.")


@pytest.fixture
def teller(brand: Brand, as_of: datetime) -> Teller:
    return Teller(brand, as_of)


@pytest.fixture
def teller_of(as_of: datetime) -> Callable[[Brand], Teller]:
    return lambda brand: Teller(brand, as_of)
