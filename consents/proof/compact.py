"""The proof of one event in so few bytes that a QR code holds it (R-L3; `docs/seals.md`, "Compact proof").

It proves that a leaf stands under a signed seal. It holds neither salt nor content, so nothing about a person can be
found from it; it travels behind the `#` of an address, which browsers send to nobody.
"""

import base64
import struct

from consents.models import LedgerSeal
from consents.written_moments import microseconds

from . import merkle

FORM = 1
# form, seal, sealed_at, last_event, events, last_entry, entries, event, place: big-endian.
HEAD = struct.Struct(">BQqQIQIQI")


def compact(seal: LedgerSeal, *, event_id: int, place: int, leaf: bytes, path: list[merkle.Step]) -> str:
    """The proof in base64url without padding: the head, then entries_root, previous, key's name, signature, leaf, path.

    Whether a sibling stands left or right follows from place and number of leaves.
    """
    head = HEAD.pack(
        FORM, seal.number, microseconds(seal.sealed_at), seal.last_event, seal.events, seal.last_entry, seal.entries,
        event_id, place,
    )  # fmt: skip
    parts = [
        head,
        bytes(seal.entries_root),
        bytes(seal.previous),
        bytes.fromhex(seal.key_id),
        bytes(seal.signature),
        leaf,
        *(step.hash for step in path),
    ]
    return base64.urlsafe_b64encode(b"".join(parts)).rstrip(b"=").decode()
