"""Citizens and e-Devlet: it proves a person, never an address (R-Z1, design 8)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import EdevletLink, ProvenAddress, User
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core import audit, locks
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment

from .closing import close

EDEVLET = "edevlet"


@transaction.atomic
def enter_by_edevlet(*, subject: str, language: str, request_id: str = "", moment: datetime | None = None) -> User:
    """The citizen who is e-Devlet's `subject`; the first time an account without addresses is opened.

    e-Devlet proves a person, not an address (design 8). Only a keyed hash of the subject is kept. Locks the subject,
    so that two first sign-ins at once open one account.
    """
    moment = moment or timezone.now()
    hashed = citizen_hash(EDEVLET, subject)
    locks.hold(hashed)
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
    moment = moment or timezone.now()
    hashed = citizen_hash(EDEVLET, subject)
    locks.hold(hashed)
    link = EdevletLink.objects.select_for_update(of=("self",)).filter(subject_hash=hashed).first()
    if link is not None and link.user_id == actor.id:
        return
    if EdevletLink.objects.filter(user_id=actor.id).exists():
        raise WrongMoment(code="edevlet_other")
    if link is not None:
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=link.user_id)
        if ProvenAddress.objects.filter(user_id=link.user_id).exists():
            raise WrongMoment(code="edevlet_taken")
        close(link.user_id, actor=actor, moment=moment)
    EdevletLink.objects.create(user_id=actor.id, subject_hash=hashed, linked_at=moment)
    audit.record("citizen.edevlet_linked", ("accounts.user", str(actor.id)), actor=actor)


@transaction.atomic
def unlink_edevlet(*, actor: Actor) -> None:
    """Untie e-Devlet. Raises `WrongMoment` where it is the only way in."""
    actor.require(Permission.CONSENT_OWN)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.id)
    if not ProvenAddress.objects.filter(user_id=actor.id).exists():
        raise WrongMoment(code="edevlet_last")
    if EdevletLink.objects.filter(user_id=actor.id).delete()[0]:
        audit.record("citizen.edevlet_unlinked", ("accounts.user", str(actor.id)), actor=actor)
