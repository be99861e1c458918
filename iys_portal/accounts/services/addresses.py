"""A citizen's own addresses (R-Z2): add by a code, remove, take over, begin a history of one's own."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import EdevletLink, LostAddress, ProvenAddress, User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound, WrongMoment

from .citizens import history_begins, leave_address, lock_address, lose_address
from .codes import prove_address, to_add_address

LAST_WAY_IN = _(
    "This is your only way to sign in. Add another address first, or delete your account if you no longer want it."
)


def add_address(*, address: str, code: str, actor: Actor, moment: datetime | None = None) -> ProvenAddress:
    """Add an address that the code proves to the citizen's account (R-Z2).

    One that another citizen holds changes hands: the earlier holder loses it and is told, and what happened at it
    until now stays out of the new holder's sight (`history_from`). One's own is proven anew. Raises as
    `prove_address`: the code is for this account and this purpose only.
    """
    actor.require(Permission.CONSENT_OWN)
    moment = moment or timezone.now()
    prove_address(address=address, code=code, purpose=to_add_address(actor.id), moment=moment)
    return _take(address, actor=actor, moment=moment)


@transaction.atomic
def _take(address: str, *, actor: Actor, moment: datetime) -> ProvenAddress:
    """Locks the account, the address, then its row: of two who prove it at once, the second takes it over.

    Raises `NotFound` where the account was closed meanwhile: an address in it would open nothing any more.
    """
    if not User.objects.select_for_update(of=("self",), no_key=True).filter(pk=actor.id, is_active=True).exists():
        raise NotFound(code="account")
    lock_address(address)
    row = ProvenAddress.objects.select_for_update(of=("self",)).filter(address=address).first()
    if row is not None and row.user_id == actor.id:
        row.proven_at = moment
        row.save(update_fields=["proven_at"])
        audit.record("address.proven", row, actor=actor)
        return row
    taken = row is not None
    if row is not None:
        lose_address(row, actor=actor, moment=moment)
    since = moment if taken else history_begins(address, user_id=actor.id)
    new = ProvenAddress.objects.create(user_id=actor.id, address=address, proven_at=moment, history_from=since)
    audit.record("address.taken_over" if taken else "address.added", new, actor=actor)
    return new


@transaction.atomic
def remove_address(*, address_id: int, actor: Actor) -> None:
    """Take an own address out of the account; consents and refusals at it stay, standing wishes end (R-Z2).

    Raises `NotFound` for anybody else's, `WrongMoment` for the last way to sign in: such an account is closed, not
    emptied. Locks the account, so that two removals at once leave one.
    """
    actor.require(Permission.CONSENT_OWN)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.id)
    own = ProvenAddress.objects.select_for_update(of=("self",)).filter(user_id=actor.id)
    row = own.filter(pk=address_id).first()
    if row is None:
        raise NotFound(code="address")
    if own.count() == 1 and not EdevletLink.objects.filter(user_id=actor.id).exists():
        raise WrongMoment(LAST_WAY_IN, code="last_way_in")
    audit.record("address.removed", row, actor=actor)
    leave_address(row, actor=actor, moment=timezone.now())


@transaction.atomic
def set_history_from(*, address_id: int, history_from: datetime | None, actor: Actor) -> datetime | None:
    """Say from when on an own address's history is the citizen's; returns what stood before, to be put back.

    Raises `NotFound` for anybody else's address. The audit log keeps both moments.
    """
    actor.require(Permission.CONSENT_OWN)
    own = ProvenAddress.objects.select_for_update(of=("self",)).filter(user_id=actor.id)
    row = own.filter(pk=address_id).first()
    if row is None:
        raise NotFound(code="address")
    former, row.history_from = row.history_from, history_from
    row.save(update_fields=["history_from"])
    audit.record(
        "address.history_begins",
        row,
        actor=actor,
        old={"from": former.isoformat() if former else None},
        new={"from": history_from.isoformat() if history_from else None},
    )
    return former


def read_lost_addresses(*, actor: Actor) -> list[str]:
    """The masked addresses that the citizen lost and has not read of yet; they are told once."""
    actor.require(Permission.CONSENT_OWN)
    with transaction.atomic():
        rows = list(LostAddress.objects.select_for_update(of=("self",)).filter(user_id=actor.id))
        LostAddress.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [row.masked for row in rows]
