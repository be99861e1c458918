"""Decisions of a complaint (R-K7): the one in force, and each side's paper of it (R-K6)."""

from dataclasses import dataclass

from complaints.document_kinds import DECISION_SENDER
from complaints.enums import ComplaintState, Side
from complaints.models import Complaint, ComplaintContest, ComplaintDecision
from complaints.models.complaints import CONTESTED, DECIDED
from complaints.policies import side_of
from iys_portal.core.actors import Actor
from iys_portal.core.models import Document


@dataclass(frozen=True)
class DecisionShown:
    """A decision as one side reads it: with the paper that is for its eyes, and the number of the one it replaces."""

    decision: ComplaintDecision
    paper: Document

    @property
    def tone(self) -> str:
        return ComplaintState(self.decision.outcome).badge

    @property
    def replaces(self) -> str:
        return self.decision.corrects.document.number if self.decision.corrects else ""


def last_decision(complaint: Complaint) -> ComplaintDecision | None:
    """The decision in force; earlier ones are reached by `corrects`."""
    found = ComplaintDecision.objects.select_related("document", "corrects__document").filter(complaint=complaint)
    return found.order_by("-pk").first()


def contest_of(complaint: Complaint) -> ComplaintContest | None:
    """The objection or court case that has not ended yet."""
    return ComplaintContest.objects.filter(complaint=complaint, closed_at=None).first()


def contests_of(complaint: Complaint, actor: Actor) -> list[ComplaintContest]:
    """All that was raised against its decisions, for staff (R-K5)."""
    found = ComplaintContest.objects.visible_to(actor).filter(complaint=complaint)
    return list(found.select_related("paper").order_by("-pk"))


def sender_copy(complaint: Complaint, decision: ComplaintDecision) -> Document | None:
    """The sender's paper of a decision; None where it was never asked."""
    copies = Document.objects.filter(
        kind=DECISION_SENDER, subject_type=DECISION_SENDER, subject_id=str(complaint.public_id)
    )
    return copies.filter(data__number=decision.document.number).first()


def decision_for(complaint: Complaint, actor: Actor) -> DecisionShown | None:
    """The decision with this side's paper (R-K6): a sender gets the copy that names nobody.

    Whoever calls found the complaint by `visible_to`. A sender that was never asked gets nothing.
    """
    if complaint.state not in DECIDED | CONTESTED:
        return None
    decision = last_decision(complaint)
    if decision is None or side_of(actor) is not Side.PROVIDER:
        return DecisionShown(decision, decision.document) if decision else None
    copy = sender_copy(complaint, decision)
    return DecisionShown(decision, copy) if copy else None
