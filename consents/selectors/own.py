"""Who may reach a citizen: the consents on own proven addresses, brand by brand, in plain words (R-Z3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.effective import Effective, Reason, effective_status
from consents.enums import Channel, RecipientType, Source, Status
from consents.models import Consent, ConsentEvent
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.turkish import sort_key
from providers.models import Brand, Retailer


@dataclass(frozen=True)
class State:
    """What a row says to the person: words, the badge's tone, whether they may be reached by it now.

    `group` is the list's filter that finds it.
    """

    words: str | Promise
    tone: str
    reaches: bool = False
    refusable: bool = True
    group: str = ""


REACHING, REFUSED, AWAITING = "ulasabilir", "ret", "bekleyen"
MAY_REACH = State(_("may reach you"), "success", reaches=True, group=REACHING)
REFUSED_BY_YOU = State(_("you refused"), "danger", refusable=False, group=REFUSED)
STATES = {
    Reason.SENDABLE: MAY_REACH,
    Reason.SENDABLE_UNTIL_EVIDENCE: MAY_REACH,
    Reason.REFUSED_BY_RECIPIENT: REFUSED_BY_YOU,
    Reason.REFUSED_OTHER_TYPE: REFUSED_BY_YOU,
    Reason.REFUSED: State(_("may not: a refusal is recorded"), "danger", refusable=False, group=REFUSED),
    Reason.STANDING_WISH: State(_("may not: your wish holds it off"), "info", group=REFUSED),
    Reason.CANCELLED: State(_("loaded by mistake, cancelled"), "secondary"),
    Reason.AWAITING_CONFIRMATION: State(_("may not yet: your confirmation is awaited"), "warning", group=AWAITING),
    Reason.EVIDENCE_MISSING: State(_("may not: your signature has not been shown"), "warning", group=AWAITING),
    Reason.PROVIDER_SUSPENDED: State(_("may not now: the company is suspended"), "secondary"),
    Reason.PROVIDER_CLOSED: State(_("may not: the company has closed"), "secondary"),
    Reason.FROZEN: State(_("may not now: the company holds it back"), "secondary"),
}
ICONS = {Channel.ARAMA: "call", Channel.MESAJ: "sms", Channel.EPOSTA: "email"}
HOW: dict[Source, str | Promise] = {
    Source.HS_FIZIKSEL_ORTAM: _("on paper"),
    Source.HS_ISLAK_IMZA: _("signed on paper"),
    Source.HS_ETKINLIK: _("at an event"),
    Source.HS_ATM: _("at a cash machine"),
    Source.HS_WEB: _("on the company's web site"),
    Source.HS_MOBIL: _("in the company's app"),
    Source.HS_EORTAM: _("electronically, at the company"),
    Source.HS_EPOSTA: _("by your e-mail to the company"),
    Source.HS_MESAJ: _("by your text message to the company"),
    Source.HS_CAGRI_MERKEZI: _("in a call with the company"),
    Source.HS_SOSYAL_MEDYA: _("on social media"),
    Source.HS_2015: _("before May 2015"),
    Source.HS_KARAR: _("by the company's own decision"),
    Source.IYS_WEB: _("by you, on these pages"),
    Source.IYS_WEB_YENI: _("by you, on these pages"),
    Source.IYS_EPOSTA: _("by you, with the link in our e-mail"),
    Source.IYS_KISAMESAJ: _("by you, with a text message to us"),
}
"""How a consent or refusal came about, in a citizen's words; other sources by their own name."""


@dataclass(frozen=True)
class OwnRow:
    """One channel of a brand at one own address; consumer and merchant together where both stand."""

    event_id: int
    channel: Channel
    address: str
    state: State
    since: datetime | None  # None: from before the address was this person's (R-Z2)
    source: str | Promise
    both: bool  # a consent stands for the person as a consumer and as a merchant
    merchant: bool  # a consent stands for the person as a merchant or tradesman
    dealer: str = ""
    given: bool = False  # a consent stands, whether or not it may be used
    text_id: int | None = None  # the consent text agreed to, where known (R-C18)

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
    has_logo: bool = False

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


class Stored(NamedTuple):
    """The columns of a consent that the list asks, without a model's cost."""

    recipient: str
    brand_id: int
    channel: int
    recipient_type: int
    status: int
    source: int | None
    consent_date: datetime | None
    registered_at: datetime
    event_id: int
    retailer_id: int | None
    text_version_id: int | None
    effective: int


Place = tuple[int, str, int]
"""Brand, address, channel: one row of the list, with the records of one or both recipient types."""


def places_of(
    addresses: Collection[str],
    *,
    now: datetime,
    brands: Collection[int] | None = None,
    since: Mapping[str, datetime] | None = None,
) -> dict[Place, list[Stored]]:
    """The records on these addresses by their place, the one that counts first. One query.

    `since` says from when an address is this person's (R-Z2): of what an earlier holder left, only that shows which
    may still reach the address, so that it can be refused.
    """
    found = Consent.objects.filter(recipient__in=list(addresses)).annotate(effective=effective_status(now))
    if brands is not None:
        found = found.filter(brand_id__in=list(brands))
    places: dict[Place, list[Stored]] = {}
    for row in found.values_list(*Stored._fields).iterator(chunk_size=10_000):
        stored = Stored._make(row)
        if _earlier(stored, since) and not STATES[Reason(stored.effective)].reaches:
            continue
        places.setdefault((stored.brand_id, stored.recipient, stored.channel), []).append(stored)
    for rows in places.values():
        rows.sort(key=_importance)
    return places


def _earlier(stored: Stored, since: Mapping[str, datetime] | None) -> bool:
    begin = (since or {}).get(stored.recipient)
    return begin is not None and stored.registered_at < begin


def own_since(addresses: Iterable[ProvenAddress]) -> dict[str, datetime]:
    """From when each address is this person's, where somebody else had it before (R-Z2)."""
    return {row.address: row.history_from for row in addresses if row.history_from is not None}


def own_brands(
    addresses: Collection[str],
    *,
    now: datetime,
    brands: Collection[int] | None = None,
    since: Mapping[str, datetime] | None = None,
) -> list[OwnBrand]:
    """Every brand (or those named) with a record on these addresses, by name in Turkish order. Three queries."""
    places = places_of(addresses, now=now, brands=brands, since=since)
    found = shown_brands(places, since=since)
    return sorted(found, key=lambda own: (sort_key(own.brand.name), own.brand.brand_code))


def shown_brands(
    places: Mapping[Place, Sequence[Stored]], *, since: Mapping[str, datetime] | None = None
) -> list[OwnBrand]:
    """The rows of these places under their brands, brand by brand as they come; two queries, however many there are."""
    ids = {brand_id for brand_id, _recipient, _channel in places}
    brands = Brand.objects.select_related("provider", "profile").in_bulk(ids)
    dealers = {rows[0].retailer_id for rows in places.values() if rows[0].retailer_id}
    names = dict(Retailer.objects.filter(pk__in=dealers).values_list("pk", "name")) if dealers else {}
    rows: dict[int, list[OwnRow]] = {brand_id: [] for brand_id, _recipient, _channel in places}
    for place in sorted(places):
        rows[place[0]].append(_row(places[place], dealers=names, earlier=_earlier(places[place][0], since)))
    return [OwnBrand(brands[key], found, has_logo=_has_logo(brands[key])) for key, found in rows.items()]


def _has_logo(brand: Brand) -> bool:
    profile = getattr(brand, "profile", None)
    return profile is not None and bool(profile.logo)


# What a person has to know first, where the two recipient types differ.
_FIRST = (
    Effective.SENDABLE,
    Effective.AWAITING_CONFIRMATION,
    Effective.EVIDENCE_MISSING,
    Effective.NOT_ALLOWED,
    Effective.REFUSED,
    Effective.UNKNOWN,
)
_PLACES = {answer: place for place, answer in enumerate(_FIRST)}


def _row(consents: Sequence[Stored], *, dealers: Mapping[int, str], earlier: bool) -> OwnRow:
    """One row from the records of one or both recipient types, the one that counts first."""
    shown = consents[0]
    consenting = {consent.recipient_type for consent in consents if consent.status == Status.ONAY and _counts(consent)}
    source = Source(shown.source) if shown.source and not earlier else None
    return OwnRow(
        event_id=shown.event_id,
        channel=Channel(shown.channel),
        address=shown.recipient,
        state=STATES[Reason(shown.effective)],
        since=None if earlier else since_of(shown),
        source=HOW.get(source, source.label) if source else "",
        both=len(consenting) > 1,
        merchant=RecipientType.TACIR in consenting,
        dealer=dealers.get(shown.retailer_id, "") if shown.retailer_id and not earlier else "",
        given=shown.status == Status.ONAY,
        text_id=None if earlier else shown.text_version_id,
    )


def since_of(stored: Stored) -> datetime:
    return stored.consent_date or stored.registered_at


def _importance(consent: Stored) -> tuple[int, bool, int]:
    place = _PLACES[Reason(consent.effective).effective]
    return place, consent.status != Status.RET, consent.recipient_type


def _counts(consent: Stored) -> bool:
    """It stands as a consent; a wish overrules it, but does not end it."""
    reason = Reason(consent.effective)
    return reason is Reason.STANDING_WISH or reason.effective is not Effective.REFUSED
