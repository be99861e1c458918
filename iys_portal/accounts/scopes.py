"""For whom a signed-in person acts: staff over all, or one provider at a time (R-A1, R-A2).

The accounts app knows no providers: the app above registers how to find a user's scopes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from iys_portal.core.actors import Actor, ActorKind, Bound

from .enums import ProviderRole
from .models import User
from .roles import CITIZEN_PERMISSIONS, permissions_of_bound, permissions_of_member, permissions_of_staff

SESSION_KEY = "provider"


@dataclass(frozen=True)
class Scope:
    """One provider that a user works for, and as what.

    An integrator's people act from outside: `bound` says how far, `party` is their company's name (R-P12). Without any
    grant they have one scope without a provider. A sandbox is where a company tries its programs.
    """

    provider_id: int | None
    name: str
    role: str
    bound: Bound | None = None
    party: str = ""
    sandbox: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """What holds in this scope; an integrator's role gives nothing that no grant gives."""
        if self.role == ProviderRole.INTEGRATOR:
            return permissions_of_bound(self.bound or Bound(party_id=0))
        return permissions_of_member(self.role)


_sources: list[Callable[[User], list[Scope]]] = []


def register_scope_source(source: Callable[[User], list[Scope]]) -> None:
    """Called once by the app that owns memberships, when it starts."""
    if source not in _sources:
        _sources.append(source)


def scopes_of(user: User) -> list[Scope]:
    """Every provider the user may act for, in the order of their names; a citizen acts for nobody else."""
    if user.is_citizen:
        return []
    return [scope for source in _sources for scope in source(user)]


def actor_for(
    user: User,
    *,
    provider_id: int | None = None,
    request_id: str = "",
    way: str = "web",
    scopes: list[Scope] | None = None,
) -> Actor:
    """The user as actor, for the chosen provider or, where none is chosen, staff first, then the first provider."""
    if user.is_citizen:
        return citizen_actor(user.pk, request_id=request_id, way=way)
    scopes = scopes_of(user) if scopes is None else scopes
    chosen = next((scope for scope in scopes if scope.provider_id == provider_id), None)
    if chosen is None and not user.staff_roles and scopes:
        chosen = scopes[0]
    outside = chosen is not None and chosen.role == ProviderRole.INTEGRATOR
    return Actor(
        kind=ActorKind.INTEGRATOR if outside else ActorKind.USER,
        id=user.pk,
        name=f"{user} · {chosen.party}" if chosen and chosen.party else str(user),
        permissions=chosen.permissions if chosen else permissions_of_staff(user.staff_roles),
        provider_id=chosen.provider_id if chosen else None,
        all_providers=chosen is None and bool(user.staff_roles),
        request_id=request_id,
        way=way,
        bound=(chosen.bound or Bound(party_id=0)) if chosen and outside else None,
    )


def citizen_actor(user_id: int, *, request_id: str = "", way: str = "web") -> Actor:
    """A citizen as actor: own addresses, no provider, no name (R-G1)."""
    return Actor(
        kind=ActorKind.RECIPIENT,
        id=user_id,
        name="",
        permissions=CITIZEN_PERMISSIONS,
        request_id=request_id,
        way=way,
    )
