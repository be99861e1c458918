"""A seal as plain values, to be published, kept elsewhere, or put into a proof."""

from typing import Any

from consents.models import LedgerSeal
from consents.written_moments import microseconds

from .form import FORM, SealContent


def exported(seal: LedgerSeal) -> dict[str, Any]:
    """All that a reader needs to check the seal: `sealed_at_us` is the moment as the seal's form writes it."""
    return {
        "form": FORM,
        "number": seal.number,
        "sealed_at": seal.sealed_at.isoformat(),
        "sealed_at_us": microseconds(seal.sealed_at),
        "last_event": seal.last_event,
        "events": seal.events,
        "events_root": seal.events_root_hex,
        "last_entry": seal.last_entry,
        "entries": seal.entries,
        "entries_root": seal.entries_root_hex,
        "previous": seal.previous_hex,
        "hash": seal.hash_hex,
        "key_id": seal.key_id,
        "signature": seal.signature_hex,
    }


def content_of(seal: LedgerSeal) -> SealContent:
    return SealContent(
        number=seal.number,
        sealed_at=seal.sealed_at,
        last_event=seal.last_event,
        events=seal.events,
        events_root=bytes(seal.events_root),
        last_entry=seal.last_entry,
        entries=seal.entries,
        entries_root=bytes(seal.entries_root),
        previous=bytes(seal.previous),
    )
