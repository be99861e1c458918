"""Undo of what one key wrote in a time (R-L6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, field_validator

from consents.enums import UndoOutcome
from consents.models import KeyUndo
from consents.services.key_undo import start_key_undo
from iys_portal.core.errors import NotFound
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import Body, BrandCode, Words, in_reach, moment

router = Router(tags=["undo"], auth=Key(KeyScope.RECORD))


class KeyUndoIn(Body):
    key: Words = Field(min_length=1, max_length=40, description="The user name of the key that wrote.")
    since: AwareDatetime = Field(description="Within the last 24 hours.")
    until: AwareDatetime | None = Field(None, description="Before this moment; without it, before now.")
    reason: Words = Field(min_length=1, max_length=300)
    include_refusals: bool = Field(False, description="Refusals stay unless this is true.")

    _within_reach = field_validator("since", "until")(in_reach)


class KeyUndoOut(Schema):
    id: UUID
    state: str = Field(description="queued, running, done, failed, cancelled")
    since: datetime
    until: datetime
    undone: int
    changed_since: int = Field(description="Left alone: somebody changed the consent afterwards.")
    refusals_left: int = Field(description="Left alone: refusals, where they were not asked for.")
    would_approve: int = Field(description="Left alone: a refusal would have become an approval.")


@router.post("", response={202: KeyUndoOut, REFUSALS: Problem}, summary="Take back", operation_id="undo")
@once
def undo(request: HttpRequest, brand: BrandCode, body: KeyUndoIn) -> Any:
    """By counter-events: nothing is deleted. Revoke a stolen key first, so that it writes no more meanwhile."""
    ask = asked(request)
    item = start_key_undo(
        actor=ask.actor, brand=ask.brand, username=body.key, since=body.since, until=body.until or ask.now,
        reason=body.reason, include_refusals=body.include_refusals, now=ask.now,
    )  # fmt: skip
    return Status(202, _told(item))


@router.get(
    "/{undo_id}", response={200: KeyUndoOut, REFUSALS: Problem}, summary="How it stands", operation_id="undo_of"
)
def undo_of(request: HttpRequest, brand: BrandCode, undo_id: UUID) -> Any:
    ask = asked(request)
    item = (
        KeyUndo.objects.visible_to(ask.actor).select_related("job").filter(public_id=undo_id, brand=ask.brand).first()
    )
    if item is None:
        raise NotFound(code="undo")
    return _told(item)


def _told(item: KeyUndo) -> dict[str, Any]:
    counts = {outcome: item.counts.get(str(int(outcome)), 0) for outcome in UndoOutcome}
    return {
        "id": str(item.public_id),
        "state": str(item.job.state),
        "since": moment(item.since),
        "until": moment(item.until),
        "undone": counts[UndoOutcome.DONE],
        "changed_since": counts[UndoOutcome.CHANGED_SINCE],
        "refusals_left": counts[UndoOutcome.REFUSAL_STAYS],
        "would_approve": counts[UndoOutcome.WOULD_APPROVE],
    }
