"""The end of a citizen's account: sign-in data goes, legal records stay (R-L1, R-L5)."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from iys_portal.accounts.models import CitizenMails, EdevletLink, KnownDevice, LostAddress, ProvenAddress, User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound

from .citizens import leave_address
from .codes import prove_address, to_close_account
from .sessions import end_sessions


def close_account(*, address: str, code: str, actor: Actor, moment: datetime | None = None) -> None:
    """Close the citizen's own account for good, after a fresh code to one of its addresses.

    Addresses, passkeys, e-Devlet's link, known browsers and wishes for mails are deleted; standing wishes (R-Z8) and
    all sessions end. The ledger, the state of consents and the audit log stay as the law asks. Whoever proves one of
    the addresses later opens a new account. Raises as `prove_address`, and `NotFound` for an address that is not the
    citizen's.
    """
    actor.require(Permission.CONSENT_OWN)
    if not ProvenAddress.objects.filter(user_id=actor.id, address=address).exists():
        raise NotFound(code="address")
    moment = moment or timezone.now()
    prove_address(address=address, code=code, purpose=to_close_account(actor.id), moment=moment)
    close(actor.id, actor=actor, moment=moment)


def close_account_without_addresses(*, actor: Actor) -> None:
    """The same for an account that e-Devlet opened and that never got an address: there is nowhere to send a code."""
    actor.require(Permission.CONSENT_OWN)
    if ProvenAddress.objects.filter(user_id=actor.id).exists():
        raise NotFound(code="address")
    close(actor.id, actor=actor, moment=timezone.now())


@transaction.atomic
def close(user_id: int, *, actor: Actor, moment: datetime) -> None:
    """End an account; the caller has made sure that `actor` may. Locks it, then its addresses."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    addresses = list(ProvenAddress.objects.select_for_update(of=("self",)).filter(user=user).order_by("address"))
    for row in addresses:
        leave_address(row, actor=actor, moment=moment)
    user.is_active = False
    user.save(update_fields=["is_active"])
    for model in (EdevletLink, KnownDevice, LostAddress, CitizenMails, Authenticator):
        model._default_manager.filter(user=user).delete()
    end_sessions(user)
    audit.record("citizen.closed", user, actor=actor, old={"addresses": len(addresses)})
