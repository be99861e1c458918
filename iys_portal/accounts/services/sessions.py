"""Ending signed-in browsers."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from iys_portal.accounts.models import User
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound


@transaction.atomic
def end_sessions(user: User, *, keep: str = "") -> int:
    """Sign the user out everywhere but in the session `keep`; returns how many ended."""
    sessions = list(UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def end_own_session(*, session_id: int, user: User, actor: Actor) -> None:
    """End one of the user's own sessions. Raises `NotFound` for anybody else's."""
    session = UserSession.objects.select_for_update(of=("self",)).filter(pk=session_id, user_id=user.pk).first()
    if session is None:
        raise NotFound(code="session")
    session.end()
    audit.record("session.ended", user, actor=actor)
