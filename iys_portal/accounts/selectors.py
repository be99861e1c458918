"""Reads of accounts: second factors, demonstration codes, open invitations, citizens' addresses."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db.models import QuerySet
from django.utils import timezone

from iys_portal.core.actors import Actor
from iys_portal.core.turkish import sort_key

from .demo import ACCOUNTS
from .enums import NoticeAudience
from .models import CitizenMails, EdevletLink, Invitation, KnownDevice, PrivacyNotice, ProvenAddress, User
from .permissions import Permission
from .policies import asks_for_factor
from .scopes import scopes_of

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Recovery codes alone do not count: they stand in for a device."""
    return factors_of(user).exists()


def factors_of(user: User) -> QuerySet[Authenticator]:
    """The user's authenticator app and passkeys."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)


def has_app(user: User) -> bool:
    """Whether the user has an authenticator app, whose codes a page may ask for."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def needs_second_factor(user: User) -> bool:
    """R-A2, over all of the user's scopes."""
    return asks_for_factor(user.staff_roles, [scope.role for scope in scopes_of(user)])


def may_remove_factor(user: User, *, factor_id: int) -> bool:
    """R-A2: not the last factor of a person who needs one; recovery codes are none."""
    return not needs_second_factor(user) or factors_of(user).exclude(pk=factor_id).exists()


@dataclass(frozen=True)
class DemoCode:
    """The present code of a demonstration account."""

    email: str
    full_name: str
    code: str
    seconds_left: int


def totp_code(secret: str, moment: float) -> str:
    """The six digits that an authenticator app shows at `moment` (seconds since 1970)."""
    return format_hotp_value(hotp_value(secret, int(moment) // mfa_settings.TOTP_PERIOD))


def demo_codes() -> list[DemoCode]:
    """Codes of the demonstration accounts that have an authenticator; nobody else's are ever computed here."""
    now = time.time()
    devices = Authenticator.objects.filter(
        type=Authenticator.Type.TOTP, user__email__in=[account.email for account in ACCOUNTS]
    ).select_related("user")
    codes = [
        DemoCode(
            email=device.user.email,
            full_name=device.user.full_name,
            code=totp_code(decrypt(device.data["secret"]), now),
            seconds_left=mfa_settings.TOTP_PERIOD - int(now) % mfa_settings.TOTP_PERIOD,
        )
        for device in devices
    ]
    return sorted(codes, key=lambda code: sort_key(code.full_name))


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations that can still be taken up, of the actor's provider or, for user admins, all."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None).order_by("-created_at")
    if actor.all_providers and actor.may(Permission.STAFF_USERS):
        return waiting
    if actor.provider_id is not None and actor.may(Permission.PROVIDER_USERS):
        return waiting.filter(provider_id=actor.provider_id)
    return waiting.none()


def is_expired(invitation: Invitation) -> bool:
    return invitation.expires_at <= timezone.now()


def addresses_of(user_id: int) -> list[ProvenAddress]:
    """The addresses that a citizen has proven, in the order of their first proof."""
    return list(ProvenAddress.objects.filter(user_id=user_id).order_by("pk"))


def languages_of(addresses: Iterable[str]) -> dict[str, str]:
    """The language of the citizen who proved each address; addresses that nobody proved are left out."""
    rows = ProvenAddress.objects.filter(address__in=set(addresses)).order_by()
    return dict(rows.values_list("address", "user__language"))


def privacy_notice(audience: NoticeAudience, language: str) -> PrivacyNotice:
    """The newest version for these readers, in their language or else in Turkish (R-G6).

    Raises `PrivacyNotice.DoesNotExist` where none was ever published: then no data may be taken.
    """
    published = PrivacyNotice.objects.filter(audience=audience).order_by("-version")
    return published.filter(language=language).first() or published.filter(language="tr")[:1].get()


def published_notices() -> list[NoticeAudience]:
    """For whom there is a privacy notice."""
    found = set(PrivacyNotice.objects.order_by().values_list("audience", flat=True).distinct())
    return [audience for audience in NoticeAudience if audience in found]


def mails_of(user_id: int) -> dict[str, Any]:
    """What a citizen wants to be mailed; the defaults where nothing was ever chosen."""
    row = CitizenMails.objects.filter(user_id=user_id).first() or CitizenMails(user_id=user_id)
    return {"consents": row.consents, "refusals": row.refusals, "devices": row.devices}


def passkeys_of(user_id: int) -> list[Authenticator]:
    """A citizen's passkeys, in the order in which they were added."""
    return list(Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def devices_of(user_id: int) -> list[KnownDevice]:
    """Browsers in which a citizen signed in, the last one first."""
    return list(KnownDevice.objects.filter(user_id=user_id).order_by("-last_seen_at"))


def edevlet_link_of(user_id: int) -> EdevletLink | None:
    return EdevletLink.objects.filter(user_id=user_id).first()
