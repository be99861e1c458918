"""What kind of file was uploaded where a signed PDF is asked for (R-P4); told by content, never by name."""

import base64
import binascii
import re

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""DER of the object identifier 1.2.840.113549.1.7.2, signedData: near the start of every CMS signature (RFC 5652)."""
HEAD = 1024
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
HEIC = re.compile(rb"^....ftyp(heic|heix|mif1|msf1|avif)", re.DOTALL)
PEM = re.compile(rb"^\s*-----BEGIN (PKCS7|CMS)-----")
BASE64 = re.compile(rb"^[A-Za-z0-9+/=\s]{64,}$")


def refusal_of(content: bytes) -> str | None:
    """The reason to refuse a file that is no PDF; None for a PDF."""
    head = content[:HEAD]
    if head.startswith(b"%PDF-"):
        return None
    if head.startswith(PICTURES) or HEIC.match(head) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "file-picture"
    if head.startswith(b"PK\x03\x04"):
        return "file-container"
    if PEM.match(head) or _is_cms(head) or _is_cms(_decoded(head)):
        return "file-detached"
    return "file-unknown"


def _is_cms(head: bytes) -> bool:
    return head[:1] == b"\x30" and SIGNED_DATA in head[:32]


def _decoded(head: bytes) -> bytes:
    if not BASE64.match(head):
        return b""
    packed = b"".join(head.split())
    try:
        return base64.b64decode(packed[: len(packed) // 4 * 4])
    except binascii.Error:
        return b""
