"""A citizen's history over the own addresses (R-Z4): what happened, newest first, in pages and in plain words.

What was registered before an address came to its present holder (`ProvenAddress.history_from`) is another person's and
does not exist here: neither as a line nor as the state before one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise

from consents.enums import Channel, EventKind, Hold, RecipientType, Source, Status
from consents.history_words import Kind, Stopping, Words, stopping_of, words_of
from consents.models import Consent, ConsentEvent, RefusalAlert
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.selectors import business_calendar
from providers.models import Brand, Retailer

from .texts import AgreedText, agreed_texts
from .told import Told, told_of_events

PAGE = 20


@dataclass(frozen=True)
class Asked:
    """What the reader narrows the history to; None and "" leave everything."""

    brand_id: int | None = None
    channel: int | None = None
    address_id: int | None = None
    kind: str = ""
    before: int | None = None  # the number of the last event on the page before


@dataclass(frozen=True)
class OwnLine:
    """One event as its person reads it."""

    event: ConsentEvent
    brand: Brand
    words: Words
    source: str | Promise
    dealer: str
    text: AgreedText | None
    told: list[Told] = field(default_factory=list)
    stopping: Stopping | None = None

    @property
    def number(self) -> str:
        return str(self.event.event_id)

    @property
    def channel(self) -> Channel:
        return Channel(self.event.channel)

    @property
    def merchant(self) -> bool:
        return self.event.recipient_type == RecipientType.TACIR


@dataclass(frozen=True)
class OwnHistory:
    """One page; `after` is where the next one goes on, None at the end."""

    lines: list[OwnLine]
    after: int | None = None


# R-R1: an own refusal is recorded for both recipient types. Where nothing stood for the person as a merchant, the
# second one only covers the first, and so does its being taken back: the reader sees one line.
_COVERING = Q(recipient_type=RecipientType.TACIR, actor_kind=ActorKind.RECIPIENT) & (
    Q(kind=EventKind.RECORD, status=Status.RET, version=1) | Q(kind=EventKind.UNDO, status=Status.IPTAL)
)


def own_events(addresses: Iterable[ProvenAddress]) -> QuerySet[ConsentEvent]:
    """Every event on these addresses that is their present holder's."""
    own = Q(pk__in=[])
    for row in addresses:
        since = Q(registered_at__gte=row.history_from) if row.history_from else Q()
        own |= Q(recipient=row.address) & since
    return ConsentEvent.objects.filter(own)


def own_event(addresses: Iterable[ProvenAddress], event_id: int) -> ConsentEvent | None:
    """One of them by its number; None for another person's and for an earlier holder's."""
    return own_events(addresses).filter(event_id=event_id).order_by().first()


def consent_behind(event: ConsentEvent) -> Consent:
    return Consent.objects.get(pk=event.key)


def history_page(
    actor: Actor, addresses: Sequence[ProvenAddress], asked: Asked, *, now: datetime, size: int = PAGE
) -> OwnHistory:
    """A page of the history. The number of queries depends neither on its length nor on what is in it."""
    chosen = [row for row in addresses if asked.address_id in (None, row.pk)]
    found = _narrowed(own_events(chosen).exclude(_COVERING), asked)
    edge = own_event(addresses, asked.before) if asked.before is not None else None
    if edge is not None:
        same = Q(registered_at=edge.registered_at, event_id__lt=edge.event_id)
        found = found.filter(Q(registered_at__lt=edge.registered_at) | same)
    events = list(found.order_by("-registered_at", "-event_id")[: size + 1])
    after = events[size - 1].event_id if len(events) > size else None
    return OwnHistory(lines_of(actor, chosen, events[:size], now=now), after)


def lines_of(
    actor: Actor, addresses: Sequence[ProvenAddress], events: Sequence[ConsentEvent], *, now: datetime
) -> list[OwnLine]:
    """Events of own addresses as lines, in their order."""
    if not events:
        return []
    brands = Brand.objects.select_related("provider").in_bulk({event.brand_id for event in events})
    retailers = Retailer.objects.in_bulk({event.retailer_id for event in events if event.retailer_id})
    texts = agreed_texts(event.text_version_id for event in events)
    told = told_of_events(actor, events)
    former = _former(addresses, events)
    alerts = _alerts(events)
    calendar, today = business_calendar(), now.astimezone(ISTANBUL).date()
    lines = []
    for event in events:
        alert = alerts.get(event.event_id)
        dealer = retailers.get(event.retailer_id) if event.retailer_id else None
        lines.append(
            OwnLine(
                event=event,
                brand=brands[event.brand_id],
                words=words_of(event, former.get((event.key, event.version - 1)), denied=bool(alert and alert.denied)),
                source=Source(event.source).label if event.source else "",
                dealer=dealer.name if dealer else "",
                text=texts.get(event.text_version_id) if event.text_version_id else None,
                told=told.get(event.event_id, []),
                stopping=stopping_of(alert, today=today, calendar=calendar) if alert else None,
            )
        )
    return lines


_KINDS = {
    Kind.CONSENT: Q(kind=EventKind.RECORD, status=Status.ONAY),
    Kind.REFUSAL: Q(status=Status.RET),
    Kind.CONFIRMED: Q(kind__in=(EventKind.CONFIRM, EventKind.EVIDENCE)),
    Kind.CANCELLED: Q(kind=EventKind.UNDO),
}


def _narrowed(found: QuerySet[ConsentEvent], asked: Asked) -> QuerySet[ConsentEvent]:
    if asked.brand_id is not None:
        found = found.filter(brand_id=asked.brand_id)
    if asked.channel is not None:
        found = found.filter(channel=asked.channel)
    if asked.kind == Kind.WAITING:
        return found.annotate(bits=F("holds").bitand(Hold.AWAITING_CONFIRMATION | Hold.EVIDENCE_MISSING)).exclude(
            bits=0
        )
    return found.filter(_KINDS[Kind(asked.kind)]) if asked.kind else found


def brands_in(addresses: Sequence[ProvenAddress]) -> list[Brand]:
    """The brands that the history speaks of, to choose from."""
    numbers = own_events(addresses).order_by().values_list("brand_id", flat=True).distinct()
    return list(Brand.objects.filter(pk__in=list(numbers)))


def _former(
    addresses: Sequence[ProvenAddress], events: Sequence[ConsentEvent]
) -> dict[tuple[tuple[str, int, int, int], int], ConsentEvent]:
    """The events just before these, by key and version; an earlier holder's is none."""
    wanted = [(*event.key, event.version - 1) for event in events if event.version > 1]
    if not wanted:
        return {}
    return {(event.key, event.version): event for event in own_events(addresses).filter(pk__in=wanted).order_by()}


def _alerts(events: Sequence[ConsentEvent]) -> dict[int, RefusalAlert]:
    """The person's own refusals as their companies were told of them (R-R2), by the events' numbers."""
    refused = [
        event
        for event in events
        if event.status == Status.RET and event.kind == EventKind.RECORD and event.actor_kind == ActorKind.RECIPIENT
    ]
    if not refused:
        return {}
    found = RefusalAlert.objects.filter(
        recipient__in={event.recipient for event in refused},
        brand_id__in={event.brand_id for event in refused},
        refused_at__in={event.registered_at for event in refused},
    )
    told = {(alert.recipient, alert.brand_id, alert.channel, alert.refused_at): alert for alert in found}
    keys = {event.event_id: (event.recipient, event.brand_id, event.channel, event.registered_at) for event in refused}
    return {number: told[key] for number, key in keys.items() if key in told}
