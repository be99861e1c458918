"""The keys that sign seals (R-L2): the present one signs, former ones stay trusted and published."""

import base64
import binascii
import functools

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .form import key_id, public_bytes

SEED = 32


@functools.lru_cache(maxsize=2)
def _private(text: str) -> Ed25519PrivateKey:
    try:
        seed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured("LEDGER_SIGNING_KEY is not base64") from error
    if len(seed) != SEED:
        raise ImproperlyConfigured("LEDGER_SIGNING_KEY has to be 32 bytes in base64: head -c 32 /dev/urandom | base64")
    return Ed25519PrivateKey.from_private_bytes(seed)


def signing_key() -> Ed25519PrivateKey:
    """The present key. Raises `ImproperlyConfigured` without a usable one."""
    return _private(settings.LEDGER_SIGNING_KEY)


def sign(content: bytes) -> tuple[str, bytes]:
    """The present key's name, and its signature over the content (Ed25519, RFC 8032)."""
    key = signing_key()
    return key_id(public_bytes(key.public_key())), key.sign(content)


def public_keys() -> dict[str, bytes]:
    """Trusted public keys (raw, 32 bytes) by their names, the present one first."""
    present = public_bytes(signing_key().public_key())
    former = [base64.b64decode(text) for text in settings.LEDGER_FORMER_KEYS]
    return {key_id(public): public for public in (present, *former)}
