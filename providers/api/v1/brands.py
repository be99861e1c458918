"""Which brands a key reaches, and in which channels (R-P12)."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from iys_portal.core.actors import Actor
from providers.enums import GrantChannel
from providers.models import Brand
from providers.selectors.api import reached_brands

from .frame import Key, asked
from .problems import REFUSALS, Problem

router = Router(tags=["brands"], auth=Key())
ChannelName = Literal["ARAMA", "MESAJ", "EPOSTA"]


class BrandOut(Schema):
    brand: int
    name: str
    main: bool
    provider: int
    provider_title: str
    reads: list[ChannelName]
    writes: list[ChannelName]


class Brands(Schema):
    items: list[BrandOut]


@router.get("", response={200: Brands, REFUSALS: Problem}, summary="Brands of the key", operation_id="brands")
def brands(request: HttpRequest) -> Any:
    """A provider's own, or those that providers granted the integrator."""
    ask = asked(request)
    rows = reached_brands(ask.holder, ask.actor, now=ask.now)
    return {"items": [_told(brand, actor) for brand, actor in rows]}


def _told(brand: Brand, actor: Actor) -> dict[str, Any]:
    bound = actor.bound
    return {
        "brand": brand.brand_code,
        "name": brand.name,
        "main": brand.is_main,
        "provider": brand.provider.iys_code,
        "provider_title": brand.provider.title,
        "reads": [c.name for c in GrantChannel if bound is None or (brand.pk, c.value) in bound.reads],
        "writes": [c.name for c in GrantChannel if bound is None or (brand.pk, c.value) in bound.writes],
    }
