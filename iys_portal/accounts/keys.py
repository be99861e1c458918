"""Keys derived from a secret of the settings, each for one purpose."""

import base64
import functools

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@functools.lru_cache(maxsize=8)
def fernet_key(secret: str) -> bytes:
    """The key that encrypts second factors' secrets in the database."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"iys second factor v1").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


@functools.lru_cache(maxsize=8)
def code_key(secret: str) -> bytes:
    """The key of the hashes of one-time codes and of the addresses that they went to."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"iys one-time code v1").derive(secret.encode())
