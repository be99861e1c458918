"""One page of a list of consents, by key: the hundredth costs what the first costs.

Addresses are taken in order from the index of each brand, at most a page from each, and merged. The brands stand in
the statement as numbers, because the planner must see how many rows each has: for an unknown brand it would read the
primary key of the whole registry past a small one. Which index serves:
`consent_of_brand` by itself, `consent_refused` and `consent_held` where the filter is their condition, and
`consent_of_domain` for e-mails, which stand by domain and then by address, so that phones before them cost nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from consents.enums import Channel, Hold, RecipientType, Source, Status
from consents.models import Consent, ConsentQuerySet
from iys_portal.core.actors import Actor

from .search import AFTER, EVERYTHING, Search

PAGE = 50

Key = tuple[str, int, int, int]


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means all. `brands` are ids, already those that the actor may see."""

    brands: tuple[int, ...] | None = None  # None: every brand of the registry (staff)
    channel: Channel | None = None
    status: Status | None = None
    recipient_type: RecipientType | None = None
    source: Source | None = None
    hold: Hold | None = None
    search: Search = EVERYTHING
    parts: Mapping[int, Sequence[int]] | None = None  # R-P12: the channels by brand that an integrator may read

    @property
    def by_domain(self) -> bool:
        """Whether the order is domain, address instead of address."""
        return bool(self.search.domain) or (self.channel is Channel.EPOSTA and self.search is EVERYTHING)

    @property
    def countable(self) -> bool:
        """Whether the counters know how many there are."""
        return self.search is EVERYTHING and self.source is None


@dataclass(frozen=True)
class Page:
    """Rows in order; `before` and `after` are the keys to go on from, None at the ends."""

    rows: list[Any] = field(default_factory=list)
    before: Key | None = None
    after: Key | None = None


_DOMAIN = "split_part(recipient, '@', 2)"


def _conditions(filters: Filters, cursor: Key | None, *, backwards: bool) -> tuple[list[str], dict[str, Any]]:
    """Conditions on one consent, written as the indexes are."""
    found: list[str] = []
    values: dict[str, Any] = {}
    if filters.by_domain:
        found.append("channel = 3")
    elif filters.channel is not None:
        found.append("channel = %(channel)s")
        values["channel"] = int(filters.channel)
        if filters.channel is not Channel.EPOSTA:
            found.append("recipient >= '+' AND recipient < ','")  # every phone, hardly an e-mail
    if filters.status is not None:
        found.append("status = 2" if filters.status is Status.RET else "status = %(status)s")
        values["status"] = int(filters.status)
    if filters.recipient_type is not None:
        found.append("recipient_type = %(recipient_type)s")
        values["recipient_type"] = int(filters.recipient_type)
    if filters.source is not None:
        found.append("source = %(source)s")
        values["source"] = int(filters.source)
    if filters.hold is not None:
        found.append("NOT holds = 0 AND holds & %(hold)s > 0")
        values["hold"] = int(filters.hold)
    if filters.search.domain:
        found.append(f"{_DOMAIN} = %(domain)s")
        values["domain"] = filters.search.domain
    if filters.search.low or filters.search.high != AFTER:
        found.append("recipient >= %(low)s AND recipient < %(high)s")
        values |= {"low": filters.search.low, "high": filters.search.high}
    if cursor is not None:
        found.append(_beyond(filters, backwards=backwards))
        values |= dict(zip(("at", "at_brand", "at_channel", "at_type"), cursor, strict=True))
        values["at_domain"] = cursor[0].partition("@")[2]
    return found, values


def _beyond(filters: Filters, *, backwards: bool) -> str:
    """Past the cursor; the first part is what an index can start from."""
    sign = "<" if backwards else ">"
    keys, values = (
        "recipient, brand_id, channel, recipient_type",
        "%(at)s, %(at_brand)s, %(at_channel)s, %(at_type)s",
    )
    if filters.by_domain:
        start = f"({_DOMAIN}, recipient) {sign}= (%(at_domain)s, %(at)s)"
        return f"{start} AND ({_DOMAIN}, {keys}) {sign} (%(at_domain)s, {values})"
    return f"recipient {sign}= %(at)s AND ({keys}) {sign} ({values})"


def _statement(filters: Filters, conditions: list[str], *, backwards: bool) -> str:
    way = "DESC" if backwards else "ASC"
    columns = ["recipient", "brand_id", "channel", "recipient_type"]
    order = ", ".join(f"{column} {way}" for column in ([_DOMAIN] if filters.by_domain else []) + columns)
    inner = f"SELECT {', '.join(columns)} FROM consents_consent"  # noqa: S608 (constant text)
    where = " AND ".join(conditions) or "TRUE"
    if filters.brands is None:
        return f"{inner} WHERE {where} ORDER BY {order} LIMIT %(limit)s"
    parts = (
        f"({inner} WHERE {_of_brand(filters, brand)} AND {where} ORDER BY {order} LIMIT %(limit)s)"
        for brand in filters.brands
    )
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) merged ORDER BY {order} LIMIT %(limit)s"  # noqa: S608


def _of_brand(filters: Filters, brand: int) -> str:
    """The brand's rows, or those of the channels that are open."""
    if filters.parts is None:
        return f"brand_id = {brand:d}"
    channels = ", ".join(f"{channel:d}" for channel in filters.parts.get(brand, ())) or "NULL"
    return f"brand_id = {brand:d} AND channel IN ({channels})"


def keys_of(filters: Filters, *, cursor: Key | None = None, backwards: bool = False, limit: int = PAGE) -> list[Key]:
    """The next keys beyond the cursor, in the order of the walk."""
    if filters.brands is not None and not filters.brands:
        return []
    conditions, values = _conditions(filters, cursor, backwards=backwards)
    values |= {"limit": limit}
    with connection.cursor() as db:
        db.execute(_statement(filters, conditions, backwards=backwards), values)
        return [tuple(row) for row in db.fetchall()]


def of_brand_sql(filters: Filters, brand_id: int) -> tuple[str, dict[str, Any]]:
    """The condition on the consents of one brand that the filters allow, with its values: for walks through a list."""
    conditions, values = _conditions(filters, None, backwards=False)
    return " AND ".join([_of_brand(filters, brand_id), *conditions]), values


def rows_of(keys: Sequence[Key], base: ConsentQuerySet) -> list[Any]:
    """The consents of the keys, in their order; one that is gone is left out."""
    if not keys:
        return []
    found = {consent.key: consent for consent in base.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def page_of(filters: Filters, *, base: ConsentQuerySet, cursor: Key | None = None, backwards: bool = False) -> Page:
    """One page of `base` (a queryset that started at `visible_to`), and where it goes on to both sides."""
    keys = keys_of(filters, cursor=cursor, backwards=backwards, limit=PAGE + 1)
    more = len(keys) > PAGE
    keys = keys[:PAGE]
    if backwards:
        keys.reverse()
    if not keys:
        return page_of(filters, base=base) if backwards else Page(before=cursor)
    return Page(
        rows=rows_of(keys, base),
        before=keys[0] if (more if backwards else cursor is not None) else None,
        after=keys[-1] if (more or backwards) else None,
    )


def everything(actor: Actor) -> ConsentQuerySet:
    """The consents that the actor may see."""
    return Consent.objects.visible_to(actor)


MANY_BRANDS = 200


def within(filters: Filters, counted: dict[int, int]) -> Filters:
    """The filters with only the brands that the counters say have something, so that none is searched for nothing."""
    if filters.brands is None and len(counted) > MANY_BRANDS:
        return filters
    return replace(filters, brands=tuple(sorted(counted)))
