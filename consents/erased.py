"""Refusals in force whose addresses were forgotten (R-L5): found by a keyed hash of the address."""

import functools
import hashlib
import hmac
from typing import Any

from django.conf import settings

from .engine import terms

PURPOSE = b"iys-erased-address-v1"


@functools.lru_cache(maxsize=2)
def _pads(secret: str) -> tuple[bytes, bytes]:
    return terms.pads(hmac.digest(secret.encode(), PURPOSE, "sha256"))


def pads() -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA-256, with a key drawn from TRANSACTION_KEY: it outlives all others."""
    return _pads(settings.TRANSACTION_KEY)


def address_hash(expression: str) -> str:
    """SQL of an address's keyed hash (32 bytes)."""
    inner, outer = (f"'\\x{pad.hex()}'::bytea" for pad in pads())
    return f"sha256({outer} || sha256({inner} || convert_to({expression}, 'UTF8')))"


def hash_of(address: str) -> bytes:
    """The same in Python."""
    inner, outer = pads()
    return hashlib.sha256(outer + hashlib.sha256(inner + address.encode()).digest()).digest()


def any_erased(cursor: Any, brand_id: int) -> bool:
    """Whether a brand has such refusals at all: without any, nothing is looked up."""
    cursor.execute("SELECT EXISTS (SELECT 1 FROM consents_erasedrefusal WHERE brand_id = %s)", [brand_id])
    return bool(cursor.fetchone()[0])
