"""Hold back the consents that one API key wrote for a brand in a time (docs/adr/0022-freeze-of-a-key.md).

A freeze is no event of any consent: `effective.RULE` answers "not sendable" while it holds. It is one row, so it holds
at once and whole, also for what commits after it; there is no work that could break off.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from consents.models import KeyFreeze
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.calendar import in_reach
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from providers.models import Brand
from providers.policies import require_active

from .key_undo import writer


@transaction.atomic
def freeze_key(
    *, actor: Actor, brand: Brand, username: str, since: datetime, until: datetime, reason: str, now: datetime
) -> KeyFreeze:
    """Let nobody use the consents that the key of that user name wrote from `since` until before `until`.

    For whoever reaches the provider whole; also what an integrator's key wrote. No limit backwards: nothing is taken
    away. Refusals are never held back. Raises `NotAllowed`, `NotFound`, `Invalid`, `WrongMoment` (R-P7).
    """
    key = writer(actor, brand, username, act="freeze")
    if not reason.strip():
        raise Invalid(_("Say why it is frozen."), code="reason", field="reason")
    if not since < until <= now or not in_reach(since):
        text = _("Give a time that has passed: its beginning first.")
        raise Invalid(text, code="freeze-time", field="since")
    item = KeyFreeze.objects.create(
        brand=brand, key=key, since=since, until=until, reason=reason.strip()[:300], frozen_at=now,
        frozen_by=actor.id, frozen_name=actor.name[:200],
    )  # fmt: skip
    new = {"brand": brand.brand_code, "reason": item.reason, "freeze": str(item.public_id)}
    new |= {"since": since.isoformat(), "until": until.isoformat()}
    record("key.frozen", key, actor=actor, provider_id=brand.provider_id, new=new)
    return item


@transaction.atomic
def lift_freeze(*, actor: Actor, public_id: uuid.UUID, now: datetime) -> KeyFreeze:
    """End a freeze. Managers only, and no key: a stolen one would lift its own. A second click finds it lifted.

    Raises `NotAllowed`, `NotFound`, `WrongMoment`. Locks the freeze.
    """
    actor.require(Permission.PROVIDER_SETTINGS)
    found = KeyFreeze.objects.visible_to(actor).select_for_update(of=("self",)).select_related("key", "brand__provider")
    item = found.filter(public_id=public_id).first()
    if item is None:
        raise NotFound(code="freeze")
    require_active(item.brand.provider)
    if item.lifted_at is not None:
        raise WrongMoment(_("This freeze was lifted before."), code="lifted")
    item.lifted_at, item.lifted_by, item.lifted_name = now, actor.id, actor.name[:200]
    item.save(update_fields=["lifted_at", "lifted_by", "lifted_name"])
    new = {"brand": item.brand.brand_code, "freeze": str(item.public_id)}
    record("key.freeze_lifted", item.key, actor=actor, provider_id=item.brand.provider_id, new=new)
    return item
