"""What allauth's signals mean here: which session gave a second factor, and that the act is in the audit log."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from iys_portal.core import audit
from iys_portal.core.middleware import current_request_id

from .middleware import FACTOR_GIVEN
from .scopes import actor_for
from .selectors import has_second_factor
from .services import begin_grace, end_grace, end_sessions


def _record(verb: str, user: Any, **values: Any) -> None:
    audit.record(verb, user, actor=actor_for(user, request_id=current_request_id()), new=values or None)


@receiver(user_logged_in)
def signed_in(user: Any, **kwargs: Any) -> None:
    begin_grace(user=user, now=timezone.now(), actor=actor_for(user, request_id=current_request_id()))


@receiver(authenticator_used)
def factor_used(request: Any, authenticator: Any, **kwargs: Any) -> None:
    request.session[FACTOR_GIVEN] = True
    if authenticator.type == authenticator.Type.RECOVERY_CODES:
        _record("user.recovery_code_used", authenticator.user)


@receiver(authenticator_added)
def factor_added(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        request.session[FACTOR_GIVEN] = True
        end_grace(user)
        _record("user.second_factor_added", user, factor=str(authenticator.type))


@receiver(authenticator_removed)
def factor_removed(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Other sessions may have given the factor that is gone: they end. This one goes on while another is left."""
    if not has_second_factor(user):
        request.session.pop(FACTOR_GIVEN, None)
    end_sessions(user, keep=request.session.session_key or "")
    _record("user.second_factor_removed", user, factor=str(authenticator.type))


@receiver(authenticator_reset)
def codes_made(user: Any, **kwargs: Any) -> None:
    _record("user.recovery_codes_made", user)


@receiver([password_changed, password_reset])
def password_set(user: Any, **kwargs: Any) -> None:
    _record("user.password_set", user)
