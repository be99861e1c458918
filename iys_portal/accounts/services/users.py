"""People: staff roles, active or not, language."""

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.enums import MailRhythm, StaffRole
from iys_portal.accounts.models import CitizenMails, User
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.roles import permissions_of_staff
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.provinces import provinces

from .sessions import end_sessions


def _locked(user: User) -> tuple[User, list[User]]:
    """The user and all other staff, locked in key order, so that two admins cannot remove each other at once.

    Raises `NotFound` for citizens: staff manage members only.
    """
    if user.is_citizen:
        raise NotFound(code="citizen")
    rows = User.objects.select_for_update(of=("self",)).filter(Q(pk=user.pk) | ~Q(staff_roles=[])).order_by("pk")
    found = {row.pk: row for row in rows}
    return found.pop(user.pk), list(found.values())


def _manages_users(user: User) -> bool:
    return user.is_active and Permission.STAFF_USERS in permissions_of_staff(user.staff_roles)


def _refuse_last(user: User, others: list[User]) -> None:
    if _manages_users(user) and not any(_manages_users(other) for other in others):
        raise WrongMoment(
            _("Nobody else could manage users then: give somebody else the role first."), code="last_admin"
        )


@transaction.atomic
def change_staff_roles(*, user: User, roles: Collection[str], actor: Actor) -> User:
    """Set the staff roles of a person; the last one who manages users keeps that role.

    Raises `NotAllowed`, `Invalid` for an unknown role, `WrongMoment` for the last admin.
    """
    locked, others = _locked(user)
    actor.require(Permission.STAFF_USERS)
    unknown = set(roles) - set(StaffRole.values)
    if unknown:
        raise Invalid(_("There is no such role."), field="staff_roles")
    wanted = sorted(set(roles))
    before = sorted(locked.staff_roles)
    if wanted == before:
        return locked
    if Permission.STAFF_USERS not in permissions_of_staff(wanted):
        _refuse_last(locked, others)
    locked.staff_roles = wanted
    locked.save(update_fields=["staff_roles"])
    audit.record("user.staff_roles_changed", locked, actor=actor, old={"roles": before}, new={"roles": wanted})
    return locked


@transaction.atomic
def place_officer(*, user: User, province: str, actor: Actor) -> User:
    """Set the il whose complaints a complaint officer sees and decides (R-K7); empty: none.

    Raises `NotAllowed`, `Invalid` for a province that there is not.
    """
    locked, _others = _locked(user)
    actor.require(Permission.STAFF_USERS)
    if province and province not in provinces():
        raise Invalid(_("There is no such province."), field="province")
    before = locked.province
    if province != before:
        locked.province = province
        locked.save(update_fields=["province"])
        audit.record("user.province_changed", locked, actor=actor, old={"province": before}, new={"province": province})
    return locked


@transaction.atomic
def deactivate_user(*, user: User, reason: str, actor: Actor) -> User:
    """Close an account: no sign-in any more, all sessions end. Never one's own, never the last admin's."""
    locked, others = _locked(user)
    actor.require(Permission.STAFF_USERS)
    if not reason.strip():
        raise Invalid(_("Give a reason."), field="reason")
    if not locked.is_active or locked.pk == actor.id:
        raise WrongMoment
    _refuse_last(locked, others)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    end_sessions(locked)
    audit.record("user.deactivated", locked, actor=actor, new={"reason": reason.strip()[:500]})
    return locked


@transaction.atomic
def reactivate_user(*, user: User, reason: str, actor: Actor) -> User:
    """Open a closed account again."""
    locked, _others = _locked(user)
    actor.require(Permission.STAFF_USERS)
    if not reason.strip():
        raise Invalid(_("Give a reason."), field="reason")
    if locked.is_active:
        raise WrongMoment
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    audit.record("user.reactivated", locked, actor=actor, new={"reason": reason.strip()[:500]})
    return locked


def set_language(*, user: User, language: str) -> None:
    """Remember the language a person reads; a personal setting, not audited."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("There is no such language."), field="language")
    User.objects.filter(pk=user.pk).update(language=language)


@transaction.atomic
def set_mails(*, consents: str, refusals: bool, devices: bool, actor: Actor) -> None:
    """What a citizen wants to be mailed beside what the law asks for; a personal setting, not audited."""
    actor.require(Permission.CONSENT_OWN)
    if consents not in MailRhythm.values:
        raise Invalid(_("Choose one of the answers."), field="consents")
    wanted = {"consents": consents, "refusals": refusals, "devices": devices}
    CitizenMails.objects.update_or_create(user_id=actor.id, defaults=wanted)
