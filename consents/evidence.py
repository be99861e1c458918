"""What an evidence cell means (R-C16): a reference to where the original is kept, or the name of a scan."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .enums import EvidenceKind
from .files.archive import Names

# A file's name is no reference: the scan itself has to come with the import (R-C16).
_FILE_NAME = re.compile(r"\.(pdf|jpe?g|png|heic|tiff?)$", re.IGNORECASE)
REFERENCE_LENGTH = 300
JSON = "application/json"
"""Content of the file that proves a consent of a consent page (R-M7); every other file is a scan."""


@dataclass(frozen=True)
class EvidenceValue:
    """Kind and hash as the ledger keeps them; `reference` is the text behind the hash."""

    kind: EvidenceKind
    sha256: bytes | None
    reference: str = ""


NO_EVIDENCE = EvidenceValue(EvidenceKind.NONE, None)


def read_evidence(text: str | None) -> EvidenceValue:
    """Judge one cell; an empty one and a scan that did not come are no evidence."""
    reference = (text or "").strip()[:REFERENCE_LENGTH]
    if not reference or names_a_scan(reference):
        return NO_EVIDENCE
    return EvidenceValue(EvidenceKind.REFERENCE, hashlib.sha256(reference.encode()).digest(), reference)


def names_a_scan(text: str) -> bool:
    """Whether a cell is the name of a file, which has to come along, and no reference."""
    return bool(_FILE_NAME.search(text.strip()))


SCAN_MISSING, SCAN_SEVERAL = "scan-missing", "scan-several"
"""Why a scan is not there: its name stands in no ZIP; or in several folders with different files."""


class Shelf:
    """The judged scans that came beside an import, found by what the evidence column says.

    `members` are dictionaries as `ImportEvidence.members` keeps them. A refused scan is as good as missing.
    """

    def __init__(self, members: Iterable[Mapping[str, Any]]) -> None:
        self._members = {member["place"]: member for member in members}
        self._names = Names((place, member["names"]) for place, member in self._members.items())
        self.used: set[int] = set()

    def read(self, text: str) -> tuple[EvidenceValue, str]:
        """What a cell is, and the code of why it is none where it names a scan that cannot be taken."""
        places = self._names.find(text)
        self.used |= places
        if not places:
            return read_evidence(text), SCAN_MISSING if names_a_scan(text) else ""
        members = [self._members[place] for place in places]
        hashes = {member.get("sha256") for member in members}
        if len(hashes) > 1:
            return NO_EVIDENCE, SCAN_SEVERAL
        if (sha256 := hashes.pop()) is None:
            return NO_EVIDENCE, str(members[0]["refused"])
        return EvidenceValue(EvidenceKind.FILE, bytes.fromhex(sha256)), ""

    def unused(self) -> list[str]:
        """Names of the scans that no row has asked for."""
        return [member["name"] for place, member in self._members.items() if place not in self.used]
