"""Access and refresh tokens of API keys: random, kept as keyed hashes in PostgreSQL, so that no restart ends them."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import NotAllowed, NotFound
from providers.models import ApiKey, ApiToken
from providers.models.keys import TOKEN_PURPOSE
from providers.policies import network_allows

from .keys import SECRET

REFRESH = "api-refresh"
TOKEN_BYTES = 32
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """What a program gets: both tokens, and for how many seconds they hold; of which key, by its public number."""

    access: str
    refresh: str
    seconds: int
    refresh_seconds: int
    key: uuid.UUID


def token_hash(token: str) -> str:
    return keyed_hash(token, purpose=TOKEN_PURPOSE)


@transaction.atomic
def sign_in(*, username: str, password: str, address: str, now: datetime) -> Issued:
    """Tokens for a key's user name and secret, a new family.

    Raises `NotFound` for what is no key in use (which part was wrong is not told), `NotAllowed` (code `network`) from
    an address outside the key's networks.
    """
    key = ApiKey.objects.live(now).filter(username=username).first()
    given = keyed_hash(password, purpose=SECRET)
    if key is None or not constant_time_compare(key.secret_hash, given):
        raise NotFound(code="credentials")
    if not network_allows(key.networks, address):
        raise NotAllowed(code="network")
    return _issue(key, uuid.uuid4(), now)


def refresh(*, token: str, address: str, now: datetime) -> Issued:
    """New tokens for a refresh token, which ends with this. Locks the token.

    One that was used before ends its whole family: one of the two who have it is not its owner. Raises as `sign_in`.
    """
    with transaction.atomic():
        rows = ApiToken.objects.select_related("key").select_for_update(of=("self",))
        found = rows.filter(refresh_hash=keyed_hash(token, purpose=REFRESH)).first()
        stolen = found is not None and found.refreshed_at is not None
        if found is not None and stolen:
            _end_family(found, now)
        elif found is not None and _usable(found, now):
            if not network_allows(found.key.networks, address):
                raise NotAllowed(code="network")
            found.refreshed_at = found.ended_at = now
            found.save(update_fields=["refreshed_at", "ended_at"])
            return _issue(found.key, found.family, now)
    raise NotFound(code="refresh-used" if stolen else "refresh")


def forget_tokens(*, now: datetime) -> int:
    """Drop tokens whose refresh token has been over for a day."""
    return ApiToken.objects.filter(refresh_until__lt=now - KEPT).delete()[0]


def _usable(token: ApiToken, now: datetime) -> bool:
    key = token.key
    ended = token.ended_at is not None or key.revoked_at is not None or token.refresh_until <= now
    return not ended and (key.expires_at is None or key.expires_at > now)


def _end_family(token: ApiToken, now: datetime) -> None:
    ended = ApiToken.objects.filter(family=token.family, ended_at=None).update(ended_at=now)
    if ended:
        audit.record("api_key.family_ended", token.key, actor=SYSTEM, provider_id=token.key.provider_id)


def _issue(key: ApiKey, family: uuid.UUID, now: datetime) -> Issued:
    """A key that ends soon gives tokens that end with it."""
    access, renewal = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    ends = key.expires_at or now + settings.REGISTRY["API_REFRESH"]
    access_until = min(now + settings.REGISTRY["API_ACCESS"], ends)
    refresh_until = min(now + settings.REGISTRY["API_REFRESH"], ends)
    ApiToken.objects.create(
        key=key,
        family=family,
        access_hash=token_hash(access),
        access_until=access_until,
        refresh_hash=keyed_hash(renewal, purpose=REFRESH),
        refresh_until=refresh_until,
    )
    return Issued(
        access,
        renewal,
        seconds=int((access_until - now).total_seconds()),
        refresh_seconds=int((refresh_until - now).total_seconds()),
        key=key.public_id,
    )
