"""Keys derived from a secret of the settings, each for one purpose."""

import base64
import functools
import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@functools.lru_cache(maxsize=24)
def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def fernet_key(secret: str) -> bytes:
    """The key that encrypts second factors' secrets in the database."""
    return base64.urlsafe_b64encode(_derived(secret, b"iys second factor v1"))


def code_key(secret: str) -> bytes:
    """The key of the hashes of one-time codes and of the addresses that they went to."""
    return _derived(secret, b"iys one-time code v1")


def citizen_key(secret: str) -> bytes:
    """The key of the hashes by which citizens' browsers and e-Devlet's subjects are known again.

    From LOOKUP_KEY, which outlives a rotation of SECRET_KEY: a citizen's link to e-Devlet must not get lost.
    """
    return _derived(secret, b"iys citizen v1")


def citizen_hash(purpose: str, text: str) -> str:
    """A keyed hash that finds what it was made of, for one purpose."""
    key = citizen_key(settings.LOOKUP_KEY or settings.SECRET_KEY)
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
