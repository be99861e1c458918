"""Seals as everybody may see them: counts, roots, hashes and signatures, never anything about a person (R-L3)."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from consents.enums import StampProblem
from consents.models import LedgerSeal, SealStamp, StampPace
from consents.proof.keys import public_keys
from consents.proof.publish import exported

PAGE = 25


@dataclass(frozen=True)
class SealPage:
    """Seals, newest first; `older` and `newer` are numbers to go on from, 0 at the ends."""

    seals: list[tuple[LedgerSeal, SealStamp | None]]
    older: int
    newer: int


def seal_page(*, before: int | None = None) -> SealPage:
    """Seals below a number, or the newest."""
    found = LedgerSeal.objects.order_by("-number")
    newest = found.values_list("number", flat=True).first() or 0
    if before is not None:
        found = found.filter(number__lt=before)
    seals = list(found[:PAGE])
    if not seals:
        return SealPage([], 0, 0)
    newer = min(seals[0].number + PAGE, newest) + 1 if seals[0].number < newest else 0
    stamps = SealStamp.objects.in_bulk([seal.number for seal in seals])
    shown = [(seal, stamps.get(seal.number)) for seal in seals]
    return SealPage(shown, older=seals[-1].number if seals[-1].number > 1 else 0, newer=newer)


def published_keys() -> list[tuple[str, str]]:
    """(name, public key in base64) of every trusted key, the present one first."""
    return [(name, base64.b64encode(public).decode()) for name, public in public_keys().items()]


def published(seal: LedgerSeal) -> dict[str, Any]:
    """A seal as plain values with the time stamp that dates it: the nearest at or after it, null where there is none.

    A stamp of a later seal dates this one by the chain between them.
    """
    stamp = SealStamp.objects.filter(seal_number__gte=seal.number).order_by("seal_number").first()
    return exported(seal) | {"stamp": stamp and _told(stamp)}


def _told(stamp: SealStamp) -> dict[str, Any]:
    of = LedgerSeal.objects.get(number=stamp.seal_number)
    return {
        "seal": stamp.seal_number,
        "hash": of.hash_hex,
        "stamped_at": stamp.stamped_at.isoformat(),
        "authority": stamp.authority,
        "answer": base64.b64encode(bytes(stamp.answer)).decode(),
    }


@dataclass(frozen=True)
class LateStamps:
    """For staff: time stamps are late. Sealing goes on meanwhile."""

    since: datetime
    failures: int
    problem: str


def late_stamps(now: datetime) -> LateStamps | None:
    """None where stamps are off or come in time."""
    if not settings.TIMESTAMP_URL:
        return None
    pace = StampPace.objects.first()
    if pace is None or pace.failing_since is None or now - pace.failing_since < settings.REGISTRY["STAMP_LATE"]:
        return None
    problem = str(StampProblem(pace.problem).label) if pace.problem else ""
    return LateStamps(pace.failing_since, pace.failures, problem)
