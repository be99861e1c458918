"""Each move of an application in one place: checked against the table, kept with who, when and why, audited (R-P6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound, WrongMoment
from providers.missing import SIGNED_PAPERS
from providers.models import Application, ApplicationMove
from providers.transitions import APPLICATION


def locked(application: Application, *, actor: Actor) -> Application:
    """The application as it stands now, under lock. Raises `NotFound` for who may not see it (R-A1)."""
    rows = Application.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.filter(pk=application.pk).first()
    if found is None:
        raise NotFound(code="application")
    return found


def require_changeable(application: Application) -> None:
    """Raise `WrongMoment` where the applicant may not change what the application says."""
    if not application.changeable:
        raise WrongMoment(code=f"application:{application.state}")


def require_open_for_papers(application: Application, kind: str) -> None:
    """Raise `WrongMoment` where this document may not be uploaded; what is signed may also while it is awaited."""
    if not (application.awaits_signature and kind in SIGNED_PAPERS):
        require_changeable(application)


def make_move(
    application: Application,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    asked: Sequence[str] = (),
    columns: Mapping[str, Any] | None = None,
) -> ApplicationMove:
    """Move a locked application, keep the move and audit it. `columns` are saved in the same statement.

    `asked` names what is to be corrected, by the fields of `missing`. Raises `NotAllowed`, `WrongMoment`.
    """
    before, reviewer = application.state, application.reviewer_id
    move = APPLICATION.move(application, name, actor)
    for column, value in (columns or {}).items():
        setattr(application, column, value)
    application.save(update_fields=["state", *(columns or {})])
    old, new = _changed(application, state=before, reviewer=reviewer)
    kept = note_move(application, name, before=before, actor=actor, now=now, reason=reason, asked=asked)
    audit.record(
        move.verb,
        application,
        actor=actor,
        old=old,
        new=new | ({"asked": list(asked)} if asked else {}),
    )
    return kept


def _changed(application: Application, *, state: str, reviewer: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the audit log keeps of a move: the state, and the reviewer where it passes to a colleague."""
    if reviewer in (None, application.reviewer_id):
        return {"state": state}, {"state": application.state}
    return {"reviewer": reviewer}, {"reviewer": application.reviewer_id}


def note_move(
    application: Application,
    name: str,
    *,
    before: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    asked: Sequence[str] = (),
) -> ApplicationMove:
    return ApplicationMove.objects.create(
        application=application,
        name=name,
        from_state=before,
        to_state=application.state,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        reason=reason,
        asked=list(asked),
    )
