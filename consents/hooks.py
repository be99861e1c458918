"""Where the app above plugs in: consents knows no complaints (design 1).

The complaints app says how a complaint is begun, so that a consent, a message or "why did I get this?" can lead there.
"""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

_complaint_links: list[str] = []


def register_complaint_link(path: str) -> None:
    """Dotted path of `link(**prefill) -> address of the page`; loaded when first needed."""
    _complaint_links[:] = [path]


def complaint_link(**prefill: Any) -> str | None:
    """The page on which a complaint with this prefill begins; None where nobody takes complaints.

    Prefill: brand_id, channel, address_id, message_id, event_id; of an e-mail sender, subject, text, message_at (ISO).
    No address of a person may be read in the link (R-G4).
    """
    if not _complaint_links:
        return None
    link: Callable[..., str | None] = import_string(_complaint_links[0])
    return link(**prefill)
