"""What a provider opens to an integrator, and closes again at once (R-P12)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from providers.enums import GrantChannel, GrantLevel, IntegratorState
from providers.models import Brand, Integrator, IntegratorGrant


@transaction.atomic
def grant(
    *,
    integrator: Integrator,
    brands: Collection[Brand],
    channels: Collection[int],
    level: str,
    complaints: bool = False,
    reconciliation: bool = False,
    actor: Actor,
) -> list[IntegratorGrant]:
    """Open channels of own brands to an integrator; returns the grants that are new.

    A part that stands with the same access is left alone, one with another access ends and is granted anew: grants are
    history. Locks the integrator. Raises `NotAllowed`, `NotFound` for another's brand (R-A1), `Invalid` where nothing
    is chosen, `WrongMoment` for an integrator that is not active or whose authorisation is over.
    """
    actor.require(Permission.PROVIDER_SETTINGS)
    own = set(Brand.objects.visible_to(actor).filter(is_active=True).values_list("pk", flat=True))
    if actor.all_providers or any(brand.pk not in own for brand in brands):
        raise NotFound(code="brand")
    if not brands or not channels or set(channels) - set(GrantChannel.values) or level not in GrantLevel.values:
        raise Invalid(_("Choose brands, channels and the access."), field="channels")
    locked = Integrator.objects.select_for_update(of=("self",)).get(pk=integrator.pk)
    _require_open(locked)
    access: dict[str, Any] = {"level": level, "complaints": complaints, "reconciliation": reconciliation}
    wanted = [(brand, channel) for brand in sorted(brands, key=lambda one: one.pk) for channel in sorted(set(channels))]
    given = [_grant(locked, brand, channel, access, actor) for brand, channel in wanted]
    return [one for one in given if one is not None]


def _require_open(integrator: Integrator) -> None:
    if integrator.state != IntegratorState.ACTIVE:
        raise WrongMoment(_("This integrator is not active."), code="integrator-state")
    if integrator.authorised_until < timezone.localdate():
        raise WrongMoment(
            _("The ministry's authorisation of this integrator is over."), code="integrator-authorisation"
        )


def _grant(
    integrator: Integrator, brand: Brand, channel: int, access: dict[str, Any], actor: Actor
) -> IntegratorGrant | None:
    standing = (
        IntegratorGrant.objects.select_for_update(of=("self",))
        .filter(integrator=integrator, brand=brand, channel=channel, revoked_at=None)
        .first()
    )
    if standing is not None:
        if all(getattr(standing, name) == value for name, value in access.items()):
            return None
        _revoke(standing, actor)
    row = IntegratorGrant.objects.create(
        integrator=integrator,
        brand=brand,
        channel=channel,
        granted_at=timezone.now(),
        granted_by=actor.id,
        granted_by_name=actor.name[:200],
        **access,
    )
    new = {"brand": brand.brand_code, "channel": GrantChannel(channel).name, **access}
    audit.record("integrator.granted", row, actor=actor, provider_id=brand.provider_id, new=new)
    return row


@transaction.atomic
def revoke_grant(*, public_id: UUID, actor: Actor) -> IntegratorGrant:
    """Close one part again: the next request and the next chunk of a running import find it closed.

    Waits for what is being written at this moment (`selectors.held_channels`). Raises `NotAllowed`, `NotFound` for
    another's grant, `WrongMoment` for one that was revoked before.
    """
    actor.require(Permission.PROVIDER_SETTINGS)
    rows = (
        IntegratorGrant.objects.visible_to(actor).select_for_update(of=("self",)).select_related("brand", "integrator")
    )
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(code="grant")
    if found.revoked_at is not None:
        raise WrongMoment(_("This access was revoked before."), code="revoked")
    return _revoke(found, actor)


@transaction.atomic
def revoke_all(*, integrator: Integrator, actor: Actor) -> int:
    """Close everything that the actor's provider opened to an integrator; how many grants ended."""
    actor.require(Permission.PROVIDER_SETTINGS)
    rows = IntegratorGrant.objects.visible_to(actor).live().filter(integrator=integrator)
    if actor.all_providers:
        raise NotFound(code="integrator")
    found = list(rows.select_for_update(of=("self",)).select_related("brand", "integrator").order_by("pk"))
    for row in found:
        _revoke(row, actor)
    return len(found)


def _revoke(row: IntegratorGrant, actor: Actor) -> IntegratorGrant:
    row.revoked_at, row.revoked_by, row.revoked_by_name = timezone.now(), actor.id, actor.name[:200]
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_by_name"])
    old = {"brand": row.brand.brand_code, "channel": GrantChannel(row.channel).name, "level": row.level}
    audit.record("integrator.revoked", row, actor=actor, provider_id=row.brand.provider_id, old=old)
    return row
