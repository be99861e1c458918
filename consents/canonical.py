"""Form v1 of a ledger event: the bytes that are hashed and sealed. Described in `docs/ledger.md`; it never changes.

Seals hash SHA-256(form ‖ salt ‖ canonical content) (design 4), so that a leaf stays provable after the personal
data behind it has expired.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .engine.terms import hmac_pads
from .models import ConsentEvent
from .written_moments import microseconds

FORM = b"\x01"
SEPARATOR = "\x1f"
FIELDS = (
    "recipient", "brand_id", "channel", "recipient_type", "version", "kind", "status", "source", "holds", "late",
    "consent_date", "registered_at", "hold_from", "text_version_id", "retailer_id", "evidence_kind",
    "evidence_hash", "undoes_version", "job_id", "actor_kind", "actor_id", "way",
)  # fmt: skip


def fields_of(event: ConsentEvent) -> dict[str, Any]:
    """The event's content and salt, by name."""
    return {name: getattr(event, name) for name in (*FIELDS, "salt")}


def canonical_v1(fields: Mapping[str, Any]) -> bytes:
    """The fields in order, joined by U+001F in UTF-8.

    Moments are microseconds since 1970 (UTC), hashes lower-case hex, truth values 0 and 1, what is absent is empty.
    """
    return SEPARATOR.join(_text(fields[name]) for name in FIELDS).encode()


def leaf_v1(fields: Mapping[str, Any]) -> bytes:
    """SHA-256 of form number, 16 bytes of salt and canonical content."""
    salt = fields["salt"]
    salt = bytes.fromhex(salt) if isinstance(salt, str) else salt.bytes
    return hashlib.sha256(FORM + salt + canonical_v1(fields)).digest()


def transaction_id_of(event: ConsentEvent) -> bytes:
    """HMAC-SHA-256 (RFC 2104) over key, version and content, as the engine's SQL computes it (design 3)."""
    date = event.consent_date and microseconds(event.consent_date) // 1_000_000
    parts = [
        event.recipient, event.brand_id, event.channel, event.recipient_type, event.version, event.kind, event.status,
        event.source, date, microseconds(event.registered_at),
    ]  # fmt: skip
    content = "|".join(str(part) for part in parts if part is not None).encode()
    inner, _outer = hmac_pads()
    key = bytes(b ^ 0x36 for b in inner)
    return hmac.new(key, content, hashlib.sha256).digest()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return str(microseconds(value))
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return str(value)
