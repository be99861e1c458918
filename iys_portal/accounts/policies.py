"""Who needs a second factor (R-A2), where a text may go (R-Z1), whose a phone still is (R-Z2), whose home is where."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings

from .models import ProvenAddress, User
from .roles import SECOND_FACTOR_FOR, permissions_of_member, permissions_of_staff


def asks_for_factor(staff_roles: list[str], member_roles: Iterable[str]) -> bool:
    """R-A2: staff, managers, and whoever imports or exports, in any of their scopes."""
    held = permissions_of_staff(staff_roles)
    return not SECOND_FACTOR_FOR.isdisjoint(held.union(*map(permissions_of_member, member_roles)))


def grace_until(user: User, *, now: datetime) -> datetime | None:
    """R-A2: until when the person may put the second factor off; None where it is due (`SECOND_FACTOR_GRACE`)."""
    due = user.factor_due_at
    return due if settings.REGISTRY["SECOND_FACTOR_GRACE"] and due and now < due else None


def may_be_texted(phone: str) -> bool:
    """R-Z1: Turkish mobiles, and phones of the countries that `SMS_COUNTRIES` opens besides."""
    codes = tuple("+905" if code == "90" else f"+{code}" for code in settings.REGISTRY["SMS_COUNTRIES"])
    return phone.startswith(codes)


def is_stale(proven: ProvenAddress, *, now: datetime) -> bool:
    """R-Z2: a phone that its holder did not prove for long; operators give such numbers to other people."""
    return proven.is_phone and now >= proven.proven_at + settings.REGISTRY["PHONE_STALE"]


def undo_until(at: datetime) -> datetime:
    """R-Z3: until when what a recipient did at `at` can be taken back."""
    return at + settings.REGISTRY["REFUSAL_UNDO"]


def home_of(user: Any) -> str:
    """Name of the page that is the person's own: the citizen's page, or the panel's overview."""
    return settings.CITIZEN_HOME_URL if getattr(user, "is_citizen", False) else settings.LOGIN_REDIRECT_URL
