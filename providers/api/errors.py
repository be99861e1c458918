"""What a call is refused with: a status and one or more faults, each with a code of the document."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iys_portal.core.errors import DomainError
from iys_portal.core.limits import Taken

from .words import MESSAGES

SOURCES = (
    "HS_FIZIKSEL_ORTAM, HS_ISLAK_IMZA, HS_WEB, HS_CAGRI_MERKEZI, HS_SOSYAL_MEDYA, HS_EPOSTA, HS_MESAJ, HS_MOBIL,"
    " HS_EORTAM, HS_ETKINLIK, HS_2015, HS_ATM, HS_KARAR"
)
FIXED = {"sources": SOURCES}
OURS = {"NOT_FOUND": "H404", "METHOD": "H405", "NETWORK": "H363", "REMOVE": "H530", "USED": "H061"}
"""Sentences that have no code of their own in the document, with the nearest."""
LONGEST_VALUE = 300


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, as it stands in the answer's list."""

    code: str
    message: str
    location: tuple[str | int, ...] | None = None
    value: str | None = None
    index: int | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.index is not None:
            found = {"index": self.index, **found}
        if self.location is not None:
            found["location"] = list(self.location)
        if self.value is not None:
            found["value"] = self.value
        return found


class Refused(DomainError):
    """The call's answer where it is refused; a 429 has the limit of which nothing could be taken."""

    def __init__(self, status: int, faults: Sequence[Fault], *, taken: Taken | None = None) -> None:
        super().__init__(faults[0].message, code=faults[0].code)
        self.status, self.faults, self.taken = status, list(faults), taken

    @property
    def retry_after(self) -> int:
        """In seconds; 0 where waiting does not help."""
        return self.taken.wait if self.taken else 0


def fault(
    code: str,
    *,
    location: Sequence[str | int] | None = None,
    value: Any = None,
    index: int | None = None,
    **values: Any,
) -> Fault:
    """A fault of the catalogue, in the active language. Values of a request are shown as text, cut."""
    sentence = str(MESSAGES[code]).format_map({**FIXED, "value": value, **values})
    shown = None if value is None else (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return Fault(
        OURS.get(code, code),
        sentence,
        tuple(location) if location is not None else None,
        shown[:LONGEST_VALUE] if shown is not None else None,
        index,
    )


def refuse(status: int, code: str, **about: Any) -> Refused:
    return Refused(status, [fault(code, **about)])
