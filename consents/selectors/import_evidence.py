"""What the page of an import says about the evidence of its signed consents (R-C16)."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.evidence import SCAN_MISSING, SCAN_SEVERAL
from consents.files.errors import FileRefused
from consents.models import ConsentImport, ImportEvidence

from .import_report import Report

_ABSENT: dict[str, Promise | str] = {
    SCAN_MISSING: _("not in the ZIP"),
    SCAN_SEVERAL: _("stands in several folders with different files; name the folder in the list"),
}


@dataclass(frozen=True)
class ImportedEvidence:
    """Rows by what their evidence came to; `absent` and `unused` are the first names of each kind."""

    matched: int = 0
    missing: int = 0
    references: int = 0
    nothing: int = 0
    unused: int = 0
    archive: ImportEvidence | None = None
    absent: list[tuple[str, str]] = field(default_factory=list)
    unused_names: list[str] = field(default_factory=list)

    @property
    def incomplete(self) -> int:
        return self.missing + self.nothing


def archive_of(item: ConsentImport) -> ImportEvidence | None:
    """The ZIP that came beside the import, also when only its name and hash are still kept."""
    return ImportEvidence.objects.filter(pk=item.pk).first()


def evidence_of(item: ConsentImport, report: Report | None) -> ImportedEvidence | None:
    """What is known of the evidence; None before the check, and where no row says or needs any."""
    found = (item.counts or item.dry_counts).get("evidence")
    if report is None or not found:
        return None
    archive = archive_of(item)
    said = archive.report if archive is not None else {}
    return ImportedEvidence(
        **found,
        archive=archive,
        absent=[(name, _absent(code)) for name, code in said.get("absent", [])],
        unused_names=said.get("unused", []),
    )


def _absent(code: str) -> str:
    return str(_ABSENT[code]) if code in _ABSENT else FileRefused(code).message
