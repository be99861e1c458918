"""Who acts for a company of the demonstration."""

from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import Actor
from providers.models import Membership


def person_of(provider_id: int, role: ProviderRole, *, way: str = "command") -> Actor | None:
    """The first of the provider's people with this role; None where nobody has it (any more)."""
    found = Membership.objects.filter(provider=provider_id, role=role).select_related("user").order_by("pk").first()
    return actor_for(found.user, provider_id=provider_id, way=way) if found else None
