"""Where the app above plugs in: consents does not know complaints (design 1)."""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

_complaint_links: list[str] = []


def register_complaint_link(path: str) -> None:
    """Dotted path of `link(**prefill) -> address or None`; loaded when first needed. The last one counts."""
    _complaint_links[:] = [path]


def complaint_link(**prefill: Any) -> str | None:
    """Where a citizen complains, with fields filled in; None while no app takes complaints.

    Prefill: brand_id, channel, address_id, message_id, event_id. No address of a person belongs into a link (R-G4).
    """
    if not _complaint_links:
        return None
    link: Callable[..., str | None] = import_string(_complaint_links[0])
    return link(**prefill)
