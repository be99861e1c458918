"""Check what the authority dated (R-L2): every stamp is of its seal, holds, and is not older than the seal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consents.models import LedgerSeal, SealStamp
from consents.proof import stamps
from consents.proof.publish import content_of

BATCH = 500


@dataclass
class Dated:
    """How far others date the chain: stamps that hold, and the newest of them."""

    stamps: int = 0
    upto: int = 0  # number of the newest seal with a stamp that holds
    at: datetime | None = None  # by the authority's clock

    def as_json(self) -> dict[str, Any]:
        return {"stamps": self.stamps, "upto": self.upto, "at": self.at.isoformat() if self.at else None}


def check_stamps(dated: Dated, *, most: int) -> Iterator[int]:
    """Numbers of the seals whose stamp does not hold, at most so many; fills `dated` on the way."""
    found = 0
    roots = _roots()
    for stamp, seal in _stamped():
        if seal is not None and _holds(stamp, seal, roots):
            dated.stamps += 1
            dated.upto, dated.at = stamp.seal_number, stamp.stamped_at
            continue
        yield stamp.seal_number
        found += 1
        if found >= most:
            return


def _roots() -> list[x509.Certificate]:
    """Empty where they cannot be read: then no stamp holds."""
    try:
        return stamps.trusted_roots()
    except ImproperlyConfigured:
        return []


def _stamped() -> Iterator[tuple[SealStamp, LedgerSeal | None]]:
    after = 0
    while batch := list(SealStamp.objects.filter(seal_number__gt=after).order_by("seal_number")[:BATCH]):
        seals = LedgerSeal.objects.in_bulk([stamp.seal_number for stamp in batch])
        yield from ((stamp, seals.get(stamp.seal_number)) for stamp in batch)
        after = batch[-1].seal_number


def _holds(stamp: SealStamp, seal: LedgerSeal, roots: list[x509.Certificate]) -> bool:
    """Also what stands beside the token has to be what the token says."""
    if not roots:
        return False
    try:
        said = stamps.checked(bytes(stamp.answer), content_of(seal).canonical, roots=roots)
    except stamps.StampRefused:
        return False
    beside = stamps.Stamp(stamp.stamped_at, stamp.authority, stamp.serial, stamp.policy, stamp.hash_algorithm)
    return said == beside and seal.sealed_at - settings.REGISTRY["STAMP_CLOCK_DIFFERENCE"] <= said.stamped_at
