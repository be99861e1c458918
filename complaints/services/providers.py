"""What a sender does in a case (R-K6): answer, and ask for more time; and what the officer says to that."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import DeadlineKind, ExtensionState, Side
from complaints.models import (
    Complaint,
    ComplaintAnswerDraft,
    ComplaintDeadline,
    ComplaintDefence,
    ComplaintExtension,
    ComplaintQuestion,
)
from complaints.models.answers import ANSWER_MOST
from complaints.selectors.cases import may_ask_sender, open_question, running_clock
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, WrongMoment

from .clock import extend_clock, meet_clock
from .information import needed
from .moves import locked, locked_on_desk, make_move


@transaction.atomic
def answer_complaint(*, complaint: Complaint, text: str, actor: Actor, now: datetime | None = None) -> ComplaintDefence:
    """The sender's answer; one that comes after the clock ran out is taken and marked late.

    Raises `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`.
    """
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "answer", actor)
    text = needed(text, "text", most=ANSWER_MOST)
    defence = ComplaintDefence.objects.create(
        complaint=row,
        text=text,
        in_time=meet_clock(row, now=now),
        given_at=now,
        given_by=actor.id,
        given_name=actor.name[:200],
    )
    ComplaintAnswerDraft.objects.filter(complaint=row).delete()
    make_move(row, "answer", actor=actor, now=now, new={"in_time": defence.in_time})
    return defence


@transaction.atomic
def ask_sender(*, complaint: Complaint, actor: Actor, text: str, now: datetime | None = None) -> ComplaintQuestion:
    """Ask a sender that has answered for something more (R-K5); one question at a time, no clock runs for it.

    Raises `NotFound`; `WrongMoment` also where the sender was never asked, or has a question open; `Invalid`.
    """
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "ask_more", actor)
    if not may_ask_sender(row):
        raise WrongMoment(code="question")
    question = ComplaintQuestion.objects.create(
        complaint=row, side=Side.PROVIDER, text=needed(text, "text"), asked_at=now, asked_by=actor.id
    )
    make_move(row, "ask_more", actor=actor, now=now, reason=question.text)
    return question


@transaction.atomic
def answer_question(*, complaint: Complaint, text: str, actor: Actor, now: datetime | None = None) -> ComplaintQuestion:
    """The sender's addition, where the officer asked for it.

    Raises `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`.
    """
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "add_answer", actor)
    question = open_question(row, Side.PROVIDER)
    if question is None:
        raise WrongMoment(code="question")
    question.answer, question.answered_at, question.answered_by = needed(text, "text", most=ANSWER_MOST), now, actor.id
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    ComplaintAnswerDraft.objects.filter(complaint=row).delete()
    make_move(row, "add_answer", actor=actor, now=now)
    return question


@transaction.atomic
def ask_time(
    *, complaint: Complaint, days: int, reason: str, actor: Actor, now: datetime | None = None
) -> ComplaintExtension:
    """Ask for more days, one request at a time. Raises `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "ask_time", actor)
    most = settings.REGISTRY["DEFENCE_EXTENSION_DAYS"]
    if not 1 <= days <= most:
        raise Invalid(_("Ask for 1 to %(most)s days.") % {"most": most}, code="days", field="days")
    clock = running_clock(row)
    if clock is None or clock.extensions.filter(state=ExtensionState.ASKED).exists():
        raise WrongMoment(code="extension")
    reason = needed(reason, "reason", most=2000)
    request = ComplaintExtension.objects.create(
        deadline=clock, days=days, reason=reason, asked_at=now, asked_by=actor.id
    )
    make_move(row, "ask_time", actor=actor, now=now, reason=reason, new={"days": days})
    return request


@transaction.atomic
def answer_time_request(
    *, request: ComplaintExtension, grant: bool, answer: str, actor: Actor, now: datetime | None = None
) -> ComplaintExtension:
    """Grant or turn down, also after the time ran out meanwhile. Raises `NotFound`, `WrongMoment`."""
    now, row = now or timezone.now(), locked_on_desk(request.deadline.complaint, actor=actor)
    found = ComplaintExtension.objects.select_for_update(of=("self",)).select_related("deadline").get(pk=request.pk)
    name = "grant_time" if grant else "refuse_time"
    COMPLAINT.check(row, name, actor)
    if found.state != ExtensionState.ASKED:
        raise WrongMoment(code="extension")
    found.state = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
    found.answer, found.answered_at, found.answered_by = answer.strip()[:2000], now, actor.id
    found.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    new: dict[str, object] = {"days": found.days}
    if grant:
        clock = _prolonged(row, found, now)
        new |= {"due": clock.due_on.isoformat()}
    make_move(row, name, actor=actor, now=now, reason=found.answer, new=new)
    return found


def _prolonged(row: Complaint, request: ComplaintExtension, now: datetime) -> ComplaintDeadline:
    clock = running_clock(row) or request.deadline
    assert clock.kind == DeadlineKind.DEFENCE
    return extend_clock(clock, request.days, now=now)
