"""Complaints about the same message (R-K7): joined so that an officer sees and decides them together (ADR 20).

One of them leads, the others point to it; nobody points two steps. Each stays a complaint of its own, with its own
sides' papers, clock and decision.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from complaints.models.complaints import TRACKING_DIGITS
from complaints.selectors.joined import same_sender
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.codes import read_code
from iys_portal.core.errors import Invalid

from .moves import locked_in_group, locked_together, make_move

MOST = 50
"""Joined complaints are decided in one transaction."""


@transaction.atomic
def join_complaints(
    *, complaint: Complaint, tracking_number: str, actor: Actor, now: datetime | None = None
) -> Complaint:
    """Join another complaint of this desk, and what is joined to it, to this one. The same twice is once.

    Locks both groups, each in key order, the older group first. Raises `NotFound`, `WrongMoment`; `Invalid` at
    `tracking_number` for one that is not on this desk, of another sender or channel, or too many.
    """
    now = now or timezone.now()
    number = read_code(tracking_number, digits=TRACKING_DIGITS)
    other = Complaint.objects.of_desk(actor).filter(tracking_number=number).first()
    if other is None or other.pk == complaint.pk:
        raise Invalid(_("No other complaint on your desk has this number."), code="other", field="tracking_number")
    _lock_in_order(complaint, other, actor)
    mine, theirs = (locked_together(one, actor=actor) for one in (complaint, other))
    row = next(one for one in mine if one.pk == complaint.pk)
    if other.pk in {one.pk for one in mine}:
        return row
    if not same_sender(row, other):
        raise Invalid(_("It is about another sender, or came by another way."), code="other", field="tracking_number")
    if len(mine) + len(theirs) > MOST:
        raise Invalid(_("At most %(most)s complaints are joined.") % {"most": MOST}, field="tracking_number")
    COMPLAINT.check(row, "join", actor)
    head = next((one for one in mine if one.pk == row.joined_to_id), row)
    for one in theirs:
        make_move(one, "join", actor=actor, now=now, columns={"joined_to": head}, new={"to": head.tracking_number})
    return row


@transaction.atomic
def part_complaint(*, complaint: Complaint, actor: Actor, now: datetime | None = None) -> Complaint:
    """Take a complaint out of its group; where it led, the next one leads. Raises `NotFound`, `WrongMoment`."""
    now, row = now or timezone.now(), locked_in_group(complaint, actor=actor)
    COMPLAINT.check(row, "part", actor)
    return leave_group(row, actor=actor, now=now)


def leave_group(row: Complaint, *, actor: Actor, now: datetime) -> Complaint:
    """The same within another act, whose caller holds the group's locks; one that is alone stays as it is."""
    rows = locked_together(row, actor=actor)
    row = next(one for one in rows if one.pk == row.pk)
    others = [one for one in rows if one.pk != row.pk]
    if row.joined_to_id is None and others:
        head = others[0]
        Complaint.objects.filter(pk=head.pk).update(joined_to=None)
        Complaint.objects.filter(pk__in=[one.pk for one in others[1:]]).update(joined_to=head)
    if others:
        make_move(row, "part", actor=actor, now=now, columns={"joined_to": None})
    return row


def _lock_in_order(one: Complaint, other: Complaint, actor: Actor) -> None:
    """Two officers who join the same two the other way round do not wait for each other for ever."""
    for row in sorted((one, other), key=lambda each: each.joined_to_id or each.pk):
        locked_together(row, actor=actor)
