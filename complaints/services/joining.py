"""Complaints about the same message (R-K7): joined so that an officer sees and decides them together (ADR 20).

One of them leads, the others point to it; nobody points two steps. Each stays a complaint of its own, with its own
sides' papers, clock and decision.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from complaints.models.complaints import TRACKING_DIGITS
from complaints.selectors.joined import same_sender
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.codes import read_code
from iys_portal.core.errors import Invalid, NotFound

from .moves import make_move

MOST = 50
"""Joined complaints are decided in one transaction."""


def locked_group(complaint: Complaint, *, actor: Actor) -> tuple[Complaint, list[Complaint]]:
    """A complaint of the desk and those that are joined with it, all under lock: the one that leads first, then the
    others in key order.

    Whoever changes a group holds its leader, so that once it is held nobody joins or leaves. Which one leads is read
    before and may have changed while it was waited for: then it is read and locked once more. Raises `NotFound`.
    """
    desk = Complaint.objects.of_desk(actor)
    for _attempt in range(2):
        head = desk.filter(pk=complaint.pk).values_list("joined_to", flat=True).first() or complaint.pk
        desk.filter(pk=head).select_for_update(of=("self",)).values_list("pk").first()
        together = desk.filter(Q(pk=head) | Q(joined_to=head)).select_for_update(of=("self",))
        found = {one.pk: one for one in together.select_related("brand__provider").order_by("pk")}
        row = found.pop(complaint.pk, None)
        if row is not None and (row.joined_to_id or row.pk) == head:
            return row, list(found.values())
    raise NotFound(code="complaint")


@transaction.atomic
def join_complaints(
    *, complaint: Complaint, tracking_number: str, actor: Actor, now: datetime | None = None
) -> Complaint:
    """Join another complaint of this desk, and what is joined to it, to this one. The same twice is once.

    Locks both groups, the older one first. Raises `NotFound`, `WrongMoment`; `Invalid` at `tracking_number` for one
    that is not on this desk, of another sender or channel, or too many.
    """
    now = now or timezone.now()
    number = read_code(tracking_number, digits=TRACKING_DIGITS)
    other = Complaint.objects.of_desk(actor).filter(tracking_number=number).first()
    if other is None or other.pk == complaint.pk:
        raise Invalid(_("No other complaint on your desk has this number."), code="other", field="tracking_number")
    _lock_in_order(complaint, other, actor)
    row, mine = locked_group(complaint, actor=actor)
    if other.pk in {one.pk for one in mine}:
        return row
    other, theirs = locked_group(other, actor=actor)
    if not same_sender(row, other):
        raise Invalid(_("It is about another sender, or came by another way."), code="other", field="tracking_number")
    if 2 + len(mine) + len(theirs) > MOST:
        raise Invalid(_("At most %(most)s complaints are joined.") % {"most": MOST}, field="tracking_number")
    COMPLAINT.check(row, "join", actor)
    head = next((one for one in mine if one.pk == row.joined_to_id), row)
    for one in (other, *theirs):
        make_move(one, "join", actor=actor, now=now, columns={"joined_to": head}, new={"to": head.tracking_number})
    return row


@transaction.atomic
def part_complaint(*, complaint: Complaint, actor: Actor, now: datetime | None = None) -> Complaint:
    """Take a complaint out of its group; where it led, the next one leads. Raises `NotFound`, `WrongMoment`."""
    now, (row, others) = now or timezone.now(), locked_group(complaint, actor=actor)
    COMPLAINT.check(row, "part", actor)
    leave_group(row, others, actor=actor, now=now)
    return row


def leave_group(row: Complaint, others: Sequence[Complaint], *, actor: Actor, now: datetime) -> None:
    """The same within another act, which holds the group's locks (`locked_group`); one that is alone stays as it is."""
    if not others:
        return
    if row.joined_to_id is None:
        head, *rest = others
        Complaint.objects.filter(pk=head.pk).update(joined_to=None)
        Complaint.objects.filter(pk__in=[one.pk for one in rest]).update(joined_to=head)
    make_move(row, "part", actor=actor, now=now, columns={"joined_to": None})


def _lock_in_order(one: Complaint, other: Complaint, actor: Actor) -> None:
    """Two officers who join the same two the other way round do not wait for each other for ever."""
    for row in sorted((one, other), key=lambda each: each.joined_to_id or each.pk):
        locked_group(row, actor=actor)
