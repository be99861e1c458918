"""Citizens' accounts: opened by the first proof of an address, entered by every later one (R-Z1)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core import audit

from .codes import prove_address


def enter_by_code(
    *, address: str, code: str, language: str, request_id: str = "", moment: datetime | None = None
) -> User:
    """The citizen whom the code lets in; the first proof of an address opens the account, in the page's language.

    Raises as `prove_address`. The actor is who proves the address: there is none before. A member with the same
    e-mail is another account, and stays as it is.
    """
    moment = moment or timezone.now()
    prove_address(address=address, code=code, moment=moment)
    return _citizen_of(address, language=language, request_id=request_id, moment=moment)


@transaction.atomic
def _citizen_of(address: str, *, language: str, request_id: str, moment: datetime) -> User:
    """Nobody else can be here with this address at the same time: a code works once, and the newest only."""
    proven = ProvenAddress.objects.select_for_update(of=("self",)).filter(address=address).first()
    if proven is None:
        user = User.objects.create_citizen(language=language)
        proven = ProvenAddress.objects.create(user=user, address=address, proven_at=moment)
        audit.record("citizen.opened", user, actor=citizen_actor(user.pk, request_id=request_id))
    else:
        user = User.objects.get(pk=proven.user_id)
        proven.proven_at = moment
        proven.save(update_fields=["proven_at"])
    audit.record("address.proven", proven, actor=citizen_actor(user.pk, request_id=request_id))
    return user
