"""What the calls about brands, integrators and dealers answer."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet

from iys_portal.core.actors import Actor
from iys_portal.core.calendar import written
from providers.enums import GrantChannel, GrantLevel, IntegratorState, ProviderState, RetailerState
from providers.models import Brand, Integrator, IntegratorGrant, Provider, Retailer, RetailerDetails

from .keys import Holder, granted_brands
from .people import bound_of

NO_LIMIT = 2_147_483_647
STANDING = {
    ProviderState.ACTIVE: "ACTIVE",
    ProviderState.SUSPENDED: "PAUSED",
    ProviderState.CLOSED: "CLOSED",
    IntegratorState.ACTIVE: "ACTIVE",
    IntegratorState.SUSPENDED: "PAUSED",
    IntegratorState.CLOSED: "CLOSED",
}
PACKAGE = "İYS Portal"


def brands_of(actor: Actor) -> QuerySet[Brand]:
    """The brands that a key reaches, with the number of their dealers; the main brand first."""
    rows: QuerySet[Brand] = Brand.objects.visible_to(actor).filter(is_active=True)
    return rows.annotate(dealers=Count("retailers")).order_by("-is_main", "brand_code")


def reached_brands(holder: Holder, actor: Actor, *, now: datetime) -> list[tuple[Brand, Actor]]:
    """Every brand that a key reaches, with the actor that the key is there."""
    if holder.integrator_id is None:
        return [(brand, actor) for brand in brands_of(actor).select_related("provider")]
    found: list[tuple[Brand, Actor]] = []
    rows = granted_brands(holder, now=now)
    for _pk, part in groupby(rows, key=lambda row: row.brand.provider_id):
        grants = list(part)
        parts = [(row.brand_id, row.channel, row.level, row.complaints, row.reconciliation) for row in grants]
        there = replace(actor, bound=bound_of(holder.integrator_id, parts))
        found += [(brand, there) for brand in {row.brand_id: row.brand for row in grants}.values()]
    return found


def integrator_of(pk: int) -> Integrator:
    return Integrator.objects.get(pk=pk)


def granted(holder: Holder, now: datetime, *, provider: Provider | None = None) -> list[dict[str, Any]]:
    """R-P12: what an integrator may, brand by brand: `read` or `write` by channel, and whether it may reconcile."""
    rows = granted_brands(holder, now=now, provider=provider)
    return [_granted(list(part)) for _brand, part in groupby(rows, key=lambda row: row.brand_id)]


def _granted(rows: list[IntegratorGrant]) -> dict[str, Any]:
    brand = rows[0].brand
    levels = {row.channel: row for row in rows}
    channels = {
        channel.name: "write" if levels[channel].level == GrantLevel.WRITE else "read"
        for channel in GrantChannel
        if channel in levels
    }
    whole = all(channel in levels and levels[channel].reconciliation for channel in GrantChannel)
    return {
        "brandCode": brand.brand_code,
        "name": brand.name,
        "master": brand.is_main,
        "title": brand.provider.title,
        "iysCode": brand.provider.iys_code,
        "agreementControl": whole,
        **channels,
        "viaControl": False,
    }


def standing_of(provider: Provider) -> dict[str, Any]:
    return {
        "subscriptionId": str(provider.iys_code),
        "startDate": written(provider.created_at),
        "subscriptionPackageName": PACKAGE,
        "status": STANDING[ProviderState(provider.state)],
    }


def standing_of_integrator(pk: int) -> dict[str, Any]:
    """An integrator's authorisation stands in for a subscription: access ends with it."""
    found = Integrator.objects.get(pk=pk)
    return {
        "subscriptionId": str(found.iys_code),
        "startDate": f"{found.authorised_from} 00:00:00",
        "expirationDate": f"{found.authorised_until} 23:59:59",
        "subscriptionPackageName": PACKAGE,
        "status": STANDING[IntegratorState(found.state)],
        "iysCode": str(found.iys_code),
    }


def retailers_of(brand: Brand) -> QuerySet[Retailer]:
    return brand.retailers.select_related("details").order_by("code")


def retailer_of(brand: Brand, code: str) -> Retailer | None:
    return brand.retailers.select_related("details").filter(code=code).first()


def retailer_ids(brand: Brand, codes: Iterable[str]) -> dict[str, int]:
    """The keys of active dealers by their codes (R-C20)."""
    rows = brand.retailers.filter(code__in=set(codes), is_active=True)
    return dict(rows.values_list("code", "pk"))


def same_number(provider: Provider, *, tckn_hash: str, mersis_hash: str) -> list[RetailerDetails]:
    """Dealers of the provider with one of these numbers."""
    wanted = Q()
    if tckn_hash:
        wanted |= Q(tckn_hash=tckn_hash)
    if mersis_hash:
        wanted |= Q(mersis_hash=mersis_hash)
    rows = RetailerDetails.objects.filter(retailer__brand__provider=provider)
    return list(rows.filter(wanted)) if wanted else []


def is_passive(details: RetailerDetails) -> bool:
    return details.state == RetailerState.PASSIVE
