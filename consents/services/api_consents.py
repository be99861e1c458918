"""Consents as programs bring them, one by one (docs/api.md): through the engine with the strict codes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consents.enums import WayIn
from consents.models import ConsentEvent
from consents.problems import BY_NUMBER
from iys_portal.core.actors import Actor
from iys_portal.core.errors import DomainError
from providers.models import Brand
from providers.selectors.api import retailer_ids

from .records import Entry, Outcome, record_consents
from .retailer_access import open_access


@dataclass(frozen=True)
class Given:
    """One consent of a call: the engine's entry, and the dealers that may see it."""

    entry: Entry
    access: tuple[str, ...] = ()


@dataclass(frozen=True)
class Added:
    """What a program is told: the transaction, which of an exact repeat is the first one's (R-C14)."""

    transaction_id: str
    registered_at: datetime


class EntryRefused(DomainError):
    """The engine refused the entry, for the problem of that number."""

    status = 422

    def __init__(self, number: int) -> None:
        super().__init__(code=BY_NUMBER[number].code)
        self.number = number


class RetailerUnknown(DomainError):
    """A dealer of a list of dealers is no active one of the brand (R-C20)."""

    status = 403

    def __init__(self, place: int, code: str) -> None:
        super().__init__(code="H180")
        self.place, self.value = place, code


@transaction.atomic
def add_consent(*, actor: Actor, brand: Brand, given: Given, moment: datetime) -> Added:
    """Record one consent or refusal, and its dealers' access with it.

    Raises `NotAllowed`, `EntryRefused`, `RetailerUnknown`, `WrongMoment` where the provider may not record (R-P7).
    Locks the consent.
    """
    known = known_retailers(brand, given.access)
    outcome = record_consents(
        actor=actor, brand=brand, entries=[given.entry], way=WayIn.API, strict=True, moment=moment
    )[0]
    if outcome.problem is not None:
        raise EntryRefused(outcome.problem.number)
    assert outcome.key is not None
    if given.access:
        open_access([outcome.key], [known[code] for code in given.access])
    if outcome.verdict.written and outcome.transaction_id:
        return Added(outcome.transaction_id, moment)
    transaction_id, registered_at = first_of([outcome])[0]
    return Added(transaction_id, registered_at)


def known_retailers(brand: Brand, codes: Sequence[str]) -> dict[str, int]:
    """Dealers' keys by code. Raises `RetailerUnknown` for the first that is none."""
    known = retailer_ids(brand, codes) if codes else {}
    for place, code in enumerate(codes):
        if code not in known:
            raise RetailerUnknown(place, code)
    return known


def first_of(outcomes: Sequence[Outcome]) -> list[tuple[str, datetime]]:
    """Transaction and moment of the events that repeats repeat, in order. One query."""
    keys = [(*outcome.key, outcome.version or 0) for outcome in outcomes if outcome.key]
    rows = ConsentEvent.objects.filter(pk__in=keys).order_by()
    found = {
        (recipient, brand, channel, kind, version): (bytes(transaction_id).hex(), registered_at)
        for recipient, brand, channel, kind, version, transaction_id, registered_at in rows.values_list(
            "recipient", "brand_id", "channel", "recipient_type", "version", "transaction_id", "registered_at"
        )
    }
    return [found[key] for key in keys]
