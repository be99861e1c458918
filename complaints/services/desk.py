"""What an officer does beside the moves (R-K7): notes for colleagues, whom the case is handed, what a sender sees."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import Side
from complaints.models import Complaint, ComplaintNote, ComplaintPaper
from complaints.selectors.desk import colleagues
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound

from .information import needed
from .moves import locked_on_desk, make_move


@transaction.atomic
def add_note(*, complaint: Complaint, text: str, actor: Actor, now: datetime | None = None) -> ComplaintNote:
    """Write a note that neither side sees. Raises `NotFound`, `Invalid`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    note = ComplaintNote.objects.create(
        complaint=row,
        text=needed(text, "text"),
        written_at=now,
        written_by=actor.id,
        written_name=actor.name[:200],
    )
    audit.record("complaint.note_written", row, actor=actor)
    return note


@transaction.atomic
def show_paper(*, complaint: Complaint, paper_id: str, shown: bool, actor: Actor) -> ComplaintPaper:
    """Show one of the complainant's files to the sender, or hide it again (R-K6); at any time, the same twice is once.

    Raises `NotFound`, also for a file of the sender.
    """
    row = locked_on_desk(complaint, actor=actor)
    paper = ComplaintPaper.objects.filter(complaint=row, public_id=paper_id, side=Side.COMPLAINANT).first()
    if paper is None:
        raise NotFound(code="paper")
    if paper.for_provider != shown:
        paper.for_provider = shown
        paper.save(update_fields=["for_provider"])
        verb = "complaint.paper_shown" if shown else "complaint.paper_hidden"
        audit.record(verb, row, actor=actor, new={"kind": paper.kind, "sha256": paper.sha256})
    return paper


@transaction.atomic
def hand_over(*, complaint: Complaint, officer_id: int, actor: Actor, now: datetime | None = None) -> Complaint:
    """Give a case to another officer of the same il. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    if officer_id not in {person.pk for person in colleagues(row)}:
        raise Invalid(_("Choose an officer of this province."), code="officer", field="officer")
    columns = {"taken_by_id": officer_id, "taken_at": now}
    make_move(row, "hand_over", actor=actor, now=now, columns=columns, new={"officer": officer_id})
    return row
