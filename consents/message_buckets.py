"""Where an address stands among the recipients of messages: a bucket that never depends on the list (ADR 13)."""

import zlib
from collections.abc import Iterable

BITS = 16
_MASK = (1 << BITS) - 1


def bucket_of(address: str) -> int:
    """CRC-32's low bits: stored, so never to be changed. About 15 addresses of a million share one."""
    return zlib.crc32(address.encode()) & _MASK


def buckets_of(addresses: Iterable[str]) -> list[int]:
    return [zlib.crc32(address.encode()) & _MASK for address in addresses]
