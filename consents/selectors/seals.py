"""Seals as everybody may see them: counts, roots, hashes and signatures, never anything about a person (R-L3)."""

import base64
from dataclasses import dataclass

from consents.models import LedgerSeal
from consents.proof.keys import public_keys

PAGE = 25


@dataclass(frozen=True)
class SealPage:
    """Seals, newest first; `older` and `newer` are numbers to go on from, 0 at the ends."""

    seals: list[LedgerSeal]
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
    return SealPage(seals, older=seals[-1].number if seals[-1].number > 1 else 0, newer=newer)


def published_keys() -> list[tuple[str, str]]:
    """(name, public key in base64) of every trusted key, the present one first."""
    return [(name, base64.b64encode(public).decode()) for name, public in public_keys().items()]
