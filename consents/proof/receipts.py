"""A receipt as it is signed, form v1. Described in `docs/receipts.md`; it never changes."""

from typing import Any

from .keys import sign
from .queries import canonical

FORM = "iys-receipt-v1"


def signed_receipt(receipt: dict[str, Any]) -> dict[str, Any]:
    """The receipt with its Ed25519 signature and the key's name, as a file's values."""
    name, signature = sign(canonical(receipt))
    return {"receipt": receipt, "key_id": name, "signature": signature.hex()}
