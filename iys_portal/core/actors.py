"""Who acts: a value handed to every service, the same for people, API keys and the system."""

from dataclasses import dataclass, field, replace
from enum import IntEnum

from .errors import NotAllowed


class ActorKind(IntEnum):
    """Stored in the ledger and the audit log; numbers are never reused."""

    SYSTEM = 0
    USER = 1
    API_KEY = 2
    RECIPIENT = 3
    APPLICANT = 4  # whoever holds the link of an application; the id is the application's
    INTEGRATOR = 5  # a person of an integrator, for a provider that granted it (R-P12); the id is the user's


PEOPLE = frozenset({ActorKind.USER, ActorKind.INTEGRATOR})
"""Kinds whose id is a user's."""


@dataclass(frozen=True)
class Bound:
    """How far somebody reaches who acts for a provider from outside it (R-P12).

    A part is (brand's key, number of the channel). Whoever writes a part reads it too.
    """

    party_id: int
    reads: frozenset[tuple[int, int]] = frozenset()
    writes: frozenset[tuple[int, int]] = frozenset()
    complaints: frozenset[tuple[int, int]] = frozenset()
    reconciles: frozenset[int] = frozenset()
    """Brands of which every channel is granted with reconciliation: a day file holds them all."""

    @property
    def brands(self) -> frozenset[int]:
        return frozenset(brand for brand, _channel in self.reads)

    def channels_of(self, brand_id: int) -> frozenset[int]:
        """The channels of a brand that may be written."""
        return frozenset(channel for brand, channel in self.writes if brand == brand_id)

    def by_brand(self) -> dict[int, list[int]]:
        """The channels that may be read, by brand."""
        found: dict[int, list[int]] = {}
        for brand, channel in sorted(self.reads):
            found.setdefault(brand, []).append(channel)
        return found


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, as they are at this moment.

    `permissions` are those that hold in the present scope; `provider_id` is the provider the actor works for
    now, None for staff and the system. `all_providers` marks staff whose lists have no provider's bound.
    `bound` is set for who reaches a part of the provider only; None everywhere else.
    """

    kind: ActorKind
    id: int
    name: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    provider_id: int | None = None
    all_providers: bool = False
    request_id: str = ""
    way: str = "web"
    bound: Bound | None = None

    def may(self, permission: str) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `NotAllowed` unless the actor holds the permission."""
        if not self.may(permission):
            raise NotAllowed(code=str(permission))

    def by_way(self, way: str) -> "Actor":
        """The same actor through another door (web, import, api, task, command)."""
        return replace(self, way=way)

    def with_permission(self, permission: str) -> "Actor":
        """The same actor where another permission of theirs implies this one."""
        return replace(self, permissions=self.permissions | {permission})

    @property
    def is_staff(self) -> bool:
        return self.all_providers


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=0, name="İYS", all_providers=True, way="task")
