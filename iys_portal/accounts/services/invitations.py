"""Invitations: a mailed link opens an account or adds a role to one. The table holds the token's hash only."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.enums import ProviderRole, StaffRole
from iys_portal.accounts.hooks import memberships
from iys_portal.accounts.models import Invitation, User
from iys_portal.accounts.notices import render_mail
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.roles import permissions_of_member, permissions_of_staff
from iys_portal.accounts.scopes import actor_for, scopes_of
from iys_portal.core import audit, locks, outbox
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment

TOKEN_BYTES = 32


class InvitationUnknown(NotFound):
    """No invitation has this token: mistyped, forged, or replaced by a newer mail."""

    default = _("This invitation link is not valid. A newer mail may have replaced it: please use the latest one.")


class InvitationOver(WrongMoment):
    """The invitation was used, withdrawn or has expired."""

    status = 410


USED = _("This invitation has already been used. If that was you, simply sign in.")
REVOKED = _("This invitation was withdrawn. Please ask the person who invited you.")
EXPIRED = _("This invitation has expired. Please ask the person who invited you for a new one.")
UNBACKED = _("The person who invited you may no longer invite. Please ask your organisation for a new invitation.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _target(invitation: Invitation) -> tuple[str, str]:
    return "accounts.invitation", str(invitation.public_id)


def _what(invitation: Invitation) -> dict[str, Any]:
    return {"staff_roles": invitation.staff_roles, "provider_role": invitation.provider_role}


def _require_inviter(
    actor: Actor, *, staff_roles: Collection[str], provider_id: int | None, integrator_id: int | None = None
) -> None:
    """User admins give staff roles and open integrators' accounts; a provider's roles also its managers."""
    if staff_roles or integrator_id is not None or (provider_id is not None and actor.all_providers):
        actor.require(Permission.STAFF_USERS)
        return
    actor.require(Permission.PROVIDER_USERS)
    if provider_id is None or provider_id != actor.provider_id:
        raise NotFound(code="provider")


def _hold_address(email: str) -> None:
    locks.hold(f"account:{email}")


def _mail(invitation: Invitation, token: str, inviter: str) -> None:
    """The token stands behind a `#`: a browser never sends that part, so no log or referrer can hold it."""
    known = User.objects.filter(email=invitation.email).first()
    link = f"{settings.PORTAL_URL}{reverse('accounts:invitation')}#{token}"
    context = {"invitation": invitation, "link": link, "token": token, "inviter": inviter}
    subject, body = render_mail("invitation", context, language=known.language if known else "")
    outbox.post(cause=f"invitation:{invitation.token_hash}", to=invitation.email, subject=subject, body=body)


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    staff_roles: Collection[str] = (),
    provider_id: int | None = None,
    provider_name: str = "",
    provider_role: str = "",
    integrator_id: int | None = None,
    actor: Actor,
) -> Invitation:
    """Write an invitation and its mail: to the registry, to a provider, or to an integrator (named as the provider is).

    Raises `NotAllowed` or `NotFound` (another's provider), `Invalid` where no or an unknown role is given or the
    same address already has an open invitation to the same place. Holds the address: of two at once, one is refused.
    """
    _require_inviter(actor, staff_roles=staff_roles, provider_id=provider_id, integrator_id=integrator_id)
    if integrator_id is not None:
        provider_role = ProviderRole.INTEGRATOR
    if bool(staff_roles) == bool(provider_role) or set(staff_roles) - set(StaffRole.values):
        raise Invalid(_("Choose a role."), field="role")
    if provider_role and provider_role not in ProviderRole.values:
        raise Invalid(_("Choose a role."), field="role")
    email, now, token = email.strip().lower(), timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
    _hold_address(email)
    open_ones = Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None, expires_at__gt=now)
    if open_ones.filter(provider_id=provider_id, integrator_id=integrator_id).exists():
        raise Invalid(_("This person already has an open invitation; you can send it again."), field="email")
    invitation = Invitation.objects.create(
        email=email,
        full_name=full_name.strip(),
        staff_roles=sorted(staff_roles),
        provider_id=provider_id,
        provider_name=provider_name,
        provider_role=provider_role,
        integrator_id=integrator_id,
        token_hash=_hash(token),
        invited_by_id=actor.id,
        created_at=now,
        expires_at=now + settings.REGISTRY["INVITATION_VALID"],
    )
    _mail(invitation, token, actor.name)
    audit.record("invitation.sent", _target(invitation), actor=actor, new=_what(invitation), provider_id=provider_id)
    return invitation


def _locked_open(public_id: Any, actor: Actor) -> Invitation:
    """The invitation under lock, if the actor may manage it and nobody has taken it up or withdrawn it."""
    found = Invitation.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(code="invitation")
    _require_inviter(
        actor, staff_roles=found.staff_roles, provider_id=found.provider_id, integrator_id=found.integrator_id
    )
    if found.accepted_at or found.revoked_at:
        raise WrongMoment
    return found


@transaction.atomic
def revoke_invitation(*, public_id: Any, actor: Actor) -> Invitation:
    """Withdraw an invitation: its link stops working at once."""
    invitation = _locked_open(public_id, actor)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation.revoked", _target(invitation), actor=actor, provider_id=invitation.provider_id)
    return invitation


@transaction.atomic
def resend_invitation(*, public_id: Any, actor: Actor) -> Invitation:
    """Send a fresh link with a new term; the former link stops working. The sender answers for it from now on."""
    invitation = _locked_open(public_id, actor)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_hash = _hash(token)
    invitation.invited_by_id = actor.id
    invitation.expires_at = timezone.now() + settings.REGISTRY["INVITATION_VALID"]
    invitation.save(update_fields=["token_hash", "invited_by_id", "expires_at"])
    _mail(invitation, token, actor.name)
    audit.record("invitation.resent", _target(invitation), actor=actor, provider_id=invitation.provider_id)
    return invitation


def _inviter_still_may(invitation: Invitation) -> bool:
    inviter = User.objects.filter(pk=invitation.invited_by_id, is_active=True).first()
    if inviter is None:
        return False
    held = permissions_of_staff(inviter.staff_roles)
    if Permission.STAFF_USERS in held:
        return True
    if Permission.APPLICATION_REVIEW in held and invitation.provider_role == ProviderRole.MANAGER:
        return True  # R-P7: an approval opens the manager's account
    return invitation.provider_id is not None and any(
        scope.provider_id == invitation.provider_id and Permission.PROVIDER_USERS in permissions_of_member(scope.role)
        for scope in scopes_of(inviter)
    )


def find_invitation(token: str, *, now: datetime | None = None, lock: bool = False) -> Invitation:
    """The open invitation of a token. Raises `InvitationUnknown` or `InvitationOver` with a sentence for people."""
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    invitation = rows.filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise InvitationUnknown
    if invitation.accepted_at:
        raise InvitationOver(USED, code="used")
    if invitation.revoked_at:
        raise InvitationOver(REVOKED, code="revoked")
    if invitation.expires_at <= (now or timezone.now()):
        raise InvitationOver(EXPIRED, code="expired")
    if not _inviter_still_may(invitation):
        raise InvitationOver(UNBACKED, code="unbacked")
    return invitation


@transaction.atomic
def accept_as_new_person(*, token: str, full_name: str, password: str, request_id: str = "") -> User:
    """Open the account that an invitation promises.

    Raises as `find_invitation`, `WrongMoment` where the address has an account by now, `Invalid` for a weak password.
    Holds the address, because another invitation to it may be taken up at the same moment.
    """
    invitation = find_invitation(token, lock=True)
    _hold_address(invitation.email)
    if User.objects.filter(email=invitation.email).exists():
        raise WrongMoment(_("You already have an account: please sign in to accept."), code="known")
    user = User(email=invitation.email, full_name=full_name.strip())
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error
    user.set_password(password)
    user.save()
    _take_up(invitation, user, request_id)
    return user


@transaction.atomic
def accept_as(*, token: str, user: User, request_id: str = "") -> User:
    """Add an invitation's role to the account of the person who is signed in.

    Raises as `find_invitation`, and `NotAllowed` where the invitation was for another address.
    """
    invitation = find_invitation(token, lock=True)
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.email != invitation.email or not locked.is_active:
        raise NotAllowed(_("This invitation is for another person. Sign out and open the link again."), code="other")
    _take_up(invitation, locked, request_id)
    return locked


def _take_up(invitation: Invitation, user: User, request_id: str) -> None:
    """Give the roles, mark the invitation used, record it as the act of the person who accepted."""
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    if invitation.staff_roles:
        user.staff_roles = sorted({*user.staff_roles, *invitation.staff_roles})
        user.save(update_fields=["staff_roles"])
    actor = Actor(kind=ActorKind.USER, id=user.pk, name=str(user), request_id=request_id)
    if invitation.provider_id is not None:
        memberships().add_member(
            user=user, provider_id=invitation.provider_id, role=invitation.provider_role, actor=actor
        )
        actor = actor_for(user, provider_id=invitation.provider_id, request_id=request_id)
    if invitation.integrator_id is not None:
        memberships().add_to_integrator(user=user, integrator_id=invitation.integrator_id, actor=actor)
    audit.record(
        "invitation.accepted",
        _target(invitation),
        actor=actor,
        new=_what(invitation) | {"user": user.pk, "invited_by": invitation.invited_by_id},
        provider_id=invitation.provider_id,
    )
