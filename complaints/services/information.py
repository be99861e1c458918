"""What an officer asks the complainant, and the answer (R-K5): in time it goes on, else it is closed as incomplete."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import DeadlineKind, Side
from complaints.models import Complaint, ComplaintQuestion
from complaints.selectors.cases import open_question
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid

from .clock import meet_clock, start_clock, stop_clock
from .moves import locked, locked_on_desk, make_move


@transaction.atomic
def ask_information(*, complaint: Complaint, actor: Actor, text: str, now: datetime | None = None) -> ComplaintQuestion:
    """Ask the complainant for what is missing; the clock starts. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "ask_information", actor)
    question = ComplaintQuestion.objects.create(
        complaint=row, side=Side.COMPLAINANT, text=needed(text, "text"), asked_at=now, asked_by=actor.id
    )
    start_clock(row, DeadlineKind.INFORMATION, now=now)
    make_move(row, "ask_information", actor=actor, now=now, reason=question.text)
    return question


@transaction.atomic
def give_information(*, complaint: Complaint, actor: Actor, text: str, now: datetime | None = None) -> Complaint:
    """The complainant's answer; files are added before it. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "give_information", actor)
    question = open_question(row, Side.COMPLAINANT)
    if question is not None:
        question.answer, question.answered_at, question.answered_by = needed(text, "answer"), now, actor.id
        question.save(update_fields=["answer", "answered_at", "answered_by"])
    meet_clock(row, now=now)
    make_move(row, "give_information", actor=actor, now=now)
    return row


@transaction.atomic
def go_on_without(*, complaint: Complaint, actor: Actor, reason: str, now: datetime | None = None) -> Complaint:
    """The officer needs it no longer; the question is taken back. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "go_on_without", actor)
    ComplaintQuestion.objects.filter(complaint=row, side=Side.COMPLAINANT, answered_at=None).delete()
    stop_clock(row, now=now)
    make_move(row, "go_on_without", actor=actor, now=now, reason=needed(reason, "reason"))
    return row


def needed(text: str, field: str, *, most: int = 4000) -> str:
    """A text that has to be given, as `fitting` keeps it. Raises `Invalid` at its field."""
    text = fitting(text, field, most=most)
    if not text:
        raise Invalid(_("Please write something here."), code="empty", field=field)
    return text


def fitting(text: str, field: str, *, most: int) -> str:
    """A text as it is kept; a line break is one character, as the form's own limit counts it, though a browser sends
    two, and without what PostgreSQL cannot store. Raises `Invalid` at its field.
    """
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > most:
        words = _("This text is too long: it has %(count)s characters, and %(most)s fit.")
        raise Invalid(words % {"count": len(text), "most": most}, code="long", field=field)
    return text
