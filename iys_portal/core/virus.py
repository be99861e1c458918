"""Uploads are looked through by ClamAV where `CLAMAV_ADDRESS` names a clamd (R-P5): its INSTREAM command.

The protocol, clamd(8): `zINSTREAM\\0`, then blocks of a four-byte length and as many bytes, one of
length 0 at the end; the answer is `stream: OK\\0`, `stream: NAME FOUND\\0` or a message that ends in `ERROR\\0`.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .refused_files import FileRefused

log = logging.getLogger(__name__)
BLOCK = 1 << 16
LONGEST_ANSWER = 4096


def require_clean(data: bytes) -> None:
    """Raise `FileRefused` for a file with a virus, or where the scanner gives no clear answer."""
    if not settings.CLAMAV_ADDRESS:
        return
    try:
        answer = _ask(data)
    except OSError as error:
        log.error("virus_scanner_down reason=%s", type(error).__name__)
        raise FileRefused("scan-unchecked") from error
    if answer == b"stream: OK":
        return
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        log.warning("virus_found")
        raise FileRefused("scan-virus")
    log.error("virus_scanner_unclear")
    raise FileRefused("scan-unchecked")


def _ask(data: bytes) -> bytes:
    with _connected(settings.CLAMAV_ADDRESS) as scanner:
        try:
            scanner.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), BLOCK):
                block = data[start : start + BLOCK]
                scanner.sendall(struct.pack("!L", len(block)) + block)
            scanner.sendall(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it stopped listening, and its answer may say why
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            part = scanner.recv(LONGEST_ANSWER)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0")


def _connected(address: str) -> socket.socket:
    """Raises `OSError` where nobody listens, `ImproperlyConfigured` for an address of another form."""
    place = urlsplit(address)
    if place.scheme == "tcp" and place.hostname:
        return socket.create_connection((place.hostname, place.port or 3310), timeout=settings.CLAMAV_TIMEOUT)
    if place.scheme == "unix" and place.path:
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(settings.CLAMAV_TIMEOUT)
        try:
            scanner.connect(place.path)
        except OSError:
            scanner.close()
            raise
        return scanner
    raise ImproperlyConfigured("CLAMAV_ADDRESS is tcp://host:port or unix:/path")
