"""Reports: what came in and went, by month, brand, channel, source and dealer. From counters alone.

*New consents* and *refusals* are records that changed what stands; a repeat of the same answer is neither. *Net* is by
how many the consents that stand have grown: also an undo and a refusal that was taken back move it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from consents.enums import Channel, EventKind, Hold, NoticeState, Source, Status
from consents.models import BrandCounter, NoticeReportDay, ReportDay, ReportMark
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import months_of
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
    """The numbers of one line. `on_time` of `told` notices; the others were late, told of something that was registered
    later, or were not delivered.
    """

    consents: int = 0
    refusals: int = 0
    gained: int = 0
    lost: int = 0
    late: int = 0
    missing: int = 0
    on_time: int = 0
    told: int = 0
    late_notices: int = 0
    registered_later: int = 0
    undelivered: int = 0

    @property
    def net(self) -> int:
        return self.gained - self.lost

    @property
    def share(self) -> int | None:
        """Notices on time, in percent, rounded down: 100 only where all are."""
        return self.on_time * 100 // self.told if self.told else None

    def add(self, other: "Figures") -> None:
        for name in (*_MEASURES, "on_time", "told", *_LATE.values()):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def tell(self, state: int, total: int) -> None:
        """Count notices that ended in a state of `_TRIED`."""
        self.told += total
        if state == NoticeState.ON_TIME:
            self.on_time += total
        else:
            setattr(self, _LATE[state], getattr(self, _LATE[state]) + total)


@dataclass(frozen=True)
class Line:
    name: str
    figures: Figures


@dataclass(frozen=True)
class Table:
    """One way to look at the period."""

    key: str
    title: str
    head: str
    lines: list[Line]


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
    counted = _Counted(_rows(ReportDay, actor, asked), _rows(NoticeReportDay, actor, asked).filter(state__in=_TRIED))
    days, channels = counted.by("day"), counted.by("channel")
    months: dict[Any, Figures] = defaultdict(Figures)
    ways: dict[Any, Figures] = defaultdict(Figures)
    total = Figures()
    for day, figures in days.items():
        months[day.replace(day=1)].add(figures)
        total.add(figures)
    for channel, figures in channels.items():
        ways[_MEANS[Channel(channel)]].add(figures)
    mark = ReportMark.objects.first()
    tables = [
        Table("month", _("By month"), _("Month"), _by_month(months)),
        Table("brand", _("By brand"), _("Brand"), _lines(counted.by("brand_id"), _brand_names)),
        Table("channel", _("By channel"), _("Channel"), _lines(channels, _labels(Channel))),
        Table("source", _("By source"), _("Source"), _lines(counted.by("source"), _labels(Source))),
        Table("retailer", _("By dealer"), _("Dealer"), _by_dealer(counted)),
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


def _rows(model: Any, actor: Actor, asked: Asked) -> Any:
    rows = model.objects.visible_to(actor).filter(day__gte=asked.first, day__lte=asked.last)
    if asked.brand is not None:
        rows = rows.filter(brand_id=asked.brand.pk)
    return rows if asked.channel is None else rows.filter(channel=asked.channel)


@dataclass(frozen=True)
class _Counted:
    """The roll-ups of a period: of events, and of notices that were tried."""

    events: Any
    notices: Any

    def by(self, name: str) -> dict[Any, Figures]:
        found: dict[Any, Figures] = defaultdict(Figures)
        for row in self.events.values(name).annotate(**_MEASURES).order_by(name):
            key = row.pop(name)
            found[key] = Figures(**row)
        for key, state, total in self.notices.values_list(name, "state").annotate(Sum("total")).order_by(name, "state"):
            found[key].tell(state, total)
        return found


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
    return Table("means", _("By way"), _("Way"), lines)


def _of_notices(tables: list[Table]) -> list[Table]:
    """The tables with the lines that have notices."""
    told = [replace(table, lines=[line for line in table.lines if line.figures.told]) for table in tables]
    return [table for table in told if table.lines]


def _brand_names(keys: list[Any]) -> dict[Any, str]:
    return dict(Brand.objects.filter(pk__in=keys).values_list("pk", "name"))


def _labels(codes: Any) -> Callable[[list[Any]], dict[Any, str]]:
    labels = {code.value: str(code.label) for code in codes}
    return lambda _keys: {**labels, ReportDay.NONE: _("Not given")}


def _by_dealer(counted: _Counted) -> list[Line]:
    def names(keys: list[Any]) -> dict[Any, str]:
        return {dealer.pk: str(dealer) for dealer in Retailer.objects.filter(pk__in=keys)}

    found = counted.by("retailer_id")
    found.pop(ReportDay.NONE, None)
    return _lines(found, names)


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
        steps = list(months_of(asked.first, asked.last))
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
