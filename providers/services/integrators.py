"""Integrators and their people, opened and kept by staff (R-P12)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts import services as accounts
from iys_portal.accounts.models import Invitation, User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from providers.enums import IntegratorState
from providers.models import Integrator, IntegratorPerson
from providers.transitions import INTEGRATOR

from .judging import free_text
from .public_numbers import next_number

FIELDS = ("title", "tax_number", "authorisation_number", "authorised_from", "authorised_until", "email")
NOT_RECORDED = frozenset({"tax_number", "email"})  # R-G4: a natural person's tax number is the TCKN
HIDDEN = "…"
REASON_LENGTH = 500


@transaction.atomic
def open_integrator(*, actor: Actor, is_demo: bool = False, **values: Any) -> Integrator:
    """Register an integrator with its authorisation; `values` are `FIELDS`.

    Raises `NotAllowed`, `FieldsInvalid`, `WrongMoment` where somebody took a number in the same moment.
    """
    actor.require(Permission.REFERENCE_CHANGE)
    integrator = Integrator(**values, is_demo=is_demo)
    _check(integrator)
    integrator.iys_code = next_number()
    _save(integrator)
    audit.record("integrator.opened", integrator, actor=actor, new=_told(integrator, FIELDS))
    return integrator


@transaction.atomic
def update_integrator(*, integrator: Integrator, changes: Mapping[str, Any], actor: Actor) -> Integrator:
    """Correct data, or enter a renewed authorisation; dates count at once. Raises as `open_integrator`."""
    locked = _locked(integrator)
    actor.require(Permission.REFERENCE_CHANGE)
    changed = [name for name in FIELDS if name in changes and changes[name] != getattr(locked, name)]
    if not changed:
        return locked
    old = _told(locked, changed)
    for name in changed:
        setattr(locked, name, changes[name])
    _check(locked)
    _save(locked, changed)
    audit.record("integrator.changed", locked, actor=actor, old=old, new=_told(locked, changed))
    return locked


@transaction.atomic
def move_integrator(*, integrator: Integrator, move: str, reason: str, actor: Actor) -> Integrator:
    """Suspend, reopen or close with a reason: without "active" every grant stops giving access at once.

    Raises `NotAllowed`, `NotFound` for an unknown move, `WrongMoment`, `Invalid` without a reason.
    """
    if move not in INTEGRATOR.transitions:
        raise NotFound(code="move")
    locked = _locked(integrator)
    old = locked.state
    transition = INTEGRATOR.move(locked, move, actor)
    reason = free_text(reason, REASON_LENGTH)
    if not reason:
        raise Invalid(_("Give a reason."), field="reason")
    locked.save(update_fields=["state"])
    new = {"state": locked.state, "reason": reason}
    audit.record(transition.verb, locked, actor=actor, old={"state": old}, new=new)
    return locked


@transaction.atomic
def invite_person(*, integrator: Integrator, email: str, full_name: str, actor: Actor) -> Invitation:
    """Invite somebody to an integrator, by mail. Raises `NotAllowed`, `WrongMoment` for a closed one, `Invalid`."""
    actor.require(Permission.STAFF_USERS)
    if integrator.state == IntegratorState.CLOSED:
        raise WrongMoment(_("The integrator is closed."), code="closed")
    if IntegratorPerson.objects.filter(user__email=email.strip().lower(), ended_at=None).exists():
        raise Invalid(_("This person already works for an integrator."), field="email")
    return accounts.invite(
        email=email,
        full_name=full_name,
        integrator_id=integrator.pk,
        provider_name=integrator.title,
        actor=actor,
    )


@transaction.atomic
def add_person(*, integrator_id: int, user: User, actor: Actor) -> IntegratorPerson:
    """Called when an invitation was taken up; who works for this integrator already stays as they are.

    Raises `NotAllowed` for a citizen, `WrongMoment` for somebody of another integrator: what was written must tell
    for whom.
    """
    if user.is_citizen:
        raise NotAllowed(code="citizen")
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    found = IntegratorPerson.objects.filter(user=user, ended_at=None).first()
    if found is not None and found.integrator_id != integrator_id:
        raise WrongMoment(_("You already work for another integrator."), code="integrator")
    if found is not None:
        return found
    person = IntegratorPerson.objects.create(integrator_id=integrator_id, user=user, added_at=timezone.now())
    audit.record("integrator.person_added", person, actor=actor, new={"user": user.pk})
    return person


@transaction.atomic
def end_person(*, person_id: int, integrator: Integrator, actor: Actor) -> IntegratorPerson:
    """Take somebody out of an integrator: the access ends at once, what they did stays. Raises `NotFound`."""
    found = IntegratorPerson.objects.select_for_update(of=("self",)).filter(pk=person_id, integrator=integrator).first()
    if found is None:
        raise NotFound(code="person")
    actor.require(Permission.STAFF_USERS)
    if found.ended_at is not None:
        raise WrongMoment
    found.ended_at, found.ended_by, found.ended_by_name = timezone.now(), actor.id, actor.name[:200]
    found.save(update_fields=["ended_at", "ended_by", "ended_by_name"])
    audit.record("integrator.person_ended", found, actor=actor, old={"user": found.user_id})
    return found


def _locked(integrator: Integrator) -> Integrator:
    found = Integrator.objects.select_for_update(of=("self",)).filter(pk=integrator.pk).first()
    if found is None:
        raise NotFound(code="integrator")
    return found


def _check(integrator: Integrator) -> None:
    try:
        integrator.full_clean()
    except ValidationError as error:
        raise FieldsInvalid(error) from error


def _save(integrator: Integrator, fields: list[str] | None = None) -> None:
    try:
        integrator.save(update_fields=fields)
    except IntegrityError as error:
        raise WrongMoment from error


def _told(integrator: Integrator, names: tuple[str, ...] | list[str]) -> dict[str, str]:
    return {name: HIDDEN if name in NOT_RECORDED else str(getattr(integrator, name)) for name in names}
