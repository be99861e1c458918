"""Citizens' accounts: opened by the first proof of an address or a person, entered by every later one (R-Z1)."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from iys_portal.accounts.hooks import end_at_address
from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import EdevletLink, LostAddress, ProvenAddress, User
from iys_portal.accounts.notices import tell_citizen
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.policies import is_stale
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.masking import mask

from .codes import prove_address

EDEVLET = "edevlet"


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
            user=user, address=address, proven_at=moment, history_from=moment if stale else None
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


@transaction.atomic
def enter_by_passkey(*, user: User, request_id: str = "") -> User:
    """Note that a citizen came in by a passkey, which the caller has checked. Raises `NotFound` for anybody else."""
    if not user.is_citizen or not user.is_active:
        raise NotFound(code="passkey")
    audit.record("citizen.signed_in", user, actor=citizen_actor(user.pk, request_id=request_id), new={"by": "passkey"})
    return user


@transaction.atomic
def enter_by_edevlet(*, subject: str, language: str, request_id: str = "", moment: datetime | None = None) -> User:
    """The citizen who is e-Devlet's `subject`; the first time an account without addresses is opened.

    e-Devlet proves a person, not an address (design 8). Only a keyed hash of the subject is kept. Locks the subject,
    so that two first sign-ins at once open one account.
    """
    moment = moment or timezone.now()
    hashed = citizen_hash(EDEVLET, subject)
    _advisory_lock(hashed)
    link = EdevletLink.objects.select_related("user").filter(subject_hash=hashed).first()
    if link is None:
        user = User.objects.create_citizen(language=language)
        EdevletLink.objects.create(user=user, subject_hash=hashed, linked_at=moment)
        audit.record("citizen.opened", user, actor=citizen_actor(user.pk, request_id=request_id))
    else:
        user = link.user
    audit.record("citizen.signed_in", user, actor=citizen_actor(user.pk, request_id=request_id), new={"by": EDEVLET})
    return user


@transaction.atomic
def link_edevlet(*, subject: str, actor: Actor, moment: datetime | None = None) -> None:
    """Tie e-Devlet to the account that one is signed in to; a second time nothing changes.

    Raises `WrongMoment` where the person has another account by e-Devlet with addresses in it, or this account is tied
    to somebody else. An account that e-Devlet opened and that is still empty gives way.
    """
    actor.require(Permission.CONSENT_OWN)
    hashed = citizen_hash(EDEVLET, subject)
    _advisory_lock(hashed)
    link = EdevletLink.objects.select_for_update(of=("self",)).filter(subject_hash=hashed).first()
    if link is not None and link.user_id == actor.id:
        return
    if EdevletLink.objects.filter(user_id=actor.id).exists():
        raise WrongMoment(code="edevlet_other")
    if link is not None:
        if ProvenAddress.objects.filter(user_id=link.user_id).exists():
            raise WrongMoment(code="edevlet_taken")
        User.objects.filter(pk=link.user_id).update(is_active=False)
        link.delete()
    EdevletLink.objects.create(user_id=actor.id, subject_hash=hashed, linked_at=moment or timezone.now())
    audit.record("citizen.edevlet_linked", ("accounts.user", str(actor.id)), actor=actor)


@transaction.atomic
def unlink_edevlet(*, actor: Actor) -> None:
    """Untie e-Devlet. Raises `WrongMoment` where it is the only way in."""
    actor.require(Permission.CONSENT_OWN)
    User.objects.select_for_update(of=("self",)).get(pk=actor.id)
    if not ProvenAddress.objects.filter(user_id=actor.id).exists():
        raise WrongMoment(code="edevlet_last")
    if EdevletLink.objects.filter(user_id=actor.id).delete()[0]:
        audit.record("citizen.edevlet_unlinked", ("accounts.user", str(actor.id)), actor=actor)


def lock_address(address: str) -> None:
    """Hold what somebody is about to prove, until the transaction's end: also where no row stands yet."""
    _advisory_lock(citizen_hash("address", address))


def _advisory_lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [name])
