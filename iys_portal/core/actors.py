"""Who acts: a value handed to every service, the same for people, the system and (later) API keys."""

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


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, as they are at this moment.

    `permissions` are those that hold in the present scope; `provider_id` is the provider the actor works for
    now, None for staff and the system. `all_providers` marks staff whose lists have no provider's bound.
    """

    kind: ActorKind
    id: int
    name: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    provider_id: int | None = None
    all_providers: bool = False
    request_id: str = ""
    way: str = "web"

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
