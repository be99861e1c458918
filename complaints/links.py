"""The address at which a complaint with a prefill begins: encrypted, so that no URL shows whom or what it is about."""

from typing import Any

from django.urls import reverse

from consents.opaque import seal, unseal
from iys_portal.core.actors import SYSTEM

from .services import Prefill

PURPOSE = "complaint-prefill"
LONGEST_TEXT = 600
"""Bytes of a message's text in an address, which servers take up to some thousands; an e-mail file brings the whole."""


def complaint_link(**prefill: Any) -> str:
    """Nobody's rows are given by it: what the reader may not name is left out when the complaint is begun."""
    if prefill.get("text"):
        prefill["text"] = str(prefill["text"]).encode()[:LONGEST_TEXT].decode(errors="ignore")
    return reverse("complaints:new_from", args=[seal(PURPOSE, Prefill.of(prefill).values(), actor=SYSTEM)])


def prefill_of(token: str) -> Prefill:
    """What a link was made with; nothing where it is worth nothing (any more)."""
    return Prefill.of(unseal(PURPOSE, token, actor=SYSTEM) or {})
