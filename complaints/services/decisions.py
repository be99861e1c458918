"""The decision (R-K7): proposed by one officer, confirmed by another; numbered, frozen, sent to both sides.

Joined complaints may be proposed and confirmed together: each has its own proposal, decision and papers (ADR 20). A
correction, and what is decided anew after an objection or in court, go the same way and point to what they replace.

Where an il has a single officer, nobody else confirms: the case is sent on to another il, or a second officer is named
for this one. No other role decides complaints.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.document_kinds import DECISION, DECISION_SENDER, Ruling, decision_content
from complaints.enums import Outcome, RefusalCause, Side
from complaints.models import Complaint, ComplaintDecision, ComplaintProposal
from complaints.move_words import words_of
from complaints.notices import tell_complainant, tell_provider
from complaints.policies import MERITS, may_be_judged, refusal_cause
from complaints.selectors.cases import identity_of
from complaints.selectors.decisions import contest_of, last_decision, sender_copy
from complaints.selectors.desk import may_confirm, open_proposal
from complaints.transitions import COMPLAINT, deciding_move, outcomes_from
from consents.enums import Channel, Source, WayIn
from consents.services.recipients import Refusal, refuse
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import Document

from .information import needed
from .joining import locked_group
from .moves import make_move

REASON_MOST = 20_000


@transaction.atomic
def propose_decision(
    *,
    complaint: Complaint,
    outcome: str,
    reason: str,
    refuses: bool = False,
    together: bool = False,
    actor: Actor,
    now: datetime | None = None,
) -> ComplaintProposal:
    """Propose an outcome with its reason; it takes the place of an earlier proposal.

    `refuses`: withdraw the consent with it, where the complainant's own word allows that. `together`: the same for
    every joined complaint that stands where this one does and can be decided so; the others are left as they are.
    Raises `NotFound`, `WrongMoment`, `Invalid`.
    """
    now, (row, others) = now or timezone.now(), locked_group(complaint, actor=actor)
    COMPLAINT.check(row, "propose", actor)
    if outcome not in Outcome.values:
        raise Invalid(_("Choose an outcome."), code="outcome", field="outcome")
    if hindrance := _hindrance(row, outcome):
        raise Invalid(hindrance, field="outcome")
    reason = needed(reason, "reason", most=REASON_MOST)
    if refuses and refusal_cause(row, outcome) is None:
        raise Invalid(
            _("The complainant has not asked for it: a consent is withdrawn by its recipient alone."), field="refuses"
        )
    proposal = _propose(row, outcome, reason, refuses=refuses, shared_with=None, actor=actor, now=now)
    for one in others if together else []:
        if one.state == row.state and not _hindrance(one, outcome):
            refuses_too = refuses and refusal_cause(one, outcome) is not None
            _propose(one, outcome, reason, refuses=refuses_too, shared_with=proposal, actor=actor, now=now)
    return proposal


def _hindrance(row: Complaint, outcome: str) -> str:
    """Why this cannot be decided now, in words; empty where it can."""
    if contest_of(row) is not None:
        return _("First record how the objection or the court case ended.")
    if outcome not in outcomes_from(row.state) or (outcome in MERITS and not may_be_judged(row)):
        return _("Not from here: first the sender is asked, and answers or lets its time pass.")
    return ""


def _propose(
    row: Complaint,
    outcome: str,
    reason: str,
    *,
    refuses: bool,
    shared_with: ComplaintProposal | None,
    actor: Actor,
    now: datetime,
) -> ComplaintProposal:
    close_proposals(row, now)
    proposal = ComplaintProposal.objects.create(
        complaint=row,
        outcome=outcome,
        reason=reason,
        refuses=refuses,
        shared_with=shared_with,
        proposed_at=now,
        proposed_by=actor.id,
        proposed_name=actor.name[:200],
    )
    make_move(row, "propose", actor=actor, now=now, new={"outcome": outcome, "refuses": refuses})
    return proposal


@transaction.atomic
def confirm_decision(
    *, complaint: Complaint, proposal_id: int, together: bool = False, actor: Actor, now: datetime | None = None
) -> ComplaintDecision:
    """Decide as was proposed. `proposal_id` is the one that was read: a newer one is not decided unread.

    `together`: also the joined complaints for which the same was proposed with it and still stands. Raises `NotFound`,
    `WrongMoment`; `NotAllowed` for who proposed it, where four eyes are asked for. Locks the joined complaints in key
    order, then consents.
    """
    now, (row, others) = now or timezone.now(), locked_group(complaint, actor=actor)
    proposal = open_proposal(row)
    if proposal is None or proposal.pk != proposal_id:
        raise WrongMoment(code="proposal")
    if not may_confirm(proposal, actor):
        raise NotAllowed(code="four_eyes")
    decision = _decide(row, proposal, actor, now)
    by_key = {one.pk: one for one in others}
    for shared in _shared(proposal) if together else []:
        other = by_key.get(shared.complaint_id)
        if other is not None and not _hindrance(other, shared.outcome):
            _decide(other, shared, actor, now)
    return decision


def _shared(proposal: ComplaintProposal) -> list[ComplaintProposal]:
    return list(ComplaintProposal.objects.filter(shared_with=proposal, closed_at=None).order_by("complaint_id"))


def _decide(row: Complaint, proposal: ComplaintProposal, actor: Actor, now: datetime) -> ComplaintDecision:
    name = deciding_move(row.state, proposal.outcome)
    COMPLAINT.check(row, name, actor)
    if _hindrance(row, proposal.outcome):
        raise WrongMoment(code="hindered")
    former = last_decision(row)
    cause = refusal_cause(row, proposal.outcome) if proposal.refuses else None
    refusal = _refuse(row, cause, actor, now) if cause else None
    ruling = Ruling(proposal.outcome, proposal.reason, former=former, correction=name == "correct", refusal=refusal)
    paper, copy = _issue(row, ruling, actor, now)
    decision = ComplaintDecision.objects.create(
        complaint=row,
        document=paper,
        outcome=proposal.outcome,
        reason=proposal.reason,
        appeal=paper.data["appeal"],
        corrects=former,
        decided_at=now,
        decided_by=actor.id,
        decided_name=actor.name[:200],
        proposed_by=None if proposal.proposed_by == actor.id else proposal.proposed_by,
        refusal_event=refusal.event_id if refusal else None,
        refusal_cause=cause or "",
    )
    close_proposals(row, now)
    make_move(row, name, actor=actor, now=now, new={"decision": paper.number, "refused_because": str(cause or "")})
    words, key = words_of(name), f"decided:{decision.pk}"
    tell_complainant(row, words.title, words.mail[Side.COMPLAINANT], cause=key, document=paper)
    if copy is not None:
        tell_provider(row, words.title, words.mail[Side.PROVIDER], cause=key, document=copy)
    return decision


def close_proposals(row: Complaint, now: datetime) -> None:
    """What was proposed is no longer to be confirmed."""
    ComplaintProposal.objects.filter(complaint=row, closed_at=None).update(closed_at=now)


def _refuse(row: Complaint, cause: RefusalCause, actor: Actor, now: datetime) -> Refusal:
    """The complainant's own refusal, made in the portal with the complaint and recorded now, by the one door (ADR 20).

    The provider is told as of any other (R-R2); "I did not give it" is marked so (R-M3).
    """
    assert row.brand_id
    assert row.channel
    (refusal,) = refuse(
        actor=actor,
        recipient=row.address,
        wanted={row.brand_id: [Channel(row.channel)]},
        source=Source.IYS_WEB,
        way=WayIn.CITIZEN,
        denied=cause is RefusalCause.NEVER_GIVEN,
        moment=now,
    )
    return refusal


def _issue(row: Complaint, ruling: Ruling, actor: Actor, now: datetime) -> tuple[Document, Document | None]:
    """The complainant's paper, and the sender's copy where its answer was asked for: without identity (R-K6)."""
    number = documents.new_number(DECISION)
    identity = identity_of(row, actor)
    paper = documents.issue(
        kind=DECISION,
        number=number,
        data=decision_content(row, ruling, number=number, identity=identity, language=row.language, now=now),
        subject=(DECISION, str(row.public_id)),
        language=row.language,
        actor=actor,
        now=now,
        replaces=ruling.former.document if ruling.former else None,
    )
    if row.brand is None or row.shown_to_provider_at is None:
        return paper, None
    copy = documents.issue(
        kind=DECISION_SENDER,
        number=documents.new_number(DECISION_SENDER),
        data=decision_content(row, ruling, number=number, identity=None, language="tr", now=now),
        subject=(DECISION_SENDER, str(row.public_id)),
        language="tr",
        actor=actor,
        now=now,
        replaces=sender_copy(row, ruling.former) if ruling.former else None,
    )
    return paper, copy
