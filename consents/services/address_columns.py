"""What a provider chose as address column the last time; read and written where a list is taken."""

from typing import Any

from django.utils import timezone

from consents.enums import Channel
from consents.files.layout import Layout
from consents.files.words import heading_key
from consents.models import RememberedAddress

KNOWN = 50
"""Headings that are looked at, the latest first."""


def chosen_before(provider_id: int, channel: Channel) -> list[str]:
    """Folded headings that the provider chose for addresses of this kind, the latest first."""
    found = RememberedAddress.objects.filter(provider_id=provider_id, takes_phone=channel.takes_phone)
    return list(found.order_by("-chosen_at").values_list("heading", flat=True)[:KNOWN])


def remember_choice(provider_id: int, channel: Channel, layout: Layout, column: int) -> None:
    """Know the column's heading again; within the transaction of the choice. A column without one is not kept."""
    heading = heading_key(layout.columns[column].heading)[:100]
    if heading:
        about: dict[str, Any] = {"provider_id": provider_id, "takes_phone": channel.takes_phone, "heading": heading}
        RememberedAddress.objects.update_or_create(**about, defaults={"chosen_at": timezone.now()})
