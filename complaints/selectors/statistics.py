"""Statistics of complaints (R-K10): by month, il, brand, channel, topic and outcome, with median days.

Over every brand they come from totals; of some brands, from the facts of these brands, by their index. Both have the
same columns, so one code reads them. The list of brands has totals of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, QuerySet, Sum, Value, When
from django.db.models.functions import Cast
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.enums import ComplaintState as S
from complaints.enums import TimeKind, Topic
from complaints.models import ComplaintBrandCell, ComplaintCell, ComplaintDays, ComplaintFact, FineAmount
from complaints.models.complaints import OPEN
from complaints.models.statistics import ANY_PROVINCE, ANY_TOPIC, OUTCOMES, sees_every_place
from consents.enums import Channel
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import months_of
from iys_portal.core.models import Document
from iys_portal.core.turkish import sort_key
from providers.models import Brand

MOST_BRANDS = 50
YEARLY = "complaints.yearly"
_MARKS = ("late", "after_refusal", "without_consent")
_OF_BRAND = ("total", "open", "violation", "no_violation")


def outcome_labels() -> dict[str, str]:
    own = {"open": pgettext("complaints", "Open"), "contested": _("Objected to or in court")}
    return {name: own.get(name) or str(S(name).label) for name in OUTCOMES}


@dataclass(frozen=True)
class Asked:
    """What is asked for; `first` and `last` are the first days of months, both included."""

    first: date
    last: date
    province: str = ""
    brand: Brand | None = None
    channel: int | None = None
    topic: str = ""
    outcome: str = ""


@dataclass
class Figures:
    """The numbers of one line."""

    total: int = 0
    open: int = 0
    violation: int = 0
    no_violation: int = 0
    late: int = 0
    after_refusal: int = 0
    without_consent: int = 0

    @property
    def violation_share(self) -> int | None:
        """Violations among what was decided on the merits, in percent, rounded down."""
        decided = self.violation + self.no_violation
        return self.violation * 100 // decided if decided else None


@dataclass(frozen=True)
class Line:
    name: str
    figures: Figures
    url_key: str = ""


@dataclass(frozen=True)
class Table:
    key: str
    title: str
    head: str
    lines: list[Line]


@dataclass(frozen=True)
class Statistics:
    """Everything that page, file and yearly report show."""

    asked: Asked
    total: Figures
    medians: dict[str, int | None]
    tables: list[Table]
    outcomes: list[tuple[str, int]]
    chart: dict[str, Any] = field(default_factory=dict)
    brands_left_out: int = 0


def statistics_of(actor: Actor, asked: Asked) -> Statistics:
    """The statistics of a period, within what the actor may see (R-K7, R-K10)."""
    rows = _rows(actor, asked)
    months = _lines_by(rows, "month")
    states = {row["state"]: row["total"] for row in rows.values("state").annotate(total=Sum("n")).order_by()}
    brands, left_out = _by_brand(actor, asked)
    tables = [
        Table("month", _("By month"), _("Month"), _by_month(asked, months)),
        Table(
            "province",
            _("By province"),
            _("Province"),
            _named(_lines_by(_rows(actor, asked, by_province=True), "province"), str),
        ),
        Table("brand", _("By brand"), _("Brand"), brands),
        Table("channel", _("By channel"), _("Channel"), _named(_lines_by(rows, "channel"), _channel_label)),
        Table("topic", _("By topic"), _("Topic"), _by_topic(actor, asked)),
    ]
    total = Figures()
    for figures in months.values():
        _add(total, figures)
    labels = outcome_labels()
    return Statistics(
        asked=asked,
        total=total,
        medians={kind.value: _median(_days(actor, asked, kind)) for kind in TimeKind},
        tables=[table for table in tables if table.lines],
        outcomes=[
            (labels[name], count)
            for name, of in OUTCOMES.items()
            if (count := sum(states.get(state, 0) for state in of))
        ],
        chart=_chart(asked, months),
        brands_left_out=left_out,
    )


def _rows(actor: Actor, asked: Asked, *, by_topic: bool = False, by_province: bool = False) -> QuerySet[Any]:
    """Rows with month, province, channel, state, topic, `n` and the marks, narrowed to what is asked for."""
    if not _over_all(actor, asked):
        return _facts(actor, asked, by_topic=by_topic)
    found = _of_level(ComplaintCell.objects.visible_to(actor), actor, asked, by_province=by_province)
    found = found.filter(total__gt=0).annotate(n=F("total"))
    if asked.topic:
        return found.filter(topic=asked.topic)
    # By name and not by what it is not: so the index finds them.
    return found.filter(topic__in=Topic.values) if by_topic else found.filter(topic=ANY_TOPIC)


def _of_level(found: QuerySet[Any], actor: Actor, asked: Asked, *, by_province: bool = False) -> QuerySet[Any]:
    """The totals over every il where that is what is asked for; else those of each il."""
    found = _narrowed(found, asked)
    if _whole(actor, asked) and not by_province:
        return found.filter(province=ANY_PROVINCE)
    return found.exclude(province=ANY_PROVINCE)


def _whole(actor: Actor, asked: Asked) -> bool:
    return sees_every_place(actor) and not asked.province


def _over_all(actor: Actor, asked: Asked) -> bool:
    return actor.provider_id is None and asked.brand is None


def _facts(actor: Actor, asked: Asked, *, by_topic: bool = False) -> QuerySet[Any]:
    found = _narrowed(ComplaintFact.objects.visible_to(actor), asked).annotate(n=Value(1))
    if asked.brand is not None:
        found = found.filter(brand=asked.brand)
    if asked.topic:
        return found.filter(topics__contains=[asked.topic]).annotate(topic=Value(asked.topic))
    return found.annotate(topic=Func(F("topics"), function="unnest")) if by_topic else found


def _narrowed(found: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    found = found.filter(month__gte=asked.first, month__lte=asked.last)
    if asked.province:
        found = found.filter(province=asked.province)
    if asked.channel is not None:
        found = found.filter(channel=asked.channel)
    return found.filter(state__in=OUTCOMES[asked.outcome]) if asked.outcome else found


def _lines_by(rows: QuerySet[Any], by: str) -> dict[Any, Figures]:
    """The figures of each value of a column; one query."""
    marks = {f"sum_{name}": Sum(Cast(name, IntegerField())) for name in _MARKS}
    found: dict[Any, Figures] = {}
    for row in rows.values(by, "state").annotate(sum_n=Sum("n"), **marks).order_by():
        state, many = row["state"], row["sum_n"]
        one = Figures(
            total=many,
            open=many * (state in OPEN),
            violation=many * (state == S.VIOLATION),
            no_violation=many * (state == S.NO_VIOLATION),
            **{name: row[f"sum_{name}"] for name in _MARKS},
        )
        _add(found.setdefault(row[by], Figures()), one)
    return found


def _add(to: Figures, more: Figures) -> None:
    for name in Figures.__dataclass_fields__:
        setattr(to, name, getattr(to, name) + getattr(more, name))


def _by_month(asked: Asked, months: dict[date, Figures]) -> list[Line]:
    found = [
        Line(formats.date_format(one, "F Y"), months.get(one, Figures())) for one in months_of(asked.first, asked.last)
    ]
    return found if months else []


def _named(found: dict[Any, Figures], name_of: Any) -> list[Line]:
    """The most complained about first, then in Turkish order."""
    lines = [Line(str(name_of(key)), figures) for key, figures in found.items()]
    return sorted(lines, key=lambda line: (-line.figures.total, sort_key(line.name)))


def _channel_label(key: int) -> str:
    return str(Channel(key).label)


def _by_topic(actor: Actor, asked: Asked) -> list[Line]:
    """A complaint with several topics counts at each of them."""
    found = _lines_by(_rows(actor, asked, by_topic=True), "topic")
    return _named(found, lambda topic: Topic(topic).label)


def _by_brand(actor: Actor, asked: Asked) -> tuple[list[Line], int]:
    """The brands that are complained about most, and how many more there are. None for a question about one brand."""
    if asked.brand is not None:
        return [], 0
    rows, key = _brand_sums(actor, asked) if _whole(actor, asked) else _brand_counts(actor, asked)
    found = list(rows.order_by("-n_total", key)[: MOST_BRANDS + 1])
    more = rows.order_by().count() - MOST_BRANDS if len(found) > MOST_BRANDS else 0
    names = Brand.objects.in_bulk([row[key] for row in found[:MOST_BRANDS] if row[key]])
    lines = []
    for row in found[:MOST_BRANDS]:
        brand = names.get(row[key])
        name = brand.name if brand else _("Senders that are not registered")
        figures = Figures(**{counted: row[f"n_{counted}"] for counted in _OF_BRAND})
        lines.append(Line(name, figures, str(brand.brand_code) if brand else ""))
    return lines, more


def _brand_sums(actor: Actor, asked: Asked) -> tuple[QuerySet[Any], str]:
    """Each brand with its figures over every il, from totals; and the name of its key."""
    found = ComplaintBrandCell.objects.visible_to(actor).filter(topic=asked.topic)
    found = found.filter(month__gte=asked.first, month__lte=asked.last)
    if asked.channel is not None:
        found = found.filter(channel=asked.channel)
    total = asked.outcome or "total"
    sums = {f"n_{name}": Sum(name) if asked.outcome in ("", name) else Value(0) for name in _OF_BRAND}
    return found.filter(**{f"{total}__gt": 0}).values("brand_key").annotate(
        **sums | {"n_total": Sum(total)}
    ), "brand_key"


def _brand_counts(actor: Actor, asked: Asked) -> tuple[QuerySet[Any], str]:
    """The same in one il, or of a provider's own, from facts."""
    counts = {
        "n_total": Count("*"),
        "n_open": Count(Case(When(state__in=OPEN, then=1))),
        "n_violation": Count(Case(When(state=S.VIOLATION, then=1))),
        "n_no_violation": Count(Case(When(state=S.NO_VIOLATION, then=1))),
    }
    return _facts(actor, asked).values("brand").annotate(**counts), "brand"


def _days(actor: Actor, asked: Asked, kind: TimeKind) -> Iterable[tuple[int, int]]:
    """(days, how many), the shortest first."""
    if not _over_all(actor, asked):
        column = f"{kind.value}_days"
        found = _facts(actor, asked).exclude(**{column: None})
        return found.values_list(column).annotate(many=Count("pk")).order_by(column)
    rows = _of_level(ComplaintDays.objects.visible_to(actor), actor, asked)
    rows = rows.filter(kind=kind, topic=asked.topic, total__gt=0)
    return rows.values_list("days").annotate(many=Sum("total")).order_by("days")


def _median(days: Iterable[tuple[int, int]]) -> int | None:
    """The lower median of a histogram; None where nothing was measured."""
    found = list(days)
    half, seen = (sum(many for _days, many in found) + 1) // 2, 0
    for value, many in found:
        seen += many
        if seen >= half:
            return value
    return None


def _chart(asked: Asked, months: dict[date, Figures]) -> dict[str, Any]:
    """Filed complaints by month, and how many of them were violations."""
    steps = list(months_of(asked.first, asked.last))
    figures = [months.get(step, Figures()) for step in steps]
    return {
        "type": "bar",
        "labels": [formats.date_format(step, "M Y") for step in steps],
        "series": [
            {"label": _("Filed"), "tone": "primary", "values": [one.total for one in figures]},
            {"label": _("Violations"), "tone": "danger", "values": [one.violation for one in figures]},
        ],
    }


def yearly_reports() -> list[Document]:
    """Every yearly report, the newest first; for who sees every il."""
    return list(Document.objects.filter(kind=YEARLY, subject_type=YEARLY).order_by("-pk")[:100])


def yearly_report_of(year: int) -> Document | None:
    """The newest report of a year."""
    found = Document.objects.filter(kind=YEARLY, subject_type=YEARLY, subject_id=str(year))
    return found.order_by("-pk").first()


def fines_on(day: date) -> list[FineAmount]:
    """The amounts that hold on a day, one for each breach (R-K9)."""
    found = FineAmount.objects.filter(valid_from__lte=day).order_by("breach", "-valid_from").distinct("breach")
    return list(found)
