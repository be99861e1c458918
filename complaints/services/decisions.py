"""The decision (R-K7): proposed by one officer, confirmed by another; numbered, frozen, sent to both sides.

Where an il has a single officer, nobody else confirms: the case is sent on to another il, or a second officer is named
for this one. No other role decides complaints.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.document_kinds import DECISION, DECISION_SENDER, decision_content
from complaints.enums import Outcome, Side
from complaints.models import Complaint, ComplaintDecision, ComplaintProposal
from complaints.move_words import words_of
from complaints.notices import tell_complainant, tell_provider
from complaints.selectors.cases import identity_of
from complaints.selectors.desk import may_confirm, open_proposal
from complaints.transitions import COMPLAINT
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import Document

from .information import needed
from .moves import locked_on_desk, make_move

REASON_MOST = 20_000


@transaction.atomic
def propose_decision(
    *, complaint: Complaint, outcome: str, reason: str, actor: Actor, now: datetime | None = None
) -> ComplaintProposal:
    """Propose an outcome with its reason; it takes the place of an earlier proposal.

    Raises `NotFound`, `WrongMoment`, `Invalid`.
    """
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "propose", actor)
    if outcome not in Outcome.values:
        raise Invalid(_("Choose an outcome."), code="outcome", field="outcome")
    reason = needed(reason, "reason", most=REASON_MOST)
    close_proposals(row, now)
    proposal = ComplaintProposal.objects.create(
        complaint=row,
        outcome=outcome,
        reason=reason,
        proposed_at=now,
        proposed_by=actor.id,
        proposed_name=actor.name[:200],
    )
    make_move(row, "propose", actor=actor, now=now, new={"outcome": outcome})
    return proposal


@transaction.atomic
def confirm_decision(
    *, complaint: Complaint, proposal_id: int, actor: Actor, now: datetime | None = None
) -> ComplaintDecision:
    """Decide as was proposed. `proposal_id` is the one that was read: a newer one is not decided unread.

    Raises `NotFound`, `WrongMoment`; `NotAllowed` for who proposed it, where four eyes are asked for.
    """
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    proposal = open_proposal(row)
    if proposal is None or proposal.pk != proposal_id:
        raise WrongMoment(code="proposal")
    if not may_confirm(proposal, actor):
        raise NotAllowed(code="four_eyes")
    name = f"decide_{proposal.outcome}"
    COMPLAINT.check(row, name, actor)
    paper, copy = _issue(row, proposal, actor, now)
    decision = ComplaintDecision.objects.create(
        complaint=row,
        document=paper,
        outcome=proposal.outcome,
        reason=proposal.reason,
        appeal=paper.data["appeal"],
        decided_at=now,
        decided_by=actor.id,
        decided_name=actor.name[:200],
        proposed_by=None if proposal.proposed_by == actor.id else proposal.proposed_by,
    )
    close_proposals(row, now)
    make_move(row, name, actor=actor, now=now, new={"decision": paper.number})
    words, cause = words_of(name), f"decided:{decision.pk}"
    tell_complainant(row, words.title, words.mail[Side.COMPLAINANT], cause=cause, document=paper)
    if copy is not None:
        tell_provider(row, words.title, words.mail[Side.PROVIDER], cause=cause, document=copy)
    return decision


def close_proposals(row: Complaint, now: datetime) -> None:
    """What was proposed is no longer to be confirmed."""
    ComplaintProposal.objects.filter(complaint=row, closed_at=None).update(closed_at=now)


def _issue(
    row: Complaint, proposal: ComplaintProposal, actor: Actor, now: datetime
) -> tuple[Document, Document | None]:
    """The complainant's paper, and the sender's copy where its answer was asked for: without identity (R-K6)."""
    number = documents.new_number(DECISION)
    identity = identity_of(row, actor)
    paper = documents.issue(
        kind=DECISION,
        number=number,
        data=decision_content(row, proposal, number=number, identity=identity, language=row.language, now=now),
        subject=(DECISION, str(row.public_id)),
        language=row.language,
        actor=actor,
        now=now,
    )
    if row.brand is None or row.shown_to_provider_at is None:
        return paper, None
    copy = documents.issue(
        kind=DECISION_SENDER,
        number=documents.new_number(DECISION_SENDER),
        data=decision_content(row, proposal, number=number, identity=None, language="tr", now=now),
        subject=(DECISION_SENDER, str(row.public_id)),
        language="tr",
        actor=actor,
        now=now,
    )
    return paper, copy
