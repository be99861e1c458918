"""Who may reach a citizen: the consents on own proven addresses, brand by brand, in plain words (R-Z3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.effective import Effective, Reason, effective_status
from consents.enums import Channel, RecipientType, Source, Status
from consents.models import Consent, ConsentEvent
from iys_portal.core.turkish import sort_key
from providers.models import Brand


@dataclass(frozen=True)
class State:
    """What a row says to the person: words, the badge's tone, whether they may be reached by it now."""

    words: str | Promise
    tone: str
    reaches: bool = False
    refusable: bool = True


MAY_REACH = State(_("may reach you"), "success", reaches=True)
REFUSED_BY_YOU = State(_("you refused"), "danger", refusable=False)
STATES = {
    Reason.SENDABLE: MAY_REACH,
    Reason.SENDABLE_UNTIL_EVIDENCE: MAY_REACH,
    Reason.REFUSED_BY_RECIPIENT: REFUSED_BY_YOU,
    Reason.REFUSED_OTHER_TYPE: REFUSED_BY_YOU,
    Reason.REFUSED: State(_("may not: a refusal is recorded"), "danger", refusable=False),
    Reason.CANCELLED: State(_("loaded by mistake, cancelled"), "secondary"),
    Reason.AWAITING_CONFIRMATION: State(_("may not yet: your confirmation is awaited"), "warning"),
    Reason.EVIDENCE_MISSING: State(_("may not: your signature has not been shown"), "warning"),
    Reason.PROVIDER_SUSPENDED: State(_("may not now: the company is suspended"), "secondary"),
    Reason.PROVIDER_CLOSED: State(_("may not: the company has closed"), "secondary"),
}
ICONS = {Channel.ARAMA: "call", Channel.MESAJ: "sms", Channel.EPOSTA: "email"}


@dataclass(frozen=True)
class OwnRow:
    """One channel of a brand at one own address; consumer and merchant together where both stand."""

    event_id: int
    channel: Channel
    address: str
    state: State
    since: datetime
    source: str | Promise
    both: bool  # a consent stands for the person as a consumer and as a merchant
    merchant: bool  # a consent stands for the person as a merchant or tradesman

    @property
    def icon(self) -> str:
        return ICONS[self.channel]

    @property
    def number(self) -> str:
        return str(self.event_id)


@dataclass(frozen=True)
class OwnBrand:
    """A brand that holds an own address."""

    brand: Brand
    rows: list[OwnRow]

    @property
    def number(self) -> str:
        return str(self.brand.pk)

    @property
    def reaches(self) -> bool:
        return any(row.state.reaches for row in self.rows)

    @property
    def refusable(self) -> bool:
        return any(row.state.refusable for row in self.rows)


def channels_for(address: str) -> list[Channel]:
    """The channels that can reach an address (R-C2)."""
    return [channel for channel in Channel if channel.takes_phone == address.startswith("+")]


def consent_of_event(event_id: int, addresses: Sequence[str]) -> Consent | None:
    """The consent on one of these addresses that an event is about."""
    key = (
        ConsentEvent.objects.filter(recipient__in=addresses, event_id=event_id)
        .values_list("recipient", "brand_id", "channel", "recipient_type")
        .order_by()
        .first()
    )
    return Consent.objects.filter(pk=key).first() if key else None


def own_brands(addresses: Sequence[str], *, now: datetime) -> list[OwnBrand]:
    """Every brand with a record on these addresses, by name in Turkish order. Two queries, however long the list."""
    consents = Consent.objects.filter(recipient__in=addresses).annotate(effective=effective_status(now))
    places: dict[tuple[int, str, int], list[Any]] = {}
    for consent in consents:
        places.setdefault((consent.brand_id, consent.recipient, consent.channel), []).append(consent)
    brands = Brand.objects.select_related("provider").in_bulk({brand_id for brand_id, _recipient, _channel in places})
    rows: dict[int, list[OwnRow]] = {}
    for brand_id, recipient, channel in sorted(places):
        rows.setdefault(brand_id, []).append(_row(places[brand_id, recipient, channel]))
    found = [OwnBrand(brands[brand_id], rows[brand_id]) for brand_id in rows]
    return sorted(found, key=lambda own: (sort_key(own.brand.name), own.brand.brand_code))


# What a person has to know first, where the two recipient types differ.
_FIRST = (
    Effective.SENDABLE,
    Effective.AWAITING_CONFIRMATION,
    Effective.EVIDENCE_MISSING,
    Effective.NOT_ALLOWED,
    Effective.REFUSED,
    Effective.UNKNOWN,
)


def _row(consents: Iterable[Any]) -> OwnRow:
    """One row from the records of one or both recipient types."""
    consents = sorted(consents, key=_importance)
    shown, channel = consents[0], Channel(consents[0].channel)
    consenting = {consent.recipient_type for consent in consents if consent.status == Status.ONAY and _counts(consent)}
    return OwnRow(
        event_id=shown.event_id,
        channel=channel,
        address=shown.recipient,
        state=STATES[Reason(shown.effective)],
        since=shown.consent_date or shown.registered_at,
        source=Source(shown.source).label if shown.source else "",
        both=len(consenting) > 1,
        merchant=RecipientType.TACIR in consenting,
    )


def _importance(consent: Any) -> tuple[int, bool, int]:
    place = _FIRST.index(Reason(consent.effective).effective)
    return place, consent.status != Status.RET, consent.recipient_type


def _counts(consent: Any) -> bool:
    return Reason(consent.effective).effective is not Effective.REFUSED
