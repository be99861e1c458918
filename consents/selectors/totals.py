"""Counts that pages show: from the counters kept with every write, never from the big tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum, Window

from consents.enums import Channel, Hold, Status, Verdict
from consents.models import BrandCounter, BrandDay
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

from .pages import MANY_BRANDS, Filters, within

CHART_DAYS = 30


@dataclass(frozen=True)
class BrandTotals:
    """One brand's numbers: consents and refusals by channel, and the consents that wait."""

    brand_id: int
    consents: dict[Channel, int]
    refusals: dict[Channel, int]
    awaiting: int
    evidence_missing: int

    @property
    def total(self) -> int:
        return sum(self.consents.values()) + sum(self.refusals.values())

    @property
    def cells(self) -> list[tuple[Channel, int, int]]:
        return [(channel, self.consents.get(channel, 0), self.refusals.get(channel, 0)) for channel in Channel]


@dataclass(frozen=True)
class Day:
    """One day in Istanbul: consents and refusals that were written on it."""

    day: date
    consents: int
    refusals: int


def matching(actor: Actor, filters: Filters) -> dict[int, int]:
    """Brands that have consents which the filters allow, with how many (the search and the source aside)."""
    counters = _kept(actor)
    if filters.brands is not None:
        counters = counters.filter(brand_id__in=filters.brands)
    for name in ("channel", "status", "recipient_type"):
        if (value := getattr(filters, name)) is not None:
            counters = counters.filter(**{name: value})
    if filters.hold is not None:
        counters = counters.filter(holds__in=[int(filters.hold), sum(Hold)])
    return dict(counters.values_list("brand_id").annotate(Sum("total")).order_by())


def narrowed(actor: Actor, filters: Filters) -> tuple[Filters, int | None]:
    """The filters with only the brands that have something, and how many consents they allow, where counters know it.

    Over the whole registry an address is found by itself, and everything is one sum: no brand is looked at for them.
    """
    if filters.brands is None and filters.search.exact:
        return filters, None
    if filters == Filters() and Brand.objects.count() > MANY_BRANDS:
        return filters, _kept(actor).aggregate(all=Sum("total"))["all"] or 0
    found = matching(actor, filters)
    return within(filters, found), sum(found.values()) if filters.countable else None


@dataclass(frozen=True)
class Totals:
    """All visible brands together (`brand_id` 0), the largest of them, and how many have any consents."""

    together: BrandTotals
    largest: list[BrandTotals]
    brands: int


def totals(actor: Actor, *, limit: int) -> Totals:
    """The numbers of the overview. One query over a provider's counters; over all providers three that add up there."""
    if not actor.all_providers:
        rows = list(_kept(actor).values_list("brand_id", *_PARTS))
        found = sorted(_by_brand(rows), key=lambda item: (-item.total, item.brand_id))
        return Totals(_totals(0, [row[1:] for row in rows]), found[:limit], len(found))
    together = _kept(actor).values_list("channel", "status", "holds").annotate(Sum("total")).order_by()
    recorded = Sum("total", filter=Q(status__in=(Status.ONAY, Status.RET)), default=0)
    ranked = _kept(actor).values_list("brand_id").annotate(recorded=recorded, brands=Window(Count("*")))
    top = list(ranked.order_by("-recorded", "brand_id")[:limit])
    rows = list(_kept(actor).filter(brand_id__in=[row[0] for row in top]).values_list("brand_id", *_PARTS))
    found = sorted(_by_brand(rows), key=lambda item: (-item.total, item.brand_id))
    return Totals(_totals(0, together), found, top[0][2] if top else 0)


_PARTS = ("channel", "status", "holds", "total")


def _by_brand(rows: Iterable[tuple[int, int, int, int, int]]) -> list[BrandTotals]:
    parts: dict[int, list[tuple[int, int, int, int]]] = {}
    for brand_id, *part in rows:
        parts.setdefault(brand_id, []).append(tuple(part))  # type: ignore[arg-type]
    return [_totals(brand_id, part) for brand_id, part in parts.items()]


def _kept(actor: Actor) -> QuerySet[BrandCounter]:
    return BrandCounter.objects.visible_to(actor).filter(total__gt=0)


def _totals(brand_id: int, rows: Iterable[tuple[int, int, int, int]]) -> BrandTotals:
    """Counters (channel, status, holds, how many) of one brand, or of several, put together."""
    consents: dict[Channel, int] = {}
    refusals: dict[Channel, int] = {}
    awaiting = evidence_missing = 0
    for channel, status, holds, total in rows:
        part = {Status.ONAY: consents, Status.RET: refusals}.get(Status(status))
        if part is not None:
            part[Channel(channel)] = part.get(Channel(channel), 0) + total
        awaiting += total if holds & Hold.AWAITING_CONFIRMATION else 0
        evidence_missing += total if holds & Hold.EVIDENCE_MISSING else 0
    return BrandTotals(brand_id, consents, refusals, awaiting, evidence_missing)


def last_days(actor: Actor, *, now: datetime, days: int = CHART_DAYS) -> list[Day]:
    """The last days in Istanbul, today included, those without anything as zeros."""
    today = now.astimezone(ISTANBUL).date()
    first = today - timedelta(days=days - 1)
    written = BrandDay.objects.visible_to(actor).filter(day__gte=first, day__lte=today, verdict__lte=Verdict.RENEWED)
    sums = written.values("day").annotate(
        consents=Sum("total", filter=Q(status=Status.ONAY)),
        refusals=Sum("total", filter=Q(status=Status.RET)),
    )
    totals = {row["day"]: (row["consents"] or 0, row["refusals"] or 0) for row in sums.order_by("day")}
    steps = [first + timedelta(days=step) for step in range(days)]
    return [Day(day, *totals.get(day, (0, 0))) for day in steps]
