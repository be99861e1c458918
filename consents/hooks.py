"""Where the app above plugs in: consents knows no complaints (design 1).

The complaints app says how a complaint is begun, so that a consent, a message or "why did I get this?" can lead there.
"""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class OwnLine:
    """A sentence on a citizen's own page, and where it leads."""

    words: str
    url: str


_own_lines: list[str] = []


def register_own_line(path: str) -> None:
    """Dotted path of `line(user_id) -> OwnLine or None`; loaded when first needed."""
    _own_lines[:] = [path]


def own_line(user_id: int) -> OwnLine | None:
    """What the app above has to say on the page "who may reach me" (R-A4); one query at most."""
    if not _own_lines:
        return None
    line: Callable[[int], OwnLine | None] = import_string(_own_lines[0])
    return line(user_id)
