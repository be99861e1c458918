"""Announced deadlines of initial loads (R-D2): a new one replaces earlier ones, the history stays."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from consents.models import DeadlineExtension
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import FieldsInvalid, NotFound, WrongMoment, checked
from providers.models import Application, Provider

# What the announcement says; its day, reference and words may have been noted wrongly, the rest is replaced
# by another announcement.
CORRECTABLE = ("announced_on", "check_until", "reference", "reason")
FIELDS = ("announced_on", "until", "check_until", "reference", "size_class", "provider_id", "reason")


ANNOUNCING = 0x52_44_32  # key of the advisory lock: "RD2"


class AnnouncedAlready(WrongMoment):
    """The same deadline was announced for the same people on the same day."""

    default = _("This was announced already; nothing was added.")


@transaction.atomic
def announce_deadline(
    *,
    actor: Actor,
    announced_on: date,
    until: date,
    reference: str,
    check_until: date | None = None,
    size_class: str = "",
    provider: Provider | None = None,
    reason: str = "",
) -> DeadlineExtension:
    """Announce a deadline for everybody, one size class, or one provider (then with a reason).

    Raises `NotAllowed`, `FieldsInvalid`, `AnnouncedAlready` where the same was announced on that day: a second click.
    """
    actor.require(Permission.REFERENCE_CHANGE)
    deadline = DeadlineExtension(
        announced_on=announced_on,
        until=until,
        check_until=check_until,
        reference=reference,
        size_class=size_class,
        provider=provider,
        reason=reason,
    )
    _check(deadline)
    _refuse_repeat(deadline)
    deadline.save(force_insert=True)
    record("deadline.announced", deadline, actor=actor, new=_values(deadline, FIELDS))
    return deadline


@transaction.atomic
def open_initial_window(
    *, actor: Actor, application: Application, until: date, check_until: date | None, reason: str, now: datetime
) -> DeadlineExtension:
    """A reviewer opens the initial-load window of one provider that was approved (R-D2); none is open by default.

    Raises `NotAllowed` without APPLICATION_REVIEW, `WrongMoment` before approval, `FieldsInvalid` without a reason or
    for longer than `INITIAL_WINDOW`, `AnnouncedAlready` for a second click.
    """
    actor.require(Permission.APPLICATION_REVIEW)
    if application.provider is None:
        raise WrongMoment
    today = now.astimezone(ISTANBUL).date()
    last = today + settings.REGISTRY["INITIAL_WINDOW"]
    if not today <= until <= last:
        text = _("Choose a day from today to %(last)s.") % {"last": last.strftime("%d.%m.%Y")}
        raise FieldsInvalid(ValidationError({"until": text}))
    return announce_deadline(
        actor=actor.with_permission(Permission.REFERENCE_CHANGE),
        announced_on=today,
        until=until,
        check_until=check_until,
        reference=application.number,
        provider=application.provider,
        reason=reason,
    )


@transaction.atomic
def correct_deadline(*, actor: Actor, deadline: DeadlineExtension, changes: Mapping[str, Any]) -> DeadlineExtension:
    """Mend what was noted about an announcement; its end and whom it concerns stand.

    Raises `NotAllowed`, `NotFound`, `FieldsInvalid`. Locks the row.
    """
    locked = DeadlineExtension.objects.select_for_update(of=("self",)).filter(pk=deadline.pk).first()
    if locked is None:
        raise NotFound
    actor.require(Permission.REFERENCE_CHANGE)
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    if fixed := [name for name in changed if name not in CORRECTABLE]:
        message = _("An announced deadline is replaced by another announcement, not changed.")
        raise FieldsInvalid(ValidationError(dict.fromkeys(fixed, message)))
    if not changed:
        return locked
    old = _values(locked, changed)
    for name in changed:
        setattr(locked, name, changes[name])
    _check(locked)
    locked.save(update_fields=changed)
    record("deadline.corrected", locked, actor=actor, old=old, new=_values(locked, changed))
    return locked


def check_announcement(*, actor: Actor, values: Mapping[str, Any]) -> None:
    """Whether an announcement would hold, before anything is written. Raises `NotAllowed`, `FieldsInvalid`."""
    actor.require(Permission.REFERENCE_CHANGE)
    _check(DeadlineExtension(**values))


def _refuse_repeat(deadline: DeadlineExtension) -> None:
    """One at a time, so that two clicks announce once: the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ANNOUNCING])
    same = DeadlineExtension.objects.filter(
        announced_on=deadline.announced_on,
        until=deadline.until,
        size_class=deadline.size_class,
        provider=deadline.provider,
    )
    if same.exists():
        raise AnnouncedAlready


def _check(deadline: DeadlineExtension) -> None:
    checked(deadline)
    if deadline.provider_id and not deadline.reason.strip():
        raise FieldsInvalid(ValidationError({"reason": _("A window for one provider needs a reason.")}))
    if deadline.check_until and deadline.check_until < deadline.until:
        raise FieldsInvalid(ValidationError({"check_until": _("People check after the load has ended.")}))


def _values(deadline: DeadlineExtension, names: tuple[str, ...] | list[str]) -> dict[str, Any]:
    values = {name: getattr(deadline, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
