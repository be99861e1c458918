"""A seal's form v1: the bytes that are hashed and signed. Described in `docs/seals.md`; it never changes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consents.written_moments import microseconds

FORM = "iys-seal-v1"
SEPARATOR = "\x1f"
BEFORE_FIRST = bytes(32)


@dataclass(frozen=True)
class SealContent:
    """What a seal says, before it is signed."""

    number: int
    sealed_at: datetime
    last_event: int
    events: int
    events_root: bytes
    last_entry: int
    entries: int
    entries_root: bytes
    previous: bytes

    @property
    def canonical(self) -> bytes:
        """The fields in order, joined by U+001F; hashes in lower-case hex, the moment in microseconds since 1970."""
        return SEPARATOR.join(
            (
                FORM,
                str(self.number),
                str(microseconds(self.sealed_at)),
                str(self.last_event),
                str(self.events),
                self.events_root.hex(),
                str(self.last_entry),
                str(self.entries),
                self.entries_root.hex(),
                self.previous.hex(),
            )
        ).encode()

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.canonical).digest()


def public_bytes(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """How a seal names its key: the first eight bytes of the public key's SHA-256."""
    return hashlib.sha256(public).digest()[:8].hex()


def signed_by(content: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the key of these 32 bytes signed the content (Ed25519, RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except InvalidSignature:
        return False
    return True
