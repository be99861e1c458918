"""Reports: what came in and went, by month, brand, channel, source and dealer. From counters alone.

*New consents* and *refusals* are records that changed what stands; a repeat of the same answer is neither. *Net* is by
how many the consents that stand have grown: also an undo and a refusal that was taken back move it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from consents.enums import Channel, EventKind, Hold, NoticeState, Source, Status
from consents.models import BrandCounter, NoticeCounter, ReportDay, ReportMark
from iys_portal.core.actors import Actor
from iys_portal.core.enums import Means
from providers.models import Brand, Provider, Retailer

MOST = 200
"""Lines of a table; the rest is summed up in one."""
CHART_DAYS = 62
"""Up to so many days the chart shows days, beyond them months."""

_RECORD = Q(kind=EventKind.RECORD)
_MEASURES: dict[str, Any] = {
    "consents": Sum("total", filter=_RECORD & Q(status=Status.ONAY) & ~Q(status0=Status.ONAY), default=0),
    "refusals": Sum("total", filter=_RECORD & Q(status=Status.RET) & ~Q(status0=Status.RET), default=0),
    "gained": Sum("total", filter=Q(status=Status.ONAY) & ~Q(status0=Status.ONAY), default=0),
    "lost": Sum("total", filter=Q(status0=Status.ONAY) & ~Q(status=Status.ONAY), default=0),
    "late": Sum("late", filter=_RECORD & Q(status=Status.RET), default=0),
    "missing": Sum("missing", default=0),
}
_MEANS = {Channel.ARAMA: Means.TEXT, Channel.MESAJ: Means.TEXT, Channel.EPOSTA: Means.MAIL}
_LATE = {
    int(NoticeState.LATE): "late_notices",
    int(NoticeState.REGISTERED_LATER): "registered_later",
    int(NoticeState.UNDELIVERED): "undelivered",
}
_TRIED = (NoticeState.ON_TIME, *_LATE)


@dataclass(frozen=True)
class Asked:
    """What a report is about; days are those of registration, both included."""

    first: date
    last: date
    brand: Brand | None = None
    channel: Channel | None = None


@dataclass
class Figures:
    """The numbers of one line. `on_time` of `told` notices; None where notices are not counted by this.

    The others of `told` were late, told of something that was registered later, or were not delivered.
    """

    consents: int = 0
    refusals: int = 0
    gained: int = 0
    lost: int = 0
    late: int = 0
    missing: int = 0
    on_time: int | None = None
    told: int | None = None
    late_notices: int = 0
    registered_later: int = 0
    undelivered: int = 0

    @property
    def net(self) -> int:
        return self.gained - self.lost

    @property
    def share(self) -> int | None:
        """Notices on time, in percent, rounded down: 100 only where all are."""
        return self.on_time * 100 // self.told if self.told and self.on_time is not None else None

    def add(self, other: "Figures") -> None:
        for name in (*_MEASURES, "on_time", "told", *_LATE.values()):
            if (value := getattr(other, name)) is not None:
                setattr(self, name, (getattr(self, name) or 0) + value)

    def tell(self, state: int, total: int) -> None:
        """Count notices of a state."""
        if state in _TRIED:
            self.told = (self.told or 0) + total
            self.on_time = (self.on_time or 0) + (total if state == NoticeState.ON_TIME else 0)
        if state in _LATE:
            setattr(self, _LATE[state], getattr(self, _LATE[state]) + total)


@dataclass(frozen=True)
class Line:
    name: str
    figures: Figures


@dataclass(frozen=True)
class Table:
    """One way to look at the period. `notices`: whether notices are counted by it."""

    key: str
    title: str
    head: str
    lines: list[Line]
    notices: bool


@dataclass(frozen=True)
class Report:
    """Everything that page, PDF and file show."""

    asked: Asked
    shown: dict[str, str]
    counted_at: datetime | None
    total: Figures
    missing_now: int
    tables: list[Table]
    notices: list[Table]
    chart: dict[str, Any]
    scope: str


def report_of(actor: Actor, asked: Asked) -> Report:
    """The report of a period, within what the actor may see."""
    rows = _rows(actor, asked)
    days = _sums(rows, "day")
    notices = _notices(actor, asked)
    months: dict[Any, Figures] = defaultdict(Figures)
    brands = _sums(rows, "brand_id")
    total = Figures(on_time=0, told=0)
    for day, figures in days.items():
        months[day.replace(day=1)].add(figures)
        total.add(figures)
    ways: dict[Any, Figures] = defaultdict(Figures)
    for brand_id, day, means, state, count in notices:
        for one in (months[day.replace(day=1)], brands[brand_id], ways[means], total):
            one.tell(state, count)
    mark = ReportMark.objects.first()
    tables = [
        Table("month", _("By month"), _("Month"), _by_month(months), notices=True),
        Table("brand", _("By brand"), _("Brand"), _lines(brands, _brand_names), notices=True),
        Table("channel", _("By channel"), _("Channel"), _named(rows, "channel", Channel), notices=False),
        Table("source", _("By source"), _("Source"), _named(rows, "source", Source), notices=False),
        Table("retailer", _("By dealer"), _("Dealer"), _by_dealer(rows), notices=False),
    ]
    return Report(
        asked=asked,
        shown=_shown(asked),
        counted_at=mark.sealed_at if mark else None,
        total=total,
        missing_now=_missing_now(actor, asked),
        tables=[table for table in tables if table.lines],
        notices=_of_notices([_by_means(ways), *tables]),
        chart=_chart(asked, days, months),
        scope=_scope(actor, asked),
    )


def _scope(actor: Actor, asked: Asked) -> str:
    """Whose report it is, in words."""
    if asked.brand is not None:
        whose = f"{asked.brand.provider.title} · {asked.brand.name}"
    elif actor.provider_id is not None:
        whose = Provider.objects.get(pk=actor.provider_id).title
    else:
        whose = _("All providers")
    return f"{whose} · {asked.channel.label}" if asked.channel is not None else whose


def _rows(actor: Actor, asked: Asked) -> Any:
    rows = ReportDay.objects.visible_to(actor).filter(day__gte=asked.first, day__lte=asked.last)
    if asked.brand is not None:
        rows = rows.filter(brand_id=asked.brand.pk)
    return rows if asked.channel is None else rows.filter(channel=asked.channel)


def _sums(rows: Any, by: str) -> dict[Any, Figures]:
    found: dict[Any, Figures] = defaultdict(Figures)
    for row in rows.values(by).annotate(**_MEASURES).order_by(by):
        key = row.pop(by)
        found[key] = Figures(**row)
    return found


def _notices(actor: Actor, asked: Asked) -> Iterable[tuple[int, date, int, int, int]]:
    """(brand, day, means, state, how many); by the means of the channel, where one is asked for."""
    rows = NoticeCounter.objects.visible_to(actor).filter(day__gte=asked.first, day__lte=asked.last)
    if asked.brand is not None:
        rows = rows.filter(brand_id=asked.brand.pk)
    if asked.channel is not None:
        rows = rows.filter(means=_MEANS[asked.channel])
    sums = rows.filter(state__in=_TRIED).values_list("brand_id", "day", "means", "state").annotate(Sum("total"))
    return sums.order_by("brand_id", "day", "means", "state")


def _missing_now(actor: Actor, asked: Asked) -> int:
    rows = BrandCounter.objects.visible_to(actor).filter(holds__in=[int(Hold.EVIDENCE_MISSING), sum(Hold)])
    if asked.brand is not None:
        rows = rows.filter(brand_id=asked.brand.pk)
    if asked.channel is not None:
        rows = rows.filter(channel=asked.channel)
    return rows.aggregate(total=Sum("total", default=0))["total"]


def _by_month(months: dict[Any, Figures]) -> list[Line]:
    return [Line(formats.date_format(month, "F Y"), months[month]) for month in sorted(months)]


def _lines(found: dict[Any, Figures], names_of: Callable[[list[Any]], dict[Any, str]]) -> list[Line]:
    """The lines with the most records first; what is beyond `MOST`, and what has no name, as one line each."""
    ordered = sorted(found, key=lambda key: (-found[key].consents - found[key].refusals, str(key)))
    names = names_of(ordered[:MOST])
    lines = [Line(names.get(key, "—"), found[key]) for key in ordered[:MOST]]
    if len(ordered) > MOST:
        rest = Figures()
        for key in ordered[MOST:]:
            rest.add(found[key])
        lines.append(Line(_("%(count)s others together") % {"count": len(ordered) - MOST}, rest))
    return lines


def _by_means(ways: dict[Any, Figures]) -> Table:
    lines = [Line(str(means.label), ways[means.value]) for means in Means if means.value in ways]
    return Table("means", _("By way"), _("Way"), lines, notices=True)


def _of_notices(tables: list[Table]) -> list[Table]:
    """The tables by which notices are counted, with the lines that have any."""
    told = [replace(table, lines=[line for line in table.lines if line.figures.told]) for table in tables]
    return [table for table in told if table.notices and table.lines]


def _brand_names(keys: list[Any]) -> dict[Any, str]:
    return dict(Brand.objects.filter(pk__in=keys).values_list("pk", "name"))


def _named(rows: Any, by: str, codes: Any) -> list[Line]:
    labels = {code.value: str(code.label) for code in codes}
    return _lines(_sums(rows, by), lambda _keys: {**labels, ReportDay.NONE: _("Not given")})


def _by_dealer(rows: Any) -> list[Line]:
    def names(keys: list[Any]) -> dict[Any, str]:
        return {dealer.pk: str(dealer) for dealer in Retailer.objects.filter(pk__in=keys)}

    return _lines(_sums(rows.exclude(retailer_id=ReportDay.NONE), "retailer_id"), names)


def _shown(asked: Asked) -> dict[str, str]:
    shown = {"first": asked.first.isoformat(), "last": asked.last.isoformat()}
    if asked.brand is not None:
        shown["brand"] = str(asked.brand.brand_code)
    return shown | ({"channel": asked.channel.name} if asked.channel is not None else {})


def _chart(asked: Asked, days: dict[Any, Figures], months: dict[Any, Figures]) -> dict[str, Any]:
    """Consents and refusals side by side, the days without anything as zeros."""
    span = (asked.last - asked.first).days + 1
    if span <= CHART_DAYS:
        steps = [asked.first + timedelta(days=step) for step in range(span)]
        labels, found = [f"{day:%d.%m.}" for day in steps], days
    else:
        steps = list(_months(asked.first, asked.last))
        labels, found = [formats.date_format(month, "M Y") for month in steps], months
    figures = [found.get(step, Figures()) for step in steps]
    return {
        "type": "bar",
        "labels": labels,
        "series": [
            {"label": _("New consents"), "tone": "primary", "values": [one.consents for one in figures]},
            {"label": _("Refusals"), "tone": "danger", "values": [one.refusals for one in figures]},
        ],
    }


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
