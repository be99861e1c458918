"""Refusals that a provider has to act upon: the lists, how many there are, and how much time is left (R-R2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.enums import Channel, Source
from consents.models import RefusalAlert, RefusalCounter
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, BusinessCalendar
from iys_portal.core.masking import mask
from iys_portal.core.models import ScopedQuerySet
from iys_portal.core.selectors import business_calendar
from providers.models import Brand

PAGE = 50
SLICE = 10_000
OPEN = Q(acknowledged_at=None, taken_back_at=None)


@dataclass(frozen=True)
class Waiting:
    """How many refusals are open, and how many of them should have been acted upon by when."""

    open: int = 0
    overdue: int = 0
    today: int = 0


@dataclass(frozen=True)
class Countdown:
    """How long a provider may still take, in words."""

    words: str
    tone: str
    late: bool = False


@dataclass(frozen=True)
class Row:
    """One refusal as its reader may see it."""

    alert: RefusalAlert
    address: str
    channel: str | Promise
    source: str | Promise
    countdown: Countdown | None

    @property
    def number(self) -> str:
        return str(self.alert.pk)

    @property
    def event(self) -> str:
        return str(self.alert.event_id)


@dataclass(frozen=True)
class RefusalPage:
    """Refusals in order; `before` and `after` are places to go on from, "" at the ends."""

    rows: list[Row] = field(default_factory=list)
    before: str = ""
    after: str = ""
    newest: str = ""  # the provider's newest refusal: up to it reaches what "all" means to this reader


def waiting(actor: Actor, *, today: date) -> Waiting:
    """The open refusals that the actor may see. One query over the counters."""
    sums = RefusalCounter.objects.visible_to(actor).filter(total__gt=0).aggregate(
        open=Sum("total"), overdue=Sum("total", filter=Q(due_on__lt=today)), today=Sum("total", filter=Q(due_on=today))
    )  # fmt: skip
    return Waiting(*(sums[name] or 0 for name in ("open", "overdue", "today")))


def countdown(due_on: date, *, today: date, calendar: BusinessCalendar) -> Countdown:
    """R-R2: business days that are left after today up to the last one, weekends and holidays left out."""
    if due_on < today:
        late = max(calendar.business_days_left(due_on, today), 1)
        words = ngettext("overdue by %(days)s business day", "overdue by %(days)s business days", late)
        return Countdown(words % {"days": late}, "danger", late=True)
    left = calendar.business_days_left(today, due_on)
    if not left:
        return Countdown(_("today is the last day"), "warning")
    words = ngettext("%(days)s business day left", "%(days)s business days left", left)
    return Countdown(words % {"days": left}, "warning" if left == 1 else "info")


def open_page(actor: Actor, *, brand: Brand | None, now: datetime, after: str = "", before: str = "") -> RefusalPage:
    """Open refusals, the most urgent first."""
    found = scoped(actor, brand).filter(OPEN)
    alerts, newer, older = _page(found, ("due_on", "pk"), after=after, before=before)
    newest = None
    if alerts and actor.provider_id is not None:
        known = RefusalAlert.objects.filter(provider_id=actor.provider_id).order_by("-pk")
        newest = known.values_list("pk", flat=True).first()
    return _shown(actor, alerts, newer, older, now=now, newest=newest)


def done_page(actor: Actor, *, brand: Brand | None, now: datetime, after: str = "", before: str = "") -> RefusalPage:
    """Refusals that were acknowledged or taken back, newest first."""
    found = scoped(actor, brand).exclude(OPEN)
    alerts, newer, older = _page(found, ("-pk",), after=after, before=before)
    return _shown(actor, alerts, newer, older, now=now)


def open_slices(actor: Actor, *, brand: Brand | None) -> Iterator[list[RefusalAlert]]:
    """All open refusals in the order of the page, for a file; each slice is a short query of its own."""
    edge: RefusalAlert | None = None
    while True:
        found = scoped(actor, brand).filter(OPEN)
        if edge is not None:
            found = found.filter(_beyond((edge.due_on, edge.pk), ("due_on", "pk"), backwards=False))
        rows = list(found.select_related("brand").order_by("due_on", "pk")[:SLICE])
        if rows:
            yield rows
            edge = rows[-1]
        if len(rows) < SLICE:
            return


def scoped(actor: Actor, brand: Brand | None) -> ScopedQuerySet:
    """The refusals that the actor may see, of one brand or all; the provider stands first in every index."""
    found = RefusalAlert.objects.visible_to(actor)
    return found.filter(provider_id=brand.provider_id, brand=brand) if brand else found


def _page(
    found: ScopedQuerySet, order: tuple[str, ...], *, after: str, before: str
) -> tuple[list[RefusalAlert], bool, bool]:
    """The rows of one page and whether there are others before and after them. Places are numbers of alerts."""
    edge = _edge(before or after)
    backwards = bool(before and edge)
    if edge is not None:
        found = found.filter(_beyond(edge, order, backwards=backwards))
    way = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)
    rows = list(found.select_related("brand__provider", "wish").order_by(*(way if backwards else order))[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    return rows, bool(rows) and (more if backwards else edge is not None), bool(rows) and (backwards or more)


def _edge(place: str) -> tuple[date, int] | None:
    """A place holds day and number, so that it stays one when its refusal has left the list."""
    day, _sign, number = place.partition("_")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _place(alert: RefusalAlert) -> str:
    return f"{alert.due_on.isoformat()}_{alert.pk}"


def _beyond(edge: tuple[date, int], order: tuple[str, ...], *, backwards: bool) -> Q:
    day, key = edge
    if order == ("-pk",):
        return Q(pk__gt=key) if backwards else Q(pk__lt=key)
    # The first part is what the index starts from.
    if backwards:
        return Q(due_on__lte=day) & (Q(due_on__lt=day) | Q(pk__lt=key))
    return Q(due_on__gte=day) & (Q(due_on__gt=day) | Q(pk__gt=key))


def _shown(
    actor: Actor, alerts: list[RefusalAlert], newer: bool, older: bool, *, now: datetime, newest: int | None = None
) -> RefusalPage:
    if not alerts:
        return RefusalPage()
    today, calendar = now.astimezone(ISTANBUL).date(), business_calendar()
    rows = [
        Row(
            alert=alert,
            address=mask(alert.recipient) if actor.all_providers else alert.recipient,
            channel=Channel(alert.channel).label,
            source=Source(alert.source).label,
            countdown=countdown(alert.due_on, today=today, calendar=calendar) if alert.open else None,
        )
        for alert in alerts
    ]
    return RefusalPage(
        rows,
        before=_place(alerts[0]) if newer else "",
        after=_place(alerts[-1]) if older else "",
        newest=str(newest or ""),
    )
