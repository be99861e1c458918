"""Where the apps above plug in: accounts knows neither providers nor consents (design 1).

The providers app registers one `MembershipPort` when it starts; invitations and demo accounts use it. The consents app
says how an address is read, so that a citizen proves exactly what is stored (R-C3, R-C4), and ends a holder's standing
wishes with the holding.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.utils.module_loading import import_string

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

    def add_to_integrator(self, *, user: User, integrator_id: int, actor: Actor) -> None:
        """Make the user one of an integrator's people (R-P12)."""
        ...


_ports: list[MembershipPort] = []


def register_membership_port(port: MembershipPort) -> None:
    """Called once by the app that owns memberships."""
    _ports[:] = [port]


def memberships() -> MembershipPort:
    return _ports[0]


_address_readers: list[str] = []


def register_address_reader(path: str) -> None:
    """Dotted path of `read(text) -> stored address or None`; loaded when first needed, because it is heavy."""
    _address_readers[:] = [path]


def read_address(text: str) -> str | None:
    """The address as the consents store it, or None where the text is not a whole address."""
    reader: Callable[[str], str | None] = import_string(_address_readers[0])
    return reader(text)


_address_ends: list[str] = []


def register_address_end(path: str) -> None:
    """Dotted path of `end(address, actor, moment)`: what an app ends when an address is its holder's no more (R-Z2)."""
    _address_ends[:] = [path]


def end_at_address(address: str, *, actor: Actor, moment: datetime) -> None:
    """Called in the transaction in which an address passes to somebody else, or leaves its holder's account."""
    for path in _address_ends:
        end: Callable[..., object] = import_string(path)
        end(address, actor=actor, moment=moment)
