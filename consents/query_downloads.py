"""What can be taken home from an answered query. Whoever hands a file out records it (R-G3)."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from .models import RecipientQuery

INLINE_ROWS = 50_000
"""Rows of a workbook that is made while its reader waits: about three seconds."""


@dataclass(frozen=True)
class Download:
    """One file of an answered query; `why_not` says why it cannot be had, `coming` that it is being made."""

    kind: str
    label: str
    hint: str
    icon: str
    file_name: str
    why_not: str = ""
    coming: str = ""
    to_order: bool = False


def downloads_of(query: RecipientQuery) -> list[Download]:
    """The files of an answered query."""
    if not query.answered:
        return []
    gone = "" if query.result else _("The result was deleted after its retention.")
    name = f"sorgu-{Path(query.file_name).stem[:60] or query.number}"
    rows = _("Your rows in their order, with the answers beside them.")
    signed = _("What the registry answered and until when, with its Ed25519 signature; no addresses.")
    return [
        Download("csv", _("Result (CSV)"), rows, "csv", f"{name}.csv", gone),
        _workbook(query, f"{name}.xlsx", gone),
        Download("json", _("Signed statement (JSON)"), signed, "seal", f"{query.number}.json"),
    ]


def _workbook(query: RecipientQuery, name: str, gone: str) -> Download:
    """A large workbook is made in the background, once it is asked for."""
    large = query.total > INLINE_ROWS and not query.book
    job = query.book_job if large else None
    coming, hint = "", ""
    if job is not None and job.active:
        coming = _("The workbook is being made.")
        if job.percent is not None:
            coming = _("The workbook is being made: %(percent)s%%") % {"percent": job.percent}
    elif large:
        hint = _("Many rows: it is made in the background, and can be taken from here then.")
    return Download("xlsx", _("Result (XLSX)"), hint, "xlsx", name, gone, coming, to_order=large)
