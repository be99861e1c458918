"""Counts that pages show: from the counters kept with every write, never from the big tables."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum

from consents.enums import Channel, Hold, Status, Verdict
from consents.models import BrandCounter, BrandDay
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL

from .pages import Filters

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
    counters = BrandCounter.objects.visible_to(actor).filter(total__gt=0)
    if filters.brands is not None:
        counters = counters.filter(brand_id__in=filters.brands)
    for name in ("channel", "status", "recipient_type"):
        if (value := getattr(filters, name)) is not None:
            counters = counters.filter(**{name: value})
    if filters.hold is not None:
        counters = counters.filter(holds__in=[int(filters.hold), sum(Hold)])
    return dict(counters.values_list("brand_id").annotate(Sum("total")).order_by())


def by_brand(actor: Actor) -> list[BrandTotals]:
    """Every visible brand that has consents, largest first. One query over the counters."""
    rows = BrandCounter.objects.visible_to(actor).filter(total__gt=0)
    found: dict[int, BrandTotals] = {}
    for row in rows.values_list("brand_id", "channel", "status", "holds", "total"):
        brand_id, channel, status, holds, total = row
        item = found.setdefault(brand_id, BrandTotals(brand_id, {}, {}, 0, 0))
        part = {Status.ONAY: item.consents, Status.RET: item.refusals}.get(Status(status))
        if part is not None:
            part[Channel(channel)] = part.get(Channel(channel), 0) + total
        if holds:
            found[brand_id] = BrandTotals(
                brand_id,
                item.consents,
                item.refusals,
                item.awaiting + (total if holds & Hold.AWAITING_CONFIRMATION else 0),
                item.evidence_missing + (total if holds & Hold.EVIDENCE_MISSING else 0),
            )
    return sorted(found.values(), key=lambda item: (-item.total, item.brand_id))


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
