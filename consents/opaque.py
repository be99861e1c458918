"""Personal data that has to travel in an address of the panel: encrypted, bound to its reader, and short-lived.

A search and a place in a list are addresses of people, and no URL may show them (R-G4: logs, browser histories and
Referer headers keep URLs). They are encrypted rather than kept in the session, so that any number of tabs, the back
button and a restart of the server work, and nothing has to be cleaned up. A token that was changed, is too old or
belongs to somebody else is worth nothing.
"""

import base64
import functools
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from iys_portal.core.actors import Actor

VALID_SECONDS = 12 * 3600


@functools.lru_cache(maxsize=4)
def _cipher(secrets: tuple[str, ...]) -> MultiFernet:
    keys = []
    for secret in secrets:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"iys panel address v1").derive(secret.encode())
        keys.append(Fernet(base64.urlsafe_b64encode(derived)))
    return MultiFernet(keys)


def _current() -> MultiFernet:
    return _cipher((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def seal(purpose: str, value: Any, *, actor: Actor) -> str:
    """Encrypt a JSON value for one purpose and reader."""
    text = json.dumps([purpose, actor.id, value], separators=(",", ":"), ensure_ascii=False)
    return _current().encrypt(text.encode()).decode().rstrip("=")


def unseal(purpose: str, token: str, *, actor: Actor) -> Any:
    """What `seal` was given, or None where the token is worth nothing (any more)."""
    if not token:
        return None
    try:
        padded = token.encode() + b"=" * (-len(token) % 4)
        text = _current().decrypt(padded, ttl=VALID_SECONDS)
    except InvalidToken:
        return None
    for_purpose, reader, value = json.loads(text)
    return value if (for_purpose, reader) == (purpose, actor.id) else None


def fingerprint(address: str) -> str:
    """A keyed hash by which the audit log can name an address without holding it (R-G4)."""
    return hmac.new(settings.TRANSACTION_KEY.encode(), address.encode(), "sha256").hexdigest()[:32]
