"""What can be taken home from an answered query. Whoever hands a file out records it (R-G3)."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from .models import RecipientQuery

INLINE_ROWS = 50_000
"""Rows of a workbook that is made while its reader waits: about three seconds."""


@dataclass(frozen=True)
class Download:
    """One file of an answered query; `why_not` says why it cannot be had."""

    kind: str
    label: str
    hint: str
    icon: str
    file_name: str
    why_not: str = ""


def downloads_of(query: RecipientQuery) -> list[Download]:
    """The files of an answered query."""
    if not query.answered:
        return []
    gone = "" if query.result else _("The result was deleted after its retention.")
    large = ""
    if query.total > INLINE_ROWS:
        large = _("Workbooks are made for up to 50,000 rows; take the CSV, which Excel opens too.")
    name = f"sorgu-{Path(query.file_name).stem[:60] or query.number}"
    return [
        Download(
            "csv", _("Result (CSV)"), _("Your rows in their order, with the answers beside them."), "csv",
            f"{name}.csv", gone,
        ),
        Download("xlsx", _("Result (XLSX)"), "", "xlsx", f"{name}.xlsx", gone or large),
        Download(
            "json", _("Signed statement (JSON)"),
            _("What the registry answered and until when, with its Ed25519 signature; no addresses."), "seal",
            f"{query.number}.json",
        ),
    ]  # fmt: skip
