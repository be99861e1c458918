"""A sender's complaints: the list with its clocks, and one case as the sender may see it (R-A1, R-K6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.deadlines import days_left
from complaints.enums import ComplaintState as S
from complaints.enums import DeadlineKind
from complaints.models import Complaint, ComplaintDeadline, ComplaintDefence, ComplaintExtension
from complaints.models.complaints import DECIDED
from iys_portal.core.actors import Actor
from iys_portal.core.masking import mask
from providers.models import Brand

from .cases import visible

PAGE = 50
TABS: dict[str, frozenset[str]] = {
    "open": frozenset({S.DEFENCE_ASKED, S.DEFENCE_OVERDUE}),
    "overdue": frozenset({S.DEFENCE_OVERDUE}),
    "answered": frozenset({S.DEFENCE_RECEIVED, S.UNDER_DECISION}),
    "decided": DECIDED | {S.OBJECTED, S.IN_COURT},
}
_RUNNING = Q(met_at=None, ran_out_at=None, stopped_at=None, kind=DeadlineKind.DEFENCE)


@dataclass(frozen=True)
class Left:
    """How long a sender may still take, in words."""

    due_on: date
    words: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One line of the list; the address is masked."""

    complaint: Complaint
    address: str
    left: Left | None


@dataclass(frozen=True)
class Waiting:
    """What waits for the sender's answer, for its overview (R-A4)."""

    open: int
    overdue: int
    next_due: Left | None


def left_until(due_on: date, now: datetime) -> Left:
    left = days_left(due_on, now)
    if left < 0:
        return Left(due_on, _("time is over"), "danger")
    if left == 0:
        return Left(due_on, _("today is the last day"), "warning")
    words = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    return Left(due_on, words, "warning" if left <= 3 else "info")


def inbox_page(
    actor: Actor, *, tab: str, brand: str, number: str, before: int | None, now: datetime
) -> tuple[list[Row], int | None]:
    """The newest first, and the key at which the next page begins. Three queries, however long the list."""
    found = visible(actor)
    if tab in TABS:
        found = found.filter(state__in=TABS[tab])
    if brand.isascii() and brand.isdecimal() and len(brand) < 19:
        found = found.filter(brand=int(brand))
    if number:
        found = found.filter(tracking_number__icontains=number)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    clocks = dict(
        ComplaintDeadline.objects.filter(_RUNNING, complaint__in=rows[:PAGE]).values_list("complaint", "due_on")
    )
    shown = [
        Row(one, mask(one.address), left_until(clocks[one.pk], now) if one.pk in clocks else None)
        for one in rows[:PAGE]
    ]
    return shown, rows[PAGE - 1].pk if len(rows) > PAGE else None


def brands_of_inbox(actor: Actor) -> QuerySet[Brand]:
    """Brands about which the actor has complaints."""
    mine = Complaint.objects.visible_to(actor).order_by().values("brand")
    return Brand.objects.filter(pk__in=mine).order_by("name")


def waiting_answers(actor: Actor, *, now: datetime) -> Waiting:
    mine = Complaint.objects.visible_to(actor).order_by()
    states = list(mine.filter(state__in=TABS["open"]).values_list("state", flat=True))
    running = ComplaintDeadline.objects.filter(_RUNNING, complaint__in=mine.filter(state=S.DEFENCE_ASKED))
    due = running.order_by("due_on").values_list("due_on", flat=True).first()
    return Waiting(len(states), states.count(S.DEFENCE_OVERDUE), left_until(due, now) if due else None)


def defences_of(complaint: Complaint) -> list[ComplaintDefence]:
    return list(ComplaintDefence.objects.filter(complaint=complaint))


def extensions_of(complaint: Complaint) -> list[ComplaintExtension]:
    """Requests for more time, the newest first."""
    found = ComplaintExtension.objects.filter(deadline__complaint=complaint)
    return list(found.order_by("-pk"))
