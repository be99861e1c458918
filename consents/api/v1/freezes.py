"""Freeze of what one key wrote in a time (docs/adr/0022-freeze-of-a-key.md)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime, field_validator

from consents.models import KeyFreeze
from consents.services.key_freeze import freeze_key
from iys_portal.core.errors import NotFound
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import Body, BrandCode, Words, in_reach, moment

router = Router(tags=["freeze"], auth=Key(KeyScope.RECORD))


class KeyFreezeIn(Body):
    key: Words = Field(min_length=1, max_length=40, description="The user name of the key that wrote.")
    since: AwareDatetime
    until: AwareDatetime | None = Field(None, description="Before this moment; without it, before now.")
    reason: Words = Field(min_length=1, max_length=300)

    _within_reach = field_validator("since", "until")(in_reach)


class KeyFreezeOut(Schema):
    id: UUID
    key: str
    since: datetime
    until: datetime
    frozen_at: datetime
    lifted_at: datetime | None = Field(description="Empty while it holds. A manager lifts it in the panel.")


@router.post("", response={200: KeyFreezeOut, REFUSALS: Problem}, summary="Hold back", operation_id="freeze")
@once
def freeze(request: HttpRequest, brand: BrandCode, body: KeyFreezeIn) -> Any:
    """Holds at once: these consents are answered as not sendable until a manager lifts it. Refusals always count.

    Revoke a stolen key first, so that it writes no more behind the time.
    """
    ask = asked(request)
    item = freeze_key(
        actor=ask.actor, brand=ask.brand, username=body.key, since=body.since, until=body.until or ask.now,
        reason=body.reason, now=ask.now,
    )  # fmt: skip
    return _told(item)


@router.get(
    "/{freeze_id}", response={200: KeyFreezeOut, REFUSALS: Problem}, summary="How it stands", operation_id="freeze_of"
)
def freeze_of(request: HttpRequest, brand: BrandCode, freeze_id: UUID) -> Any:
    ask = asked(request)
    rows = KeyFreeze.objects.visible_to(ask.actor).select_related("key")
    item = rows.filter(public_id=freeze_id, brand=ask.brand).first()
    if item is None:
        raise NotFound(code="freeze")
    return _told(item)


def _told(item: KeyFreeze) -> dict[str, Any]:
    return {
        "id": str(item.public_id),
        "key": item.key.username,
        "since": moment(item.since),
        "until": moment(item.until),
        "frozen_at": moment(item.frozen_at),
        "lifted_at": moment(item.lifted_at) if item.lifted_at else None,
    }
