"""Who needs a second factor (R-A2)."""

from .models import User
from .roles import SECOND_FACTOR_FOR, permissions_of_member, permissions_of_staff
from .scopes import scopes_of


def needs_second_factor(user: User) -> bool:
    """R-A2: staff, managers, and whoever imports or exports, in any of their scopes."""
    held = permissions_of_staff(user.staff_roles)
    return not SECOND_FACTOR_FOR.isdisjoint(
        held.union(*(permissions_of_member(scope.role) for scope in scopes_of(user)))
    )
