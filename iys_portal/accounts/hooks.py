"""Where the app that owns memberships plugs in: accounts knows no providers (design 1).

The providers app registers one `MembershipPort` when it starts; invitations and demo accounts use it.
"""

from typing import Protocol

from iys_portal.core.actors import Actor

from .models import User


class MembershipPort(Protocol):
    """What accounts needs to know of providers and memberships."""

    def provider_of_code(self, iys_code: int) -> tuple[int, str] | None:
        """(id, title) of the provider with this İYS number."""
        ...

    def add_member(self, *, user: User, provider_id: int, role: str, actor: Actor) -> None:
        """Make the user a member; nothing changes where the user already belongs to the provider."""
        ...


_ports: list[MembershipPort] = []


def register_membership_port(port: MembershipPort) -> None:
    """Called once by the app that owns memberships."""
    _ports[:] = [port]


def memberships() -> MembershipPort:
    return _ports[0]
