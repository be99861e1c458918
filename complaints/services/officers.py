"""What an officer does to get a case on its way (R-K7): take it, name its sender, ask for the answer, send it on."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import DeadlineKind
from complaints.models import Complaint
from complaints.policies import may_be_asked, may_be_judged, may_be_named
from complaints.selectors.cases import identity_of
from complaints.selectors.held import held_for
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.provinces import provinces
from providers.models import Brand

from .clock import start_clock
from .decisions import close_proposals
from .filing import judge_marks
from .information import needed
from .joining import leave_group, locked_group
from .moves import locked_on_desk, make_move


@transaction.atomic
def take_case(*, complaint: Complaint, actor: Actor, now: datetime | None = None) -> Complaint:
    """Take a case, also from a colleague of the same il. A second click changes nothing. Raises `NotFound`."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    if row.taken_by_id != actor.id:
        make_move(
            row,
            "hand_over" if row.taken_by_id else "take",
            actor=actor,
            now=now,
            columns={"taken_by_id": actor.id, "taken_at": now},
            new={"officer": actor.id},
        )
    return row


@transaction.atomic
def ask_defence(*, complaint: Complaint, actor: Actor, now: datetime | None = None) -> Complaint:
    """Ask the sender for its answer: from now on it sees the case, and its clock runs (R-K6).

    Raises `NotFound`, `WrongMoment`; `Invalid` where the sender is not registered.
    """
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "ask_defence", actor)
    if row.brand_id is None:
        raise Invalid(_("The sender is not registered: name it first, or decide without its answer."), field="brand")
    if not may_be_asked(row):
        raise WrongMoment(code="asked")
    close_proposals(row, now)
    make_move(
        row, "ask_defence", actor=actor, now=now, columns={"shown_to_provider_at": row.shown_to_provider_at or now}
    )
    start_clock(row, DeadlineKind.DEFENCE, now=now)
    return row


@transaction.atomic
def begin_decision(*, complaint: Complaint, actor: Actor, now: datetime | None = None) -> Complaint:
    """No more answers from here on. Raises `NotFound`; `WrongMoment` also before a registered sender was asked."""
    now, row = now or timezone.now(), locked_on_desk(complaint, actor=actor)
    COMPLAINT.check(row, "begin_decision", actor)
    if not may_be_judged(row):
        raise WrongMoment(code="unheard")
    make_move(row, "begin_decision", actor=actor, now=now)
    return row


@transaction.atomic
def find_sender(*, complaint: Complaint, brand: Brand, actor: Actor, now: datetime | None = None) -> Complaint:
    """Name the registered brand that sent it; marks and what the registry holds are judged anew for it (R-K3, R-K8).

    It leaves the complaints that it was joined with: theirs is still the unregistered sender. Raises `NotFound`,
    `WrongMoment` also once a sender was asked for its answer.
    """
    now, (row, others) = now or timezone.now(), locked_group(complaint, actor=actor)
    COMPLAINT.check(row, "find_sender", actor)
    if not may_be_named(row):
        raise WrongMoment(code="sender")
    leave_group(row, others, actor=actor, now=now)
    row.brand = brand
    identity = identity_of(row, actor)
    assert identity
    assert row.message_at
    assert row.channel
    held = held_for(address=row.address, channel=row.channel, brand_id=brand.pk, at=row.message_at)
    judge_marks(row, identity, held)
    marks = {"after_refusal": row.after_refusal, "without_consent": row.without_consent}
    columns = {"brand": brand, "held": held.frozen(), "recipient_type": row.recipient_type, **marks}
    new = {"brand": brand.brand_code, **marks}
    make_move(row, "find_sender", actor=actor, now=now, columns=columns, new=new)
    return row


@transaction.atomic
def send_on(
    *, complaint: Complaint, province: str, reason: str, actor: Actor, now: datetime | None = None
) -> Complaint:
    """Another il decides it; clocks run on, what is joined here stays. Raises `NotFound`, `WrongMoment`, `Invalid`."""
    now, (row, others) = now or timezone.now(), locked_group(complaint, actor=actor)
    if province not in provinces() or province == row.province:
        raise Invalid(_("Choose another province."), code="province", field="province")
    reason = needed(reason, "reason")
    COMPLAINT.check(row, "send_on", actor)
    leave_group(row, others, actor=actor, now=now)
    close_proposals(row, now)
    columns = {"province": province, "taken_by_id": None, "taken_at": None}
    new = {"province": province, "from": row.province}
    make_move(row, "send_on", actor=actor, now=now, reason=reason, columns=columns, new=new)
    return row
