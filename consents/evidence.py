"""What an evidence cell means (R-C16): a reference to where the original is kept, or the name of a scan."""

import hashlib
import re
from dataclasses import dataclass

from .enums import EvidenceKind

# A file's name is no reference: the scan itself has to come with the import (R-C16).
_FILE_NAME = re.compile(r"\.(pdf|jpe?g|png|heic|tiff?)$", re.IGNORECASE)
REFERENCE_LENGTH = 300


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
