"""Complaints about senders that are not registered: by the key under which a brand would hold them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from complaints.models import Complaint
from complaints.models.complaints import OPEN
from complaints.senders import NAMES, sender_of
from iys_portal.core.actors import Actor
from providers.enums import BrandValueKind as K
from providers.models import Brand, BrandValue

PAGE = 50


@dataclass(frozen=True)
class Unregistered:
    """One sender: as it was given last, how often, and the registered brands that by now hold its key."""

    key: str
    given: str
    total: int
    open: int
    latest: datetime
    brands: list[Brand]


def unregistered(actor: Actor) -> QuerySet[Any]:
    """Complaints that name no brand, of the il that the actor sees."""
    return Complaint.objects.visible_to(actor).filed().filter(brand=None)  # type: ignore[attr-defined]


def unregistered_page(actor: Actor, *, page: int) -> tuple[list[Unregistered], bool]:
    """Senders with the most complaints first, and whether more follow. Two queries."""
    grouped = (
        unregistered(actor)
        .values("sender_key")
        .annotate(
            total=Count("pk"),
            open=Count("pk", filter=Q(state__in=OPEN)),
            latest=Max("filed_at"),
            given=Max("sender_given"),
        )
        .order_by("-total", "sender_key")
    )
    start = (page - 1) * PAGE
    rows = list(grouped[start : start + PAGE + 1])
    brands = _brands_by_key({row["sender_key"] for row in rows[:PAGE]} - {""})
    found = [
        Unregistered(
            row["sender_key"], row["given"], row["total"], row["open"], row["latest"], brands.get(row["sender_key"], [])
        )
        for row in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def _brands_by_key(keys: set[str]) -> dict[str, list[Brand]]:
    """Who registered since; a domain counts for the hosts below it too. One query."""
    wanted: dict[str, list[str]] = {}
    for key in sorted(keys):
        for part in (key, *_above(key)):
            wanted.setdefault(part, []).append(key)
    values = BrandValue.objects.filter(key__in=wanted, kind__in=(*NAMES, K.NUMBER, K.DOMAIN), brand__is_active=True)
    found: dict[str, list[Brand]] = {}
    for value in values.select_related("brand__provider").order_by("brand"):
        for key in wanted[value.key]:
            brands = found.setdefault(key, [])
            if value.brand not in brands:
                brands.append(value.brand)
    return found


def _above(key: str) -> list[str]:
    return list(sender_of(f"x@{key}").keys[1:]) if "." in key and not key.startswith("+") else []


def before_registration(brand: Brand, actor: Actor) -> QuerySet[Complaint]:
    """Complaints that name this brand by a name, number or domain of its profile and were filed about nobody known.

    Shown to staff beside the brand's own; an officer names the sender of each (`find_sender`).
    """
    keys = set(
        BrandValue.objects.filter(brand=brand, kind__in=(*NAMES, K.DOMAIN, K.NUMBER)).values_list("key", flat=True)
    )
    keys |= {sender_of(name).key for name in (brand.name, brand.short_name) if name}
    below = Q()
    for key in keys:
        if "." in key and not key.startswith("+"):
            below |= Q(sender_key__endswith=f".{key}")
    found: QuerySet[Complaint] = unregistered(actor).filter(Q(sender_key__in=keys - {""}) | below)
    return found.order_by("-filed_at")
