"""How the telling of recipients goes (R-M5): counts of the last days, and the notices that went wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.enums import NoticeKind, NoticeState
from consents.models import Notice, NoticeCounter
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.masking import mask
from iys_portal.core.numbers import number_in
from providers.models import Brand

DAYS = 30
PAGE = 25
BRANDS = 12
SHOWN = (
    NoticeState.WAITING,
    NoticeState.ON_TIME,
    NoticeState.LATE,
    NoticeState.REGISTERED_LATER,
    NoticeState.UNDELIVERED,
    NoticeState.UNTELLABLE,
    NoticeState.CANCELLED,
)
FAILED = (NoticeState.LATE, NoticeState.UNDELIVERED)

# What each state means, and what the provider can do about it.
ADVICE: dict[NoticeState, str | Promise] = {
    NoticeState.WAITING: _("In the queue, or waiting for another try. Nothing to do."),
    NoticeState.ON_TIME: _("Sent on the day of the consent, as it must be. Nothing to do."),
    NoticeState.LATE: _("Sent only after midnight, because the server or the line did not take it before."),
    NoticeState.REGISTERED_LATER: _(
        "The consent was registered only on a later day. Register on the same day, or name your own notice in the file."
    ),
    NoticeState.UNDELIVERED: _(
        "The address takes no messages. Check it with the recipient, or confirm in another way; keep the proof."
    ),
    NoticeState.UNTELLABLE: _("A landline, which takes no text messages. Tell the recipient by a call and note it."),
    NoticeState.CANCELLED: _("Refused, replaced or undone before the notice left; nothing was to be confirmed."),
}


@dataclass(frozen=True)
class StateLine:
    """One state of the last days: by mail, by text, and what to do."""

    state: NoticeState
    mails: int
    texts: int

    @property
    def total(self) -> int:
        return self.mails + self.texts

    @property
    def advice(self) -> str | Promise:
        return ADVICE[self.state]


@dataclass(frozen=True)
class BrandLine:
    """One brand's notices of the last days, by state in the order of `SHOWN`."""

    brand: Brand
    cells: list[tuple[NoticeState, int]]


@dataclass(frozen=True)
class Counts:
    """The notices of the last days."""

    states: list[StateLine]
    brands: list[BrandLine] = field(default_factory=list)
    left_out: int = 0

    def of(self, *states: NoticeState) -> int:
        return sum(line.total for line in self.states if line.state in states)

    @property
    def total(self) -> int:
        return self.of(*SHOWN)


@dataclass(frozen=True)
class Row:
    """One notice that went wrong, as its reader may see it."""

    notice: Notice
    brand: Brand
    address: str
    answer: str

    @property
    def event(self) -> str:
        return str(self.notice.event_id)

    @property
    def state(self) -> NoticeState:
        return NoticeState(self.notice.state)

    @property
    def means(self) -> str | Promise:
        return Means(self.notice.means).label

    @property
    def own_means(self) -> str | Promise:
        return Means(self.notice.own_notice_means).label if self.notice.own_notice_means else ""

    @property
    def is_initial(self) -> bool:
        return self.notice.kind == NoticeKind.INITIAL_LOAD

    @property
    def is_correction(self) -> bool:
        return self.notice.kind == NoticeKind.CORRECTION


@dataclass(frozen=True)
class TroublePage:
    """Notices that went wrong, newest first; `before` and `after` are places to go on from, "" at the ends."""

    rows: list[Row] = field(default_factory=list)
    before: str = ""
    after: str = ""


def first_day(now: datetime) -> date:
    return now.astimezone(ISTANBUL).date() - timedelta(days=DAYS - 1)


def sums(actor: Actor, *, now: datetime) -> dict[NoticeState, int]:
    """The last days' notices by state. One query over the counters."""
    rows = NoticeCounter.objects.visible_to(actor).filter(day__gte=first_day(now)).order_by()
    return {NoticeState(state): total for state, total in rows.values_list("state").annotate(Sum("total"))}


def counts(actor: Actor, *, now: datetime) -> Counts:
    """The last days' notices by state, means and brand; brands with the most failures first. Two queries."""
    rows = NoticeCounter.objects.visible_to(actor).filter(day__gte=first_day(now)).order_by()
    by_state: dict[NoticeState, dict[int, int]] = {state: {} for state in SHOWN}
    by_brand: dict[int, dict[NoticeState, int]] = {}
    for brand_id, means, number, total in rows.values_list("brand_id", "means", "state").annotate(Sum("total")):
        state = NoticeState(number)
        by_state[state][means] = by_state[state].get(means, 0) + total
        part = by_brand.setdefault(brand_id, {})
        part[state] = part.get(state, 0) + total
    order = sorted(by_brand, key=lambda key: (-_failed(by_brand[key]), -sum(by_brand[key].values()), key))
    brands = Brand.objects.visible_to(actor).select_related("provider").in_bulk(order[:BRANDS])
    return Counts(
        states=[
            StateLine(state, found.get(Means.MAIL, 0), found.get(Means.TEXT, 0)) for state, found in by_state.items()
        ],
        brands=[
            BrandLine(brands[key], [(state, by_brand[key].get(state, 0)) for state in SHOWN])
            for key in order[:BRANDS]
            if key in brands
        ],
        left_out=max(len(order) - BRANDS, 0),
    )


def _failed(found: dict[NoticeState, int]) -> int:
    return sum(found.get(state, 0) for state in FAILED)


def trouble_page(
    actor: Actor, *, brands: Sequence[Brand], states: Iterable[NoticeState], after: str = "", before: str = ""
) -> TroublePage:
    """One page of the notices of these brands that went wrong in these ways, newest first.

    The index `notice_trouble` holds one brand and state in order: at most a page is read from each and merged. The
    counters say which of them have any; they bring the actor's bound too (R-A1).
    """
    place = before or after
    edge = number_in(place)
    backwards = bool(before) and edge is not None
    wanted = NoticeCounter.objects.visible_to(actor).filter(
        brand_id__in=[brand.pk for brand in brands], state__in=list(states), total__gt=0
    )
    parts: list[Any] = []
    for brand_id, state in sorted(set(wanted.order_by().values_list("brand_id", "state"))):
        part = Notice.objects.filter(brand_id=brand_id, state=state)
        if edge is not None:
            part = part.filter(event_id__gt=edge) if backwards else part.filter(event_id__lt=edge)
        parts.append(part.order_by("event_id" if backwards else "-event_id")[: PAGE + 1])
    if not parts:
        return TroublePage()
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = list(found.order_by("event_id" if backwards else "-event_id")[: PAGE + 1] if len(parts) > 1 else found)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    if not rows:
        return TroublePage()
    names = {brand.pk: brand for brand in brands}
    return TroublePage(
        rows=[_row(actor, notice, names[notice.brand_id]) for notice in rows],
        before=str(rows[0].event_id) if (more if backwards else edge is not None) else "",
        after=str(rows[-1].event_id) if backwards or more else "",
    )


def _row(actor: Actor, notice: Notice, brand: Brand) -> Row:
    """Staff see the address masked (R-G2), in the server's answer too."""
    address, answer = notice.recipient, notice.answer or ""
    if actor.all_providers:
        address, answer = mask(notice.recipient), hidden(answer, notice.recipient)
    return Row(notice, brand, address, answer)


def hidden(answer: str, recipient: str) -> str:
    """A server's answer, in which the address is masked wherever the server repeats it."""
    place = answer.lower().find(recipient)
    while place >= 0:
        answer = answer[:place] + mask(recipient) + answer[place + len(recipient) :]
        place = answer.lower().find(recipient, place + 1)
    return answer
