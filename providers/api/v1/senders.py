"""Is this sender registered? Everybody may ask (docs/api.md, "Senders")."""

from datetime import date
from typing import Annotated, Any

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest
from ninja import Query, Router, Schema

from iys_portal.core.limits import network_of
from providers.selectors.senders import registered_senders

from .frame import count
from .problems import Problem

router = Router(tags=["senders"])


class SenderOut(Schema):
    brand: str
    provider: str
    since: date


class Senders(Schema):
    items: list[SenderOut]


@router.get(
    "/senders", auth=None, response={200: Senders, frozenset({422, 429, 500}): Problem},
    summary="Is this sender registered?", operation_id="senders",
)  # fmt: skip
def senders(request: HttpRequest, name: Annotated[str, Query(min_length=2, max_length=100)]) -> Any:
    """Brands of that name or one like it, whose they are, and since when. Without a key; limited by network."""
    count_question(request)
    found = registered_senders(name)
    return {"items": [{"brand": one.brand, "provider": one.provider, "since": one.since} for one in found]}


def count_question(request: HttpRequest) -> None:
    """One question of this visitor's network. Raises the 429."""
    network = network_of(get_client_ip(request) or "")
    count(request, f"network:{network}", "senders")
