"""What a program may change of a brand: asked by every act of the API that records nothing."""

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from providers.models import Brand
from providers.policies import require_active


def require_reach(actor: Actor, permission: Permission, brand: Brand, *channels: int) -> None:
    """Raise `NotAllowed`, `WrongMoment` (R-P7), or `NotFound` (code `channel`) for channels out of reach (R-P12)."""
    actor.require(permission)
    require_active(brand.provider)
    reached = actor.bound is None or all((brand.pk, channel) in actor.bound.reads for channel in channels)
    if not reached:
        raise NotFound(code="channel")
