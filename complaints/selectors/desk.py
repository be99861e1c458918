"""The officers' desk (R-K7): the work list, its numbers, and everything beside one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from complaints.document_kinds import DECISION_SENDER
from complaints.enums import ComplaintState, DeadlineKind, ExtensionState, Side
from complaints.models import (
    Complaint,
    ComplaintDeadline,
    ComplaintDecision,
    ComplaintExtension,
    ComplaintNote,
    ComplaintProposal,
    ComplaintQuestion,
)
from complaints.models.complaints import DECIDED, OPEN
from complaints.policies import side_of
from consents.models import ConsentEvent
from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from iys_portal.core.models import Document

ROWS = 50
HISTORY = 200
NEAR = timedelta(days=3)
RUNNING = Q(met_at=None, ran_out_at=None, stopped_at=None)


@dataclass(frozen=True)
class Filters:
    """What the work list is narrowed to; empty values narrow nothing."""

    state: str = ""
    holder: str = ""  # me | nobody | others
    mark: str = ""  # refusal | consent
    due: str = ""  # near | over
    topic: str = ""
    province: str = ""
    brand: str = ""
    after: int = 0  # key of the last row of the page before


@dataclass(frozen=True)
class WorkPage:
    rows: Sequence[Complaint]
    next_after: int | None


@dataclass(frozen=True)
class DeskNumbers:
    open: int
    mine: int
    nobody: int
    overdue: int


def desk_numbers(actor: Actor) -> DeskNumbers:
    """One query over the open cases that the actor sees; the index of the desk carries it."""
    found = Complaint.objects.visible_to(actor).filter(state__in=OPEN)
    return DeskNumbers(
        **found.aggregate(
            open=Count("pk"),
            mine=Count("pk", filter=Q(taken_by=actor.id)),
            nobody=Count("pk", filter=Q(taken_by=None)),
            overdue=Count("pk", filter=Q(state=ComplaintState.DEFENCE_OVERDUE)),
        )
    )


def work_list(actor: Actor, filters: Filters, *, today: date) -> WorkPage:
    """Oldest filing first; a page is found by the key of the last row before it."""
    clock = ComplaintDeadline.objects.filter(RUNNING, complaint=OuterRef("pk")).values("due_on")[:1]
    found = _narrowed(Complaint.objects.visible_to(actor).filed(), actor, filters, today)  # type: ignore[attr-defined]
    last = Complaint.objects.visible_to(actor).filter(pk=filters.after).first() if filters.after else None
    if last is not None:
        found = found.filter(Q(filed_at__gt=last.filed_at) | Q(filed_at=last.filed_at, pk__gt=last.pk))
    rows = found.select_related("brand__provider", "taken_by").annotate(due_on=Subquery(clock))
    page = list(rows.order_by("filed_at", "pk")[: ROWS + 1])
    return WorkPage(page[:ROWS], page[ROWS - 1].pk if len(page) > ROWS else None)


def _narrowed(found: QuerySet[Complaint], actor: Actor, filters: Filters, today: date) -> QuerySet[Complaint]:
    found = found.filter(state=filters.state) if filters.state else found.filter(state__in=OPEN)
    wanted: dict[str, Any] = {"me": Q(taken_by=actor.id), "nobody": Q(taken_by=None)}
    wanted["others"] = Q(taken_by__isnull=False) & ~Q(taken_by=actor.id)
    if filters.holder in wanted:
        found = found.filter(wanted[filters.holder])
    if filters.mark:
        found = found.filter(after_refusal=True) if filters.mark == "refusal" else found.filter(without_consent=True)
    if filters.due == "near":
        near = ComplaintDeadline.objects.filter(RUNNING, due_on__lte=today + NEAR)
        found = found.filter(pk__in=near.values("complaint"))
    elif filters.due == "over":
        found = found.filter(state=ComplaintState.DEFENCE_OVERDUE)
    if filters.topic:
        found = found.filter(topics__contains=[filters.topic])
    if filters.province:
        found = found.filter(province=filters.province)
    if filters.brand:
        named = Q(brand__name__icontains=filters.brand) | Q(brand=None, sender_given__icontains=filters.brand)
        found = found.filter(named)
    return found


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
    return ComplaintProposal.objects.filter(complaint=complaint, closed_at=None).first()


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


@dataclass(frozen=True)
class DecisionShown:
    """A decision as one side reads it: with the paper that is for its eyes."""

    decision: ComplaintDecision
    paper: Document

    @property
    def tone(self) -> str:
        return ComplaintState(self.decision.outcome).badge


def decision_for(complaint: Complaint, actor: Actor) -> DecisionShown | None:
    """The decision with this side's paper (R-K6): a sender gets the copy that names nobody.

    Whoever calls found the complaint by `visible_to`. A sender that was never asked gets nothing.
    """
    if complaint.state not in DECIDED | {ComplaintState.OBJECTED, ComplaintState.IN_COURT}:
        return None
    decision = ComplaintDecision.objects.select_related("document").filter(complaint=complaint).order_by("-pk").first()
    if decision is None or side_of(actor) is not Side.PROVIDER:
        return DecisionShown(decision, decision.document) if decision else None
    copies = Document.objects.filter(
        kind=DECISION_SENDER, subject_type=DECISION_SENDER, subject_id=str(complaint.public_id)
    )
    copy = copies.filter(data__number=decision.document.number).first()
    return DecisionShown(decision, copy) if copy else None
