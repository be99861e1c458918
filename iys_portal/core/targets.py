"""Addresses to which the registry sends on somebody's request: https, and no machine of our own networks.

What a name leads to may change between the check and the connection: whoever connects asks `addresses_of` again and
connects to one of the addresses that it returns.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .errors import Invalid

LONGEST = 500


def check_target(url: str) -> str:
    """The address, when the registry may send to it. Raises `Invalid` (codes `scheme`, `target`)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(_("This is no address to send to."), code="target", field="url") from None
    schemes = ("https", "http") if settings.LOCAL_TARGETS else ("https",)
    if parts.scheme not in schemes:
        raise Invalid(_("The address has to begin with https."), code="scheme", field="url")
    if not parts.hostname or parts.username or parts.password or len(url) > LONGEST or any(c.isspace() for c in url):
        raise Invalid(_("This is no address to send to."), code="target", field="url")
    addresses_of(parts.hostname, port or (443 if parts.scheme == "https" else 80))
    return url


def addresses_of(host: str, port: int) -> list[str]:
    """What a name leads to now, when all of it is public. Raises `Invalid` (code `target`).

    One private answer among several is enough to refuse: which one a connection takes is not ours to choose.
    """
    try:
        found = sorted({str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        found = []
    if not found or not (settings.LOCAL_TARGETS or all(_is_public(address) for address in found)):
        raise Invalid(_("The registry cannot send to this address."), code="target", field="url")
    return found


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return _global(address) and (mapped is None or _global(mapped))


def _global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
