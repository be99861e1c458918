"""Legal holds (R-L5): while a complaint or a court case is open, what it uses does not expire.

People with the right to it place and release holds. Those of complaints are the registry's own (`SYSTEM`): they begin
and end with their case, and nobody releases them by hand.
"""

from datetime import datetime

from django.db import transaction

from consents.models import LegalHold
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.errors import NotFound, WrongMoment, checked
from providers.models import Brand


@transaction.atomic
def place_hold(
    *, actor: Actor, recipient: str, brand: Brand | None, reference: str, reason: str, now: datetime
) -> LegalHold:
    """Hold the records of an address, of a brand, or of an address at a brand.

    `recipient` is an address as stored, or empty. Raises `FieldsInvalid`. The audit entry holds no address (R-G4).
    """
    actor.require(Permission.RETENTION_RUN)
    hold = LegalHold(
        recipient=recipient, brand=brand, reference=reference.strip(), reason=reason.strip(), placed_at=now,
        actor_id=actor.id, actor_name=actor.name[:200],
    )  # fmt: skip
    checked(hold, exclude=["released_at", "released_by"]).save()
    audit.record("hold.placed", hold, actor=actor, new={"reason": hold.reason, "brand": brand.pk if brand else None})
    return hold


@transaction.atomic
def release_hold(*, actor: Actor, hold_id: int, now: datetime) -> LegalHold:
    """End a hold; its records expire with the next run where their time has come.

    Raises `WrongMoment` a second time, and for a complaint's hold: that ends with its case.
    """
    hold = LegalHold.objects.select_for_update(of=("self",)).filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    actor.require(Permission.RETENTION_RUN)
    if hold.released_at is not None or (hold.actor_id == SYSTEM.id and actor.kind is not ActorKind.SYSTEM):
        raise WrongMoment(code="hold")
    hold.released_at, hold.released_by, hold.released_name = now, actor.id, actor.name[:200]
    hold.save(update_fields=["released_at", "released_by", "released_name"])
    audit.record("hold.released", hold, actor=actor)
    return hold
