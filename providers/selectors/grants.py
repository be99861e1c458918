"""What an integrator's person may write at the very moment of writing (R-P12)."""

from datetime import datetime
from typing import Any

from django.db import connection

from iys_portal.core.actors import Actor, ActorKind, Bound
from iys_portal.core.calendar import ISTANBUL
from providers.enums import GrantLevel, IntegratorState
from providers.models import IntegratorGrant

# Shared locks: writers of one integrator do not wait for each other, a revocation waits for those under way.
_HELD = """
    SELECT g.channel FROM providers_integratorgrant g
    JOIN providers_integrator i ON i.id = g.integrator_id
    JOIN providers_integratorperson p ON p.integrator_id = i.id
    WHERE p.user_id = %(user)s AND p.ended_at IS NULL
      AND g.brand_id = %(brand)s AND g.revoked_at IS NULL AND g.level = %(write)s
      AND i.state = %(active)s AND %(today)s BETWEEN i.authorised_from AND i.authorised_until
    ORDER BY g.id
    FOR SHARE OF g, i, p
"""

_HELD_BY_KEY = """
    SELECT g.channel FROM providers_integratorgrant g
    JOIN providers_integrator i ON i.id = g.integrator_id
    WHERE i.id = %(integrator)s AND g.brand_id = %(brand)s AND g.revoked_at IS NULL AND g.level = %(write)s
      AND i.state = %(active)s AND %(today)s BETWEEN i.authorised_from AND i.authorised_until
    ORDER BY g.id
    FOR SHARE OF g, i
"""


def held_channels(actor: Actor, brand_id: int, *, now: datetime) -> list[int] | None:
    """The channels of the brand that the actor may write, held until the transaction ends; None: all of them.

    Asked inside every writing transaction of an integrator's person or key, so that nothing is written after a
    revocation has been committed, whatever was seen before. For everybody else nothing is asked.
    """
    if actor.kind is ActorKind.API_KEY and actor.bound is not None:
        return _held_by_key(actor, actor.bound, brand_id, now)
    if actor.kind is not ActorKind.INTEGRATOR:
        return None
    values: dict[str, Any] = {
        "user": actor.id,
        "brand": brand_id,
        "write": GrantLevel.WRITE.value,
        "active": IntegratorState.ACTIVE.value,
        "today": now.astimezone(ISTANBUL).date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, values)
        return sorted(row[0] for row in cursor.fetchall())


def _held_by_key(actor: Actor, bound: Bound, brand_id: int, now: datetime) -> list[int]:
    """The same for an API key; a provider's own key that is made for some channels holds these without a grant."""
    channels = bound.channels_of(brand_id)
    if not bound.party_id:
        return sorted(channels)
    values: dict[str, Any] = {
        "integrator": bound.party_id,
        "brand": brand_id,
        "write": GrantLevel.WRITE.value,
        "active": IntegratorState.ACTIVE.value,
        "today": now.astimezone(ISTANBUL).date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD_BY_KEY, values)
        return sorted({row[0] for row in cursor.fetchall()} & channels)


def closed_since(integrator_id: int, brand_id: int, moment: datetime) -> bool:
    """Whether something of the brand was closed to the integrator at or after a moment."""
    rows = IntegratorGrant.objects.filter(integrator=integrator_id, brand=brand_id, revoked_at__gte=moment)
    return rows.exists()
