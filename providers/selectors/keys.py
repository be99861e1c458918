"""Reads of API keys: the lists of the panel, and who stands behind a token."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from iys_portal.accounts.permissions import Permission as P
from iys_portal.core.actors import Actor, ActorKind, Bound
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.prepared import first_row
from providers.enums import GrantChannel, KeyScope
from providers.models import ApiKey, Brand, IntegratorGrant, Provider
from providers.models.keys import TOKEN_PURPOSE

from .people import bound_of, in_force

USED_EVERY = timedelta(minutes=1)
CHANNELS = frozenset(channel.value for channel in GrantChannel)
PERMISSIONS: dict[str, frozenset[P]] = {
    KeyScope.RECORD: frozenset({P.CONSENT_RECORD, P.CONSENT_IMPORT, P.EVIDENCE_COMPLETE}),
    KeyScope.QUERY: frozenset({P.CONSENT_QUERY, P.CONSENT_VIEW}),
    KeyScope.RETAILERS: frozenset({P.RETAILER_KEEP}),
    KeyScope.RECONCILE: frozenset({P.CONSENT_RECONCILE}),
    KeyScope.MESSAGES: frozenset({P.MESSAGE_WRITE}),
    KeyScope.COMPLAINTS: frozenset({P.COMPLAINT_VIEW, P.COMPLAINT_ANSWER}),
    KeyScope.WEBHOOKS: frozenset({P.PUSH_KEEP}),
}
_NOT_OF_INTEGRATORS = frozenset({P.EVIDENCE_COMPLETE, P.MESSAGE_WRITE, P.PUSH_KEEP, P.RETAILER_KEEP})

_PROVIDER_COLUMNS = [field.column for field in Provider._meta.concrete_fields]
_BRAND_COLUMNS = [field.column for field in Brand._meta.concrete_fields]
_NAMES = {model: [field.attname for field in model._meta.concrete_fields] for model in (Provider, Brand)}
# One look-up by unique keys tells all that a call needs; nothing is remembered, so what was revoked is revoked.
_HOLDER = f"""
    SELECT k.id, k.name, k.provider_id, k.integrator_id, k.scopes, k.brands, k.channels, k.networks, k.last_used_at,
        k.public_id,
        {", ".join(f"p.{column}" for column in _PROVIDER_COLUMNS)},
        {", ".join(f"b.{column}" for column in _BRAND_COLUMNS)} {{ridden}}
    FROM providers_apitoken t
    JOIN providers_apikey k ON k.id = t.key_id
    LEFT JOIN providers_provider p ON p.iys_code = %(iys_code)s
    LEFT JOIN providers_brand b ON b.provider_id = p.id AND b.brand_code = %(brand_code)s
    {{rider}}
    WHERE t.access_hash = %(token)s AND t.ended_at IS NULL AND t.access_until > %(now)s
        AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(now)s)
"""  # noqa: S608 (names of columns)


@dataclass(frozen=True)
class Rider:
    """What a call asks about its brand, in the statement that finds its key: one trip to the database for both.

    `text` selects one row; provider and brand are `p` and `b` in it, the moment is `%(now)s`. `read` makes the answer
    of it. It is found before it is known what the key may ask: whoever may not is not told.
    """

    text: str
    values: Mapping[str, Any]
    read: Callable[[tuple[Any, ...]], Any]


@dataclass(frozen=True)
class Holder:
    """The key behind a token; provider and brand are those that the call names, whoever's they are.

    `ridden`: what the call's `Rider` found of the brand.
    """

    key_id: int
    name: str
    provider_id: int | None
    integrator_id: int | None
    scopes: tuple[str, ...]
    brands: frozenset[int]
    channels: frozenset[int]
    networks: tuple[str, ...]
    last_used_at: datetime | None
    public_id: UUID
    provider: Provider | None
    brand: Brand | None
    ridden: Any = field(default=None, repr=False)

    @property
    def bounded(self) -> bool:
        return bool(self.integrator_id or self.brands or self.channels)

    def unused_since(self, now: datetime) -> bool:
        """Whether the last use that is noted is so long ago that this one is noted as well."""
        return self.last_used_at is None or self.last_used_at < now - USED_EVERY


def holder_of(
    token: str, *, iys_code: int | None, brand_code: int | None, now: datetime, rider: Rider | None = None
) -> Holder | None:
    """Who calls, for a token that holds; None for every other. One query."""
    values = {
        "token": keyed_hash(token, purpose=TOKEN_PURPOSE),
        "now": now,
        "iys_code": iys_code,
        "brand_code": brand_code,
        **(rider.values if rider else {}),
    }
    row = first_row(_with(rider.text if rider else ""), values)
    if row is None:
        return None
    cut = 10 + len(_PROVIDER_COLUMNS)
    end = cut + len(_BRAND_COLUMNS)
    brand = _made(Brand, row[cut:end])
    key_id, name, provider_id, integrator_id = row[:4]
    return Holder(
        key_id,
        name,
        provider_id,
        integrator_id,
        scopes=tuple(row[4]),
        brands=frozenset(row[5]),
        channels=frozenset(row[6]),
        networks=tuple(row[7]),
        last_used_at=row[8],
        public_id=row[9],
        provider=_made(Provider, row[10:cut]),
        brand=brand,
        ridden=rider.read(row[end:]) if rider and brand else None,
    )


@lru_cache(maxsize=16)
def _with(rider: str) -> str:
    if not rider:
        return _HOLDER.format(ridden="", rider="")
    return _HOLDER.format(ridden=", asked.*", rider=f"LEFT JOIN LATERAL ({rider}) asked ON b.id IS NOT NULL")


def _made(model: type[Any], row: tuple[Any, ...]) -> Any:
    if row[0] is None:
        return None
    return model.from_db("default", _NAMES[model], row)


def actor_of(holder: Holder, provider: Provider | None, *, request_id: str, now: datetime) -> Actor | None:
    """The key as actor for a provider; None where it has nothing there. At most one query more, where it is bounded."""
    permissions = _permissions(holder.scopes)
    bound = None
    if holder.integrator_id:
        permissions -= _NOT_OF_INTEGRATORS
        bound = _granted(holder, provider, now) if provider else Bound(party_id=holder.integrator_id)
        if provider is not None and not bound.reads:
            return None
    elif provider is None or provider.pk != holder.provider_id:
        return None
    elif holder.bounded:
        bound = _own(holder, provider)
    return Actor(
        kind=ActorKind.API_KEY,
        id=holder.key_id,
        name=holder.name,
        permissions=permissions,
        provider_id=provider.pk if provider else None,
        request_id=request_id,
        way="api",
        bound=bound,
    )


@lru_cache(maxsize=256)
def _permissions(scopes: tuple[str, ...]) -> frozenset[P]:
    return frozenset().union(*(PERMISSIONS[scope] for scope in scopes))


def _own(holder: Holder, provider: Provider) -> Bound:
    """A provider's key that is made for some brands or channels only. `party_id` is 0: nobody from outside."""
    brands: Iterable[int] = holder.brands or Brand.objects.filter(provider=provider).values_list("pk", flat=True)
    channels = holder.channels or CHANNELS
    parts = frozenset((brand, channel) for brand in brands for channel in channels)
    whole = frozenset(brand for brand, _channel in parts) if channels >= CHANNELS else frozenset()
    return Bound(party_id=0, reads=parts, writes=parts, complaints=parts, reconciles=whole)


def _granted(holder: Holder, provider: Provider, now: datetime) -> Bound:
    """R-P12: what the provider granted the integrator, as far as the key is made for it."""
    columns = ("brand_id", "channel", "level", "complaints", "reconciliation")
    return bound_of(holder.integrator_id or 0, _usable_grants(holder, provider, now).values_list(*columns))


def granted_brands(holder: Holder, *, now: datetime, provider: Provider | None = None) -> list[IntegratorGrant]:
    """The grants that a key of an integrator can use, over all providers or one, by provider and brand."""
    rows = _usable_grants(holder, provider, now)
    return list(rows.select_related("brand__provider").order_by("brand__provider__iys_code", "brand__brand_code"))


def _usable_grants(holder: Holder, provider: Provider | None, now: datetime) -> QuerySet[IntegratorGrant]:
    rows = in_force(today=now.astimezone(ISTANBUL).date()).filter(integrator=holder.integrator_id)
    if provider is not None:
        rows = rows.filter(brand__provider=provider)
    if holder.brands:
        rows = rows.filter(brand__in=holder.brands)
    if holder.channels:
        rows = rows.filter(channel__in=holder.channels)
    return rows


def keys_of(actor: Actor) -> list[ApiKey]:
    """The keys of the actor's provider or integrator with their brands' names, those in use first. Two queries."""
    found = list(ApiKey.objects.visible_to(actor))
    brands = Brand.objects.filter(pk__in={pk for key in found for pk in key.brands}).order_by("name")
    for key in found:
        key.brand_names = [brand.name for brand in brands if brand.pk in key.brands]
    return sorted(found, key=lambda key: key.state != "live")


def ending(now: datetime, *, until: datetime) -> list[ApiKey]:
    """Keys in use that end before a moment."""
    rows = ApiKey.objects.live(now).filter(expires_at__lte=until)
    return list(rows.select_related("provider", "integrator").order_by("pk"))
