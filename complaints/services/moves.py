"""Each move of a complaint in one place: checked against the table, kept, audited, told to who is concerned (R-K5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from complaints.enums import Outcome, Side
from complaints.models import Complaint, ComplaintMove
from complaints.notices import post_move
from complaints.policies import SHOWN_TO, side_of
from complaints.transitions import COMPLAINT
from consents.enums import WebhookEvent
from consents.services.webhook_feed import announce
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound

from .holds import keep_hold
from .statistics import note_change

_ENDS = ("withdraw", "correct", *(f"{how}_{outcome}" for how in ("decide", "stands") for outcome in Outcome.values))
_TOLD = {"ask_defence": WebhookEvent.COMPLAINT_ASKED, **dict.fromkeys(_ENDS, WebhookEvent.COMPLAINT_DECIDED)}
"""Which moves a sender's webhooks hear of."""


def locked(complaint: Complaint, *, actor: Actor) -> Complaint:
    """The complaint as it stands now, under lock. Raises `NotFound` for who may not see it (R-A1)."""
    rows = Complaint.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.select_related("brand__provider").filter(pk=complaint.pk).first()
    if found is None:
        raise NotFound(code="complaint")
    return found


def locked_on_desk(complaint: Complaint, *, actor: Actor) -> Complaint:
    """The same for who decides: raises `NotFound` also for a complaint of another il (R-K7)."""
    rows = Complaint.objects.of_desk(actor).select_for_update(of=("self",))
    found = rows.select_related("brand__provider").filter(pk=complaint.pk).first()
    if found is None:
        raise NotFound(code="complaint")
    return found


def make_move(
    complaint: Complaint,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    columns: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> ComplaintMove:
    """Move a locked complaint, keep the move, audit it, mail it. `columns` are saved in the same statement.

    `new` is what the audit log keeps besides the state; no address, no identity (R-G4). A move that leaves the state
    leaves the clock of the work lists (`state_at`) too. What the case holds (R-L5) follows. Raises `NotAllowed`,
    `WrongMoment`.
    """
    before = complaint.state
    move = COMPLAINT.move(complaint, name, actor)
    changed = dict(columns or {}) | {"changed_at": now}
    if complaint.state != before:
        changed["state_at"] = now
    for column, value in changed.items():
        setattr(complaint, column, value)
    complaint.save(update_fields=["state", *changed])
    keep_hold(complaint, now=now)
    shown = SHOWN_TO.get(name, frozenset())
    kept = ComplaintMove.objects.create(
        complaint=complaint,
        name=name,
        from_state=before,
        to_state=complaint.state,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        side=side_of(actor),
        reason=reason,
        for_complainant=Side.COMPLAINANT in shown,
        for_provider=Side.PROVIDER in shown and complaint.shown_to_provider_at is not None,
    )
    audit.record(
        move.verb, complaint, actor=actor, old={"state": before}, new={"state": complaint.state, **(new or {})}
    )
    post_move(complaint, kept)
    note_change(complaint)
    _announce(complaint, kept)
    return kept


def _announce(complaint: Complaint, move: ComplaintMove) -> None:
    """The sender's programs are told of what concerns it: tracking number and state, nothing of the person (R-G1)."""
    event = _TOLD.get(move.name)
    if event is None or not move.for_provider or complaint.brand is None:
        return
    announce(
        event,
        provider_id=complaint.brand.provider_id,
        brand_id=complaint.brand.pk,
        now=move.at,
        data={
            "complaint": complaint.tracking_number,
            "brandCode": complaint.brand.brand_code,
            "move": move.name,
            "state": complaint.state,
        },
    )
