"""The texts of references, kept beside the ledger, which holds their hashes (R-C16)."""

from collections.abc import Iterable

from consents.enums import EvidenceKind
from consents.evidence import EvidenceValue
from consents.models import Evidence


def keep_references(brand_id: int, values: Iterable[EvidenceValue]) -> None:
    """Keep those of the values that are references; each once for a brand, whoever brought it first."""
    known = {value.sha256: value for value in values if value.kind is EvidenceKind.REFERENCE}
    if known:
        Evidence.objects.bulk_create(
            [
                Evidence(brand_id=brand_id, sha256=sha256, kind=value.kind, reference=value.reference)
                for sha256, value in known.items()
            ],
            ignore_conflicts=True,
        )
