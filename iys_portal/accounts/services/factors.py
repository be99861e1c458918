"""Second factors (R-A2)."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import User
from iys_portal.accounts.notices import post_notice
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment

from .sessions import end_sessions


@transaction.atomic
def enrol_totp(user: User, secret: str | None = None) -> str:
    """Give the user an authenticator (base32 `secret`, random by default) and recovery codes; returns the secret.

    An authenticator that stood before is replaced. For demonstration data and tests: people enrol themselves.
    """
    secret = secret or generate_totp_secret()
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


@transaction.atomic
def reset_second_factor(*, user: User, reason: str, actor: Actor) -> None:
    """Remove a lost second factor after a check, end all sessions, tell the person (R-A2).

    Raises `NotAllowed` without STAFF_USERS, `Invalid` without a reason, `WrongMoment` where there is no factor
    or the actor means themselves (somebody else has to check), `NotFound` for a citizen.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.is_citizen:
        raise NotFound(code="citizen")
    actor.require(Permission.STAFF_USERS)
    if not reason.strip():
        raise Invalid(_("Give the reason: how you checked that this is the person."), field="reason")
    if actor.id == locked.pk:
        raise WrongMoment(_("Your own second factor has to be reset by somebody else."), code="own_factor")
    kinds = sorted(Authenticator.objects.filter(user=locked).values_list("type", flat=True))
    if not kinds:
        raise WrongMoment(_("This person has no second factor."), code="no_factor")
    Authenticator.objects.filter(user=locked).delete()
    end_sessions(locked)
    entry = audit.record(
        "user.second_factor_reset",
        locked,
        actor=actor,
        old={"factors": kinds},
        new={"reason": reason.strip()[:500]},
    )
    post_notice("second_factor_reset", cause=f"second_factor_reset:{entry.pk}", user=locked)
