"""What an officer writes for colleagues (R-K7): notes, and to whom a case is handed."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, ComplaintNote
from complaints.selectors.desk import colleagues
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid

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
def hand_over(*, complaint: Complaint, officer_id: int, actor: Actor, now: datetime | None = None) -> Complaint:
    """Give a case to another officer of the same il. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    if officer_id not in {person.pk for person in colleagues(row)}:
        raise Invalid(_("Choose an officer of this province."), code="officer", field="officer")
    columns = {"taken_by_id": officer_id, "taken_at": now}
    make_move(row, "hand_over", actor=actor, now=now, columns=columns, new={"officer": officer_id})
    return row
