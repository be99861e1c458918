"""What the pages show of an agreement: where its signing stands, its files, its checks."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

from iys_portal.core.enums import DocumentState
from providers.agreements.reports import Group, groups
from providers.enums import AgreementStage, SigningWay
from providers.missing import agreement_of, file_of, missing_before_agreement
from providers.models import Agreement, AgreementFile, Application


@dataclass(frozen=True)
class KeptFile:
    """A signed file and its checks in words."""

    row: AgreementFile
    label: str | Promise
    groups: list[Group]


def signing_of(application: Application) -> dict[str, Any]:
    """Where the signing stands, for the applicant's pages. `application` comes from `missing.whole`."""
    agreement = agreement_of(application)
    return {
        "agreement": agreement,
        "drawing": agreement is not None and agreement.document.state == DocumentState.WAITING,
        "drawn": agreement is not None and agreement.document.state == DocumentState.READY,
        "partial": agreement and file_of(agreement, AgreementStage.PARTIAL),
        "signed": agreement and file_of(agreement, AgreementStage.SIGNED),
        "kept_files": kept_files(agreement),
        "online": application.signing_way == SigningWay.ONLINE,
        "online_possible": bool(settings.ESIGN_ROOTS),
        "to_do_first": missing_before_agreement(application) if application.with_applicant else [],
        "refusal": "",
        "refused": [],
    }


def kept_files(agreement: Agreement | None) -> list[KeptFile]:
    """The signed files in force, as they came. `agreement` comes from `missing.whole`."""
    rows: list[AgreementFile] = agreement.kept if agreement else []  # type: ignore[attr-defined]
    return [
        KeptFile(row, AgreementStage(row.stage).label, groups(row.report)) for row in sorted(rows, key=lambda r: r.pk)
    ]


def agreements_of(application: Application) -> dict[str, Any]:
    """Every version and the signed files, for the reviewers' desk. `application` comes from `missing.whole`."""
    return {
        "agreement": agreement_of(application),
        "agreements": list(application.agreements.select_related("document")),
        "kept_files": kept_files(agreement_of(application)),
    }
