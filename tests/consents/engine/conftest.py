"""A brand whose records are easy to say."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from consents.enums import WayIn
from consents.models import Consent, ConsentEvent
from consents.services.records import Entry, Outcome, record_consents
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

ADDRESS = "ayse@firma.example"


class Book:
    """One brand's book: `say("ONAY", hours=2)` records at the fixed moment what was agreed two hours before."""

    def __init__(self, brand: Brand, moment: datetime) -> None:
        self.brand = brand
        self.moment = moment
        self.actor = officer_of(brand)

    def entry(
        self,
        status: str,
        *,
        hours: float | None = 2,
        at: str | None = None,
        to: str = ADDRESS,
        source: str = "HS_WEB",
        channel: str = "EPOSTA",
        kind: str = "BIREYSEL",
        evidence: str = "",
        retailer: str = "",
    ) -> Entry:
        if at is None:
            at = ""
            if hours is not None:
                at = (self.moment - timedelta(hours=hours)).astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
        return Entry(to, channel, status, source, kind, at, retailer, evidence)

    def record(self, *entries: Entry, strict: bool = False, moment: datetime | None = None) -> list[str]:
        way = WayIn.API if strict else WayIn.FORM
        outcomes = record_consents(
            actor=self.actor,
            brand=self.brand,
            entries=entries,
            strict=strict,
            way=way,
            moment=moment or self.moment,
        )
        return [word(outcome) for outcome in outcomes]

    def say(self, status: str, *, strict: bool = False, moment: datetime | None = None, **how: object) -> str:
        return self.record(self.entry(status, **how), strict=strict, moment=moment)[0]  # type: ignore[arg-type]

    def recipient_says(
        self,
        status: str,
        *,
        source: str = "IYS_WEB",
        to: str = ADDRESS,
        hours: float = 0,
        kind: str = "BIREYSEL",
    ) -> str:
        entry = self.entry(status, source=source, to=to, hours=hours, kind=kind)
        outcomes = record_consents(
            actor=SYSTEM,
            brand=self.brand,
            entries=[entry],
            way=WayIn.CITIZEN,
            registry=True,
            moment=self.moment,
        )
        return word(outcomes[0])

    def state(self, to: str = ADDRESS, channel: int = 3, kind: int = 1) -> Consent | None:
        return Consent.objects.filter(
            recipient=to, brand_id=self.brand.pk, channel=channel, recipient_type=kind
        ).first()

    def events(self, to: str = ADDRESS) -> list[ConsentEvent]:
        return list(ConsentEvent.objects.filter(recipient=to, brand_id=self.brand.pk).order_by("version"))


def word(outcome: Outcome) -> str:
    """The verdict, or the code of the refusal."""
    return outcome.problem.code if outcome.problem else outcome.verdict.name.lower()


@pytest.fixture
def book(db: None, as_of: datetime) -> Book:
    return Book(BrandFactory(), as_of)


@pytest.fixture
def books(db: None, as_of: datetime) -> Callable[[], Book]:
    return lambda: Book(BrandFactory(), as_of)
