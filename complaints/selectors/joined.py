"""Complaints about the same message (R-K7): those that are joined, and those that may be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Q, When

from complaints.models import Complaint
from complaints.models.complaints import OPEN
from iys_portal.core.actors import Actor

NEAR = timedelta(days=2)
"""How far from each other the same message arrives at two people: mass sendings take their time."""
MOST, ROWS = 10, 200


@dataclass(frozen=True)
class Suggested:
    """A complaint that may be about the same message, and whether its words or its message number say so."""

    complaint: Complaint
    same_text: bool


def same_sender(one: Complaint, other: Complaint) -> bool:
    """The same registered brand, or the same name or number of an unregistered sender; and the same channel."""
    if one.channel != other.channel or one.brand_id != other.brand_id:
        return False
    return one.brand_id is not None or bool(one.sender_key and one.sender_key == other.sender_key)


@dataclass(frozen=True)
class Around:
    """Beside one complaint: those that are joined with it, and those that may be about the same message."""

    joined: list[Complaint]
    suggested: list[Suggested]


def around(complaint: Complaint, actor: Actor, *, suggest: bool) -> Around:
    """The others of its group, in the order of filing; with `suggest` also open ones of this sender, channel and
    about this moment, the likeliest first. One query; `complaint_same_message` or `complaint_of_sender` carries it.
    """
    head = complaint.joined_to_id or complaint.pk
    group = Q(pk=head) | Q(joined_to=head)
    wanted = group | _alike(complaint) if suggest and complaint.message_at else group
    found = Complaint.objects.visible_to(actor).filed().filter(wanted).exclude(pk=complaint.pk)  # type: ignore[attr-defined]
    first = Case(When(group, then=0), default=1)  # the joined ones are never cut off
    rows = list(found.defer("held").order_by(first, "filed_at", "pk")[:ROWS])
    joined = [one for one in rows if head in (one.pk, one.joined_to_id)]
    return Around(joined, _likeliest(complaint, rows[len(joined) :]))


def is_joined(complaint: Complaint) -> bool:
    return complaint.joined_to_id is not None or Complaint.objects.filter(joined_to=complaint.pk).exists()


def _alike(complaint: Complaint) -> Q:
    assert complaint.message_at
    if complaint.brand_id is None and not complaint.sender_key:
        return Q(pk=None)
    sender: dict[str, Any] = {"brand": complaint.brand_id}
    if complaint.brand_id is None:
        sender = {"brand": None, "sender_key": complaint.sender_key}
    near = (complaint.message_at - NEAR, complaint.message_at + NEAR)
    return Q(**sender, channel=complaint.channel, state__in=OPEN, message_at__range=near)


def _likeliest(complaint: Complaint, others: Iterable[Complaint]) -> list[Suggested]:
    moment = complaint.message_at
    if moment is None:
        return []
    rows = [Suggested(one, same_text=_same_words(one, complaint)) for one in others]
    rows.sort(key=lambda one: (not one.same_text, abs((one.complaint.message_at or moment) - moment)))
    return rows[:MOST]


def _same_words(one: Complaint, other: Complaint) -> bool:
    registered = one.message_number is not None and one.message_number == other.message_number
    return registered or " ".join(one.text.split()) == " ".join(other.text.split())
