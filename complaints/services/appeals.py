"""Objections and court cases (R-K5): recorded by the officer with date, number and paper; ended with their outcome.

While one is open the records are held (R-L5, `holds`).
"""

from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import ContestKind, ContestOutcome, Side
from complaints.evidence import MAX_BYTES, Judged, judge_evidence
from complaints.models import Complaint, ComplaintContest, ComplaintDecision, ComplaintPaper
from complaints.selectors.decisions import contest_of, last_decision
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.storage import Drop, only_if_written

from .decisions import close_proposals
from .information import needed
from .moves import locked_on_desk, make_move
from .papers import keep_paper

MOVES = {ContestKind.OBJECTION: "object", ContestKind.COURT: "go_to_court"}
REFERENCE_MOST = 100


def open_contest(
    *,
    complaint: Complaint,
    kind: ContestKind,
    side: str,
    raised_on: date | None,
    reference: str,
    reason: str,
    file: tuple[str, IO[bytes]] | None = None,
    actor: Actor,
    now: datetime | None = None,
) -> ComplaintContest:
    """Record what was raised against a decision; a court case ends an objection that is open.

    The paper is the registry's to read: it may name people. Raises `NotFound`, `WrongMoment`, `Invalid`, `FileRefused`.
    """
    now = now or timezone.now()
    judged = judge_evidence(file[0], file[1].read(MAX_BYTES + 1)) if file else None
    with only_if_written() as drops:
        row = locked_on_desk(complaint, actor=actor)
        COMPLAINT.check(row, MOVES[kind], actor)
        _require(row, side, raised_on, now)
        reason = needed(reason, "reason")
        former = contest_of(row)
        if former is not None:
            _end(former, ContestOutcome.COURT, "", actor, now)
        close_proposals(row, now)
        contest = ComplaintContest.objects.create(
            complaint=row, kind=kind, side=side, raised_on=raised_on, reference=reference.strip()[:REFERENCE_MOST],
            reason=reason, paper=_kept(row, judged, drops, actor, now), opened_at=now, opened_by=actor.id,
        )  # fmt: skip
        make_move(row, MOVES[kind], actor=actor, now=now, reason=reason, new={"contest": contest.pk, "side": side})
        return contest


def _require(row: Complaint, side: str, raised_on: date | None, now: datetime) -> None:
    if side not in (Side.COMPLAINANT, Side.PROVIDER):
        raise Invalid(_("Choose who raised it."), code="side", field="side")
    first, last = (moment.astimezone(ISTANBUL).date() for moment in (_in_force(row).decided_at, now))
    if raised_on is None or not first <= raised_on <= last:
        raise Invalid(_("Give its date: after the decision, and not in the future."), code="date", field="raised_on")


def _kept(
    row: Complaint, judged: Judged | None, drops: list[Drop], actor: Actor, now: datetime
) -> ComplaintPaper | None:
    if judged is None:
        return None
    return keep_paper(
        row, judged, side=Side.REGISTRY, for_complainant=False, for_provider=False, drops=drops, actor=actor, now=now
    )


@transaction.atomic
def end_contest(
    *, complaint: Complaint, outcome: str, result: str, actor: Actor, now: datetime | None = None
) -> ComplaintContest:
    """Record how it ended: the decision stands, or the case is decided anew (by proposal and confirmation).

    Raises `NotFound`, `Invalid`; `WrongMoment` where nothing is open.
    """
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    contest = contest_of(row)
    if contest is None:
        raise WrongMoment(code="contest")
    if outcome not in (ContestOutcome.STANDS, ContestOutcome.ANEW):
        raise Invalid(_("Choose how it ended."), code="outcome", field="outcome")
    result = needed(result, "result")
    name = f"stands_{_in_force(row).outcome}" if outcome == ContestOutcome.STANDS else "contest_anew"
    COMPLAINT.check(row, name, actor)
    close_proposals(row, now)
    _end(contest, ContestOutcome(outcome), result, actor, now)
    make_move(row, name, actor=actor, now=now, reason=result, new={"contest": contest.pk})
    return contest


def _in_force(row: Complaint) -> ComplaintDecision:
    decision = last_decision(row)
    if decision is None:
        raise WrongMoment(code="decision")
    return decision


def _end(contest: ComplaintContest, outcome: ContestOutcome, result: str, actor: Actor, now: datetime) -> None:
    contest.outcome, contest.result, contest.closed_at, contest.closed_by = outcome, result, now, actor.id
    contest.save(update_fields=["outcome", "result", "closed_at", "closed_by"])
