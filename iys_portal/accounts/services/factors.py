"""Second factors (R-A2)."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import User
from iys_portal.accounts.notices import post_notice
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import has_second_factor, needs_second_factor
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
def take_app_away(user: User) -> Authenticator:
    """Remove the authenticator app in the transaction that sets up its successor; returns what was removed."""
    app = Authenticator.objects.select_for_update().get(user=user, type=Authenticator.Type.TOTP)
    app.delete()
    return app


@transaction.atomic
def begin_grace(*, user: User, now: datetime, actor: Actor) -> None:
    """Start the time in which the second factor may be put off, at the first sign-in that needs one (R-A2).

    Once in an account's life, and nothing where none is given, none is needed, or there is a factor.
    """
    grace = settings.REGISTRY["SECOND_FACTOR_GRACE"]
    if not grace or user.is_citizen:
        return
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.factor_due_at or has_second_factor(locked) or not needs_second_factor(locked):
        return
    locked.factor_due_at = now + grace
    locked.save(update_fields=["factor_due_at"])
    audit.record("user.second_factor_put_off", locked, actor=actor, new={"until": locked.factor_due_at.isoformat()})


def end_grace(user: User) -> None:
    """Whoever has or had a second factor never gets time to be without one (R-A2)."""
    now = timezone.now()
    running = Q(factor_due_at=None) | Q(factor_due_at__gt=now)
    User.objects.filter(running, pk=user.pk).update(factor_due_at=now)


@transaction.atomic
def reset_second_factor(*, user: User, reason: str, actor: Actor) -> None:
    """Remove a lost second factor after a check, end all sessions, tell the person; the next sign-in sets up (R-A2).

    `reason` says what was checked. Raises `NotAllowed` without STAFF_USERS, `Invalid` where it says nothing,
    `WrongMoment` where there is no factor or the actor means themselves (somebody else has to check), `NotFound`
    for a citizen.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.is_citizen:
        raise NotFound(code="citizen")
    actor.require(Permission.STAFF_USERS)
    if len(reason.strip()) < settings.REGISTRY["FACTOR_CHECK_LETTERS"]:
        raise Invalid(_("Write what you checked, and how, to know that this is the person."), field="reason")
    if actor.id == locked.pk:
        raise WrongMoment(_("Your own second factor has to be reset by somebody else."), code="own_factor")
    kinds = sorted(Authenticator.objects.filter(user=locked).values_list("type", flat=True))
    if not kinds:
        raise WrongMoment(_("This person has no second factor."), code="no_factor")
    Authenticator.objects.filter(user=locked).delete()
    end_grace(locked)
    end_sessions(locked)
    entry = audit.record(
        "user.second_factor_reset",
        locked,
        actor=actor,
        old={"factors": kinds},
        new={"reason": reason.strip()[:500]},
    )
    post_notice("second_factor_reset", cause=f"second_factor_reset:{entry.pk}", user=locked)
