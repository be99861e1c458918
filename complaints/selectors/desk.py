"""The officers' desk (R-K7): the work list, its numbers, and everything beside one case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, DateField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from complaints.enums import ComplaintState, DeadlineKind, ExtensionState, Outcome
from complaints.models import (
    Complaint,
    ComplaintDeadline,
    ComplaintExtension,
    ComplaintNote,
    ComplaintProposal,
    ComplaintQuestion,
    ReasonTemplate,
)
from complaints.models.complaints import CONTESTED, OPEN, TIMED, TRACKING_DIGITS
from complaints.policies import may_be_asked, may_be_judged, may_be_named
from complaints.transitions import COMPLAINT
from consents.models import ConsentEvent
from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import start_of_day
from iys_portal.core.codes import read_code
from iys_portal.core.turkish_db import spelling_blind

from .cases import may_ask_sender, overdue
from .decisions import contest_of
from .signals import Shown, signals_of

ROWS = 50
HISTORY = 200
MAX_WORDS = 5
NEAR = timedelta(days=3)
NEVER = date.max


@dataclass(frozen=True)
class Filters:
    """What the work list is narrowed to; empty values narrow nothing."""

    number: str = ""  # tracking number, as it was typed
    state: str = ""
    holder: str = ""  # me | nobody | others
    mark: str = ""  # refusal | consent
    due: str = ""  # near | over
    age: str = ""  # days since it was filed, at least
    topic: str = ""
    province: str = ""
    brand: str = ""
    order: str = ""  # "" oldest first | due: the next last day first
    after: int = 0  # key of the last row of the page before


@dataclass(frozen=True)
class WorkRow:
    """A line of the work list: the complaint, and its last day as the clock of today sees it."""

    complaint: Complaint
    due_on: date | None
    left: int | None  # days until the end of the last day; negative once it is past
    signals: Sequence[Shown]

    @property
    def tone(self) -> str:
        if self.left is None:
            return ""
        return "danger" if self.left < 0 else "warning" if self.left <= NEAR.days else "secondary"

    @property
    def late(self) -> int:
        return -(self.left or 0)


@dataclass(frozen=True)
class WorkPage:
    rows: Sequence[WorkRow]
    next_after: int | None


@dataclass(frozen=True)
class DeskNumbers:
    open: int
    mine: int
    nobody: int
    overdue: int


def desk_numbers(actor: Actor, *, today: date) -> DeskNumbers:
    """One query over the open cases that the actor sees; the index of the desk carries it."""
    found = Complaint.objects.visible_to(actor).filter(state__in=OPEN)
    return DeskNumbers(
        **found.aggregate(
            open=Count("pk"),
            mine=Count("pk", filter=Q(taken_by=actor.id)),
            nobody=Count("pk", filter=Q(taken_by=None)),
            overdue=Count("pk", filter=overdue(today)),
        )
    )


def work_list(actor: Actor, filters: Filters, *, today: date) -> WorkPage:
    """Oldest filing first, or the next last day first; a page is found by the key of the last row before it."""
    found = _narrowed(Complaint.objects.visible_to(actor).filed(), actor, filters, today)  # type: ignore[attr-defined]
    found = found.annotate(due_on=_last_day(), due_key=Coalesce("due_on", Value(NEVER)))
    by = ("due_key", "pk") if filters.order == "due" else ("filed_at", "pk")
    last = _row_before(actor, filters.after)
    if last is not None:
        value = {by[0]: getattr(last, by[0])}
        found = found.filter(Q(**{f"{by[0]}__gt": value[by[0]]}) | Q(**value, pk__gt=last.pk))
    page = list(found.defer("held", "text").select_related("brand", "taken_by").order_by(*by)[: ROWS + 1])
    signals = signals_of(page[:ROWS])
    rows = [_row(one, today, signals[one.pk]) for one in page[:ROWS]]
    return WorkPage(rows, page[ROWS - 1].pk if len(page) > ROWS else None)


def _row(one: Complaint, today: date, signals: Sequence[Shown]) -> WorkRow:
    due: date | None = one.due_on  # type: ignore[attr-defined]
    return WorkRow(one, due, (due - today).days if due else None, signals)


def _row_before(actor: Actor, key: int) -> Complaint | None:
    if not key:
        return None
    found = Complaint.objects.visible_to(actor).filter(pk=key).annotate(due_on=_last_day())
    return found.annotate(due_key=Coalesce("due_on", Value(NEVER))).first()


def _last_day() -> Case:
    """The last day of whoever has to answer, also once it is past: of the newest clock that was not met."""
    clock = ComplaintDeadline.objects.filter(complaint=OuterRef("pk"), met_at=None, stopped_at=None)
    return Case(
        When(state__in=TIMED, then=Subquery(clock.order_by("-pk").values("due_on")[:1])),
        output_field=DateField(null=True),
    )


def _narrowed(found: QuerySet[Complaint], actor: Actor, filters: Filters, today: date) -> QuerySet[Complaint]:
    if filters.number:  # whoever types a number wants this one, wherever it stands
        return found.filter(tracking_number=read_code(filters.number, digits=TRACKING_DIGITS))
    found = found.filter(state=filters.state) if filters.state else found.filter(state__in=OPEN)
    wanted: dict[str, Any] = {"me": Q(taken_by=actor.id), "nobody": Q(taken_by=None)}
    wanted["others"] = Q(taken_by__isnull=False) & ~Q(taken_by=actor.id)
    if filters.holder in wanted:
        found = found.filter(wanted[filters.holder])
    if filters.mark:
        found = found.filter(after_refusal=True) if filters.mark == "refusal" else found.filter(without_consent=True)
    if filters.due == "near":
        near = ComplaintDeadline.objects.running().filter(due_on__range=(today, today + NEAR))
        found = found.filter(pk__in=near.values("complaint"))
    elif filters.due == "over":
        found = found.filter(overdue(today))
    if filters.age:
        found = found.filter(filed_at__lt=start_of_day(today - timedelta(days=int(filters.age) - 1)))
    if filters.topic:
        found = found.filter(topics__contains=[filters.topic])
    if filters.province:
        found = found.filter(province=filters.province)
    for word in filters.brand.split()[:MAX_WORDS]:
        pattern = spelling_blind(word)
        found = found.filter(Q(brand__name__iregex=pattern) | Q(brand=None, sender_given__iregex=pattern))
    return found


def acts_on(complaint: Complaint, actor: Actor, *, mine: bool) -> set[str]:
    """Moves that the page offers on the actor's own desk: those of the table that the case allows (`policies`)."""
    if not mine:
        return set()
    acts = {move.name for move in COMPLAINT.available(complaint, actor)}
    refused = {
        "ask_defence": may_be_asked(complaint),
        "find_sender": may_be_named(complaint),
        "begin_decision": may_be_judged(complaint),
        # How it was contested ends first.
        "propose": complaint.state not in CONTESTED or contest_of(complaint) is None,
    }
    found = acts - {name for name, allowed in refused.items() if not allowed}
    return found if "ask_more" not in found or may_ask_sender(complaint) else found - {"ask_more"}


def reasons_for(outcomes: Iterable[Outcome]) -> list[ReasonTemplate]:
    """Reasons in use for what can be decided."""
    return list(ReasonTemplate.objects.filter(is_active=True, outcome__in=[one.value for one in outcomes]))


def colleagues(complaint: Complaint) -> list[User]:
    """Officers of the il that decides this complaint."""
    found = User.objects.filter(
        is_active=True, staff_roles__contains=[StaffRole.COMPLAINT_OFFICER], province=complaint.province
    )
    return list(found.order_by("pk"))


def on_desk(complaint: Complaint, actor: Actor) -> bool:
    """Whether the actor may act upon it, not only read it."""
    return Complaint.objects.of_desk(actor).filter(pk=complaint.pk).exists()


def open_proposal(complaint: Complaint) -> ComplaintProposal | None:
    """With `others`: for how many joined complaints the same was proposed with it, and still stands."""
    found = ComplaintProposal.objects.filter(complaint=complaint, closed_at=None)
    return found.annotate(others=Count("shared", filter=Q(shared__closed_at=None))).first()


def may_confirm(proposal: ComplaintProposal | None, actor: Actor) -> bool:
    """Four eyes (R-K7): not who proposed it, where the setting asks for somebody else."""
    return proposal is not None and (proposal.proposed_by != actor.id or not settings.REGISTRY["COMPLAINT_FOUR_EYES"])


def open_request(complaint: Complaint) -> ComplaintExtension | None:
    """More time that the sender asks for and nobody has answered."""
    found = ComplaintExtension.objects.filter(deadline__complaint=complaint, state=ExtensionState.ASKED)
    return found.select_related("deadline__complaint").first()


def notes_of(complaint: Complaint, actor: Actor) -> list[ComplaintNote]:
    return list(ComplaintNote.objects.visible_to(actor).filter(complaint=complaint).order_by("-pk"))


def questions_of(complaint: Complaint) -> list[ComplaintQuestion]:
    return list(ComplaintQuestion.objects.filter(complaint=complaint))


def clocks_of(complaint: Complaint) -> list[ComplaintDeadline]:
    return list(ComplaintDeadline.objects.filter(complaint=complaint).order_by("-pk"))


def history_of(complaint: Complaint) -> list[ConsentEvent]:
    """The ledger of this address, brand and channel, the newest first (R-L4 gives both clocks of each line)."""
    if complaint.brand_id is None or complaint.channel is None:
        return []
    found = ConsentEvent.objects.filter(
        recipient=complaint.address, brand_id=complaint.brand_id, channel=complaint.channel
    )
    return list(found.order_by("-registered_at", "-version")[:HISTORY])


def brand_numbers(complaint: Complaint) -> dict[str, int]:
    """This brand's other complaints in every il, in numbers only."""
    if complaint.brand_id is None:
        return {}
    found = Complaint.objects.filed().filter(brand=complaint.brand_id).exclude(pk=complaint.pk)  # type: ignore[attr-defined]
    late = Q(deadlines__kind=DeadlineKind.DEFENCE, deadlines__ran_out_at__isnull=False)
    return found.aggregate(
        all=Count("pk", distinct=True),
        open=Count("pk", filter=Q(state__in=OPEN), distinct=True),
        violation=Count("pk", filter=Q(state=ComplaintState.VIOLATION), distinct=True),
        overdue=Count("pk", filter=late, distinct=True),
    )
