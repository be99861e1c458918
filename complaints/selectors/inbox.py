"""A sender's complaints: the list with its clocks, and one case as the sender may see it (R-A1, R-K6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.deadlines import days_left
from complaints.enums import DeadlineKind, Side
from complaints.models import (
    Complaint,
    ComplaintAnswerDraft,
    ComplaintDeadline,
    ComplaintExtension,
    ComplaintQuestion,
)
from complaints.models.complaints import CONTESTED, DECIDED
from complaints.transitions import COMPLAINT
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.masking import mask
from providers.models import Brand

from .cases import overdue, visible

PAGE = 50
_STATES = {
    "open": COMPLAINT.transitions["answer"].sources,
    "answered": COMPLAINT.transitions["add_answer"].sources,
    "decided": DECIDED | CONTESTED,
}
TABS = (*_STATES, "overdue")


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
    actor: Actor, *, tab: str, brand: int | None, number: str, before: int | None, now: datetime
) -> tuple[list[Row], int | None]:
    """The newest first, and the key at which the next page begins. Three queries, however long the list."""
    found = visible(actor)
    if tab in TABS:
        found = found.filter(_of_tab(tab, now))
    if brand is not None:
        found = found.filter(brand=brand)
    if number:
        found = found.filter(tracking_number__icontains=number)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    clocks = dict(_clocks().filter(complaint__in=rows[:PAGE]).values_list("complaint", "due_on"))
    shown = [
        Row(one, mask(one.address), left_until(clocks[one.pk], now) if one.pk in clocks else None)
        for one in rows[:PAGE]
    ]
    return shown, rows[PAGE - 1].pk if len(rows) > PAGE else None


def _of_tab(tab: str, now: datetime) -> Q:
    if tab == "overdue":
        return overdue(localdate(now), DeadlineKind.DEFENCE)
    return Q(state__in=_STATES[tab])


def defence_clock(complaint: Complaint) -> ComplaintDeadline | None:
    """The clock of the sender's answer; what the complainant was asked for is no business of the sender (R-K6)."""
    return _clocks().filter(complaint=complaint).first()


def _clocks() -> QuerySet[ComplaintDeadline]:
    return ComplaintDeadline.objects.running().filter(kind=DeadlineKind.DEFENCE)


def brands_of_inbox(actor: Actor) -> QuerySet[Brand]:
    """Brands about which the actor has complaints."""
    mine = Complaint.objects.visible_to(actor).order_by().values("brand")
    return Brand.objects.filter(pk__in=mine).order_by("name")


def waiting_answers(actor: Actor, *, now: datetime) -> Waiting:
    mine = Complaint.objects.visible_to(actor).order_by()
    counts = mine.filter(_of_tab("open", now)).aggregate(
        open=Count("pk"), overdue=Count("pk", filter=_of_tab("overdue", now))
    )
    running = _clocks().filter(complaint__in=mine, due_on__gte=localdate(now))
    due = running.order_by("due_on").values_list("due_on", flat=True).first()
    return Waiting(**counts, next_due=left_until(due, now) if due else None)


def extensions_of(complaint: Complaint) -> list[ComplaintExtension]:
    """Requests for more time, the newest first."""
    found = ComplaintExtension.objects.filter(deadline__complaint=complaint)
    return list(found.order_by("-pk"))


def questions_of(complaint: Complaint) -> list[ComplaintQuestion]:
    """What the registry asked the sender after its answer, and what it said to that."""
    return list(ComplaintQuestion.objects.filter(complaint=complaint, side=Side.PROVIDER))


def draft_of(complaint: Complaint, actor: Actor) -> ComplaintAnswerDraft | None:
    """What is kept of an answer that was not sent, for who may send it."""
    if not actor.may(Permission.COMPLAINT_ANSWER):
        return None
    return ComplaintAnswerDraft.objects.filter(complaint=complaint).first()
