"""Who acts in the benchmarks."""

from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.roles import permissions_of_member
from iys_portal.core.actors import Actor, ActorKind


def manager_of(provider_id: int) -> Actor:
    """A provider's manager, without an account."""
    return Actor(
        kind=ActorKind.USER,
        id=1,
        name="bench",
        permissions=permissions_of_member(ProviderRole.MANAGER),
        provider_id=provider_id,
    )
