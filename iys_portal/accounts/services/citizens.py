"""Citizens' accounts: opened by the first proof of an address or a person, entered by every later one (R-Z1)."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from iys_portal.accounts.hooks import end_at_address
from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import LeftAddress, LostAddress, ProvenAddress, User
from iys_portal.accounts.notices import tell_citizen
from iys_portal.accounts.policies import is_stale
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core import audit, locks
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from iys_portal.core.masking import mask

from .codes import prove_address


def enter_by_code(
    *, address: str, code: str, language: str, request_id: str = "", moment: datetime | None = None
) -> User:
    """The citizen whom the code lets in; the first proof of an address opens the account, in the page's language.

    A phone that nobody proved for long (setting PHONE_STALE) may have been given to somebody else: it opens an account
    of its own, the earlier one loses it, and what was before stays out of sight (R-Z2). Raises as `prove_address`. The
    actor is who proves the address: there is none before. A member with the same e-mail is another account, and stays
    as it is.
    """
    moment = moment or timezone.now()
    prove_address(address=address, code=code, moment=moment)
    return _citizen_of(address, language=language, request_id=request_id, moment=moment)


@transaction.atomic
def _citizen_of(address: str, *, language: str, request_id: str, moment: datetime) -> User:
    """Two sign-ins cannot be here with one address at once: a code works once, and the newest only. A removal can."""
    lock_address(address)
    proven = ProvenAddress.objects.select_for_update(of=("self",)).filter(address=address).first()
    stale = proven is not None and is_stale(proven, now=moment)
    if proven is None or stale:
        user = User.objects.create_citizen(language=language)
        actor = citizen_actor(user.pk, request_id=request_id)
        audit.record("citizen.opened", user, actor=actor)
        if proven is not None:
            lose_address(proven, actor=actor, moment=moment)
        proven = ProvenAddress.objects.create(
            user=user,
            address=address,
            proven_at=moment,
            history_from=moment if stale else history_begins(address, user_id=user.pk),
        )
    else:
        user = User.objects.get(pk=proven.user_id)
        proven.proven_at = moment
        proven.save(update_fields=["proven_at"])
    audit.record("address.proven", proven, actor=citizen_actor(user.pk, request_id=request_id))
    return user


def lose_address(row: ProvenAddress, *, actor: Actor, moment: datetime) -> None:
    """The earlier holder keeps nothing of the address; they are told elsewhere and at their next sign-in.

    The row goes, and the new holder gets one with a number of its own: no page of the earlier holder names it.
    """
    earlier = User.objects.get(pk=row.user_id)
    masked, key = mask(row.address), row.pk
    audit.record("address.lost", row, actor=actor)
    end_at_address(row.address, actor=actor, moment=moment)
    row.delete()
    LostAddress.objects.create(user=earlier, masked=masked, lost_at=moment)
    tell_citizen("address_lost", cause=f"address_lost:{key}", user=earlier, context={"masked": masked, "at": moment})


def leave_address(row: ProvenAddress, *, actor: Actor, moment: datetime) -> None:
    """The holder gives the address up: their wishes end, and what was recorded until now stays theirs alone."""
    end_at_address(row.address, actor=actor, moment=moment)
    kept = {"user_id": row.user_id, "left_at": moment, "history_from": row.history_from}
    LeftAddress.objects.update_or_create(address_hash=citizen_hash("address", row.address), defaults=kept)
    row.delete()


def history_begins(address: str, *, user_id: int) -> datetime | None:
    """From when on the history of an address that nobody holds is this citizen's; None: all of it."""
    left = LeftAddress.objects.filter(address_hash=citizen_hash("address", address)).first()
    if left is None:
        return None
    return left.history_from if left.user_id == user_id else left.left_at


@transaction.atomic
def enter_by_passkey(*, passkey: Authenticator, request_id: str = "") -> User:
    """The citizen whose passkey signed, which the caller has checked. Raises `NotFound` for anybody else's."""
    user = User.objects.get(pk=passkey.user_id)
    if not user.is_citizen or not user.is_active:
        raise NotFound(code="passkey")
    passkey.record_usage()
    audit.record("citizen.signed_in", user, actor=citizen_actor(user.pk, request_id=request_id), new={"by": "passkey"})
    return user


def lock_address(address: str) -> None:
    """Hold what somebody is about to prove, until the transaction's end: also where no row stands yet."""
    locks.hold(citizen_hash("address", address))
