"""API keys: made, revoked and watched by the people of a provider or of an integrator."""

import ipaddress
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from providers.enums import GrantChannel, IntegratorState, KeyScope, ProviderState
from providers.models import ApiKey, ApiToken, Brand, Integrator, Provider
from providers.notices import post_key_mail
from providers.selectors import keys as selectors

SECRET = "api-key"  # noqa: S105 (purpose of the hash)
SECRET_BYTES = 32
MAX_LIVE = 50
MAX_NETWORKS = 20


@dataclass(frozen=True)
class MadeKey:
    """A new key with its secret, which is nowhere else and never shown again."""

    key: ApiKey
    secret: str


@transaction.atomic
def make_key(
    *,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    brands: Collection[Brand] = (),
    channels: Collection[int] = (),
    networks: Collection[str] = (),
    expires_at: datetime | None = None,
) -> MadeKey:
    """Make a key of the actor's provider, or of the actor's integrator. No brands, channels, networks: all.

    Raises `NotAllowed`, `NotFound` outside both and for another's brand (R-A1), `Invalid`, `WrongMoment` where the
    provider or integrator is not active (R-P7), or has too many keys. Locks the provider or integrator.
    """
    actor.require(Permission.API_KEYS)
    party = _locked_party(actor)
    _check(actor, name, scopes, brands, channels, expires_at)
    if ApiKey.objects.visible_to(actor).live(timezone.now()).count() >= MAX_LIVE:
        raise WrongMoment(_("There are too many keys already: revoke those that nobody uses."), code="too-many")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        provider=party if isinstance(party, Provider) else None,
        integrator=party if isinstance(party, Integrator) else None,
        name=name.strip(),
        username=f"iys-{secrets.token_hex(8)}",
        secret_hash=keyed_hash(secret, purpose=SECRET),
        scopes=sorted(set(scopes)),
        brands=sorted(brand.pk for brand in brands),
        channels=sorted(set(channels)),
        networks=_networks(networks),
        expires_at=expires_at,
        created_at=timezone.now(),
        created_by=actor.id,
        created_by_name=actor.name[:200],
    )
    new = {
        "scopes": key.scopes,
        "brands": sorted(brand.brand_code for brand in brands),
        "channels": [GrantChannel(channel).name for channel in key.channels],
        "networks": key.networks,
        "expires_at": expires_at.isoformat() if expires_at else None,
    }
    audit.record("api_key.made", key, actor=actor, provider_id=key.provider_id, new=new)
    return MadeKey(key, secret)


@transaction.atomic
def revoke_key(*, public_id: UUID, actor: Actor) -> ApiKey:
    """End a key and all its tokens: the next call finds it closed.

    Raises `NotAllowed`, `NotFound` for another's key, `WrongMoment` for one that was revoked before. Locks the key.
    """
    actor.require(Permission.API_KEYS)
    key = ApiKey.objects.visible_to(actor).select_for_update(of=("self",)).filter(public_id=public_id).first()
    if key is None or actor.all_providers:
        raise NotFound(code="key")
    if key.revoked_at is not None:
        raise WrongMoment(_("This key was revoked before."), code="revoked")
    now = timezone.now()
    key.revoked_at, key.revoked_by, key.revoked_by_name = now, actor.id, actor.name[:200]
    key.save(update_fields=["revoked_at", "revoked_by", "revoked_by_name"])
    ApiToken.objects.filter(key=key, ended_at=None).update(ended_at=now)
    audit.record("api_key.revoked", key, actor=actor, provider_id=key.provider_id)
    return key


def note_use(key_id: int, *, now: datetime) -> None:
    """A key is used; noted once a minute at most, by whoever asks `selectors.keys` and finds it older."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=now)


def warn_keys(*, now: datetime) -> int:
    """Tell the keepers of keys that end soon, once for each warning (setting); how many mails went into the outbox."""
    told: set[int] = set()
    for days in sorted(settings.REGISTRY["API_KEY_WARNINGS"]):
        for key in selectors.ending(now, until=now + timedelta(days=days)):
            if key.pk not in told:
                post_key_mail(key, days=days, maker=User.objects.filter(pk=key.created_by, is_active=True).first())
                told.add(key.pk)
    return len(told)


def _locked_party(actor: Actor) -> Provider | Integrator:
    found: Provider | Integrator | None
    if actor.bound is not None and actor.bound.party_id:
        found = Integrator.objects.select_for_update(of=("self",), no_key=True).filter(pk=actor.bound.party_id).first()
        active = found is not None and found.state == IntegratorState.ACTIVE
    else:
        rows = Provider.objects.select_for_update(of=("self",), no_key=True)
        found = rows.filter(pk=actor.provider_id or 0).first() if not actor.all_providers else None
        active = found is not None and found.state == ProviderState.ACTIVE
    if found is None:
        raise NotFound(code="party")
    if not active:
        raise WrongMoment(_("Keys are made for an active company only."), code="state")
    return found


def _check(
    actor: Actor,
    name: str,
    scopes: Collection[str],
    brands: Collection[Brand],
    channels: Collection[int],
    expires_at: datetime | None,
) -> None:
    if not name.strip() or len(name.strip()) > 80:
        raise Invalid(_("Give the key a name of at most 80 characters."), field="name")
    if not scopes or set(scopes) - set(KeyScope.values):
        raise Invalid(_("Choose what the key may be used for."), field="scopes")
    if set(channels) - set(GrantChannel.values):
        raise Invalid(_("Choose channels of the list."), field="channels")
    own = set(Brand.objects.visible_to(actor).values_list("pk", flat=True)) if brands else set()
    if any(brand.pk not in own for brand in brands):
        raise NotFound(code="brand")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("A key ends after today."), field="expires_on")


def _networks(texts: Collection[str]) -> list[str]:
    """Networks in one spelling: `203.0.113.7` and `203.0.113.0/24`, and the same of IPv6."""
    found = []
    for text in texts:
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            raise Invalid(
                _("“%(text)s” is no address or network.") % {"text": text.strip()[:50]}, field="networks"
            ) from None
    if len(found) > MAX_NETWORKS:
        raise Invalid(_("At most %(most)d networks for a key.") % {"most": MAX_NETWORKS}, field="networks")
    return sorted(set(found))
