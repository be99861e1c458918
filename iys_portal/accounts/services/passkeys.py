"""Citizens' passkeys: kept in the device, they open the account without a code (R-Z1). Members': `views_factors`."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import User
from iys_portal.accounts.notices import tell_citizen
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound, WrongMoment


@transaction.atomic
def add_passkey(*, name: str, credential: dict[str, Any], actor: Actor) -> Authenticator:
    """Keep a passkey whose making the caller has checked, and tell the citizen of it.

    The name is the citizen's own words: the audit log does not keep it (R-G4). Raises `WrongMoment` beyond
    `CITIZEN_PASSKEYS`.
    """
    user = _owner(actor)
    if Authenticator.objects.filter(user=user).count() >= settings.REGISTRY["CITIZEN_PASSKEYS"]:
        raise WrongMoment(_("You have as many passkeys as an account can have. Remove one first."), code="passkeys")
    row = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name[:60], "credential": credential}
    )
    audit.record("citizen.passkey_added", user, actor=actor)
    tell_citizen("passkey_added", cause=f"passkey_added:{row.pk}", user=user, context={"at": timezone.now()})
    return row


@transaction.atomic
def rename_passkey(*, passkey_id: int, name: str, actor: Actor) -> None:
    row = _own(passkey_id, _owner(actor))
    row.data["name"] = name[:60]
    row.save(update_fields=["data"])
    audit.record("citizen.passkey_renamed", ("accounts.user", str(actor.id)), actor=actor)


@transaction.atomic
def remove_passkey(*, passkey_id: int, actor: Actor) -> None:
    """Addresses (or e-Devlet) stay as the way in, so the last one may go."""
    _own(passkey_id, _owner(actor)).delete()
    audit.record("citizen.passkey_removed", ("accounts.user", str(actor.id)), actor=actor)


def _owner(actor: Actor) -> User:
    """The citizen, locked: passkeys of an account change one after the other."""
    actor.require(Permission.CONSENT_OWN)
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.id)


def _own(passkey_id: int, user: User) -> Authenticator:
    row = Authenticator.objects.filter(pk=passkey_id, user=user, type=Authenticator.Type.WEBAUTHN).first()
    if row is None:
        raise NotFound(code="passkey")
    return row
