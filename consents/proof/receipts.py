"""A receipt as it is signed, form v1. Described in `docs/receipts.md`; it never changes."""

from typing import Any

from .form import key_id, public_bytes
from .keys import signing_key
from .queries import canonical

FORM = "iys-receipt-v1"


def signed_receipt(receipt: dict[str, Any]) -> dict[str, Any]:
    """The receipt with its Ed25519 signature and the key's name, as a file's values."""
    key = signing_key()
    return {
        "receipt": receipt,
        "key_id": key_id(public_bytes(key.public_key())),
        "signature": key.sign(canonical(receipt)).hex(),
    }
