"""Why a file is refused as a whole, in words for the person who uploaded it."""

from collections import defaultdict
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class _Words(NamedTuple):
    reason: Promise | str
    advice: Promise | str


REFUSALS: dict[str, _Words] = {
    "empty": _Words(
        _("The file is empty."),
        _("Export it again and check that it holds rows before you upload it."),
    ),
    "headings-only": _Words(
        _("The file holds headings but no rows."),
        _("Export it again with the rows below the headings."),
    ),
    "no-recognisable-columns": _Words(
        _("No column of the file holds phone numbers or e-mail addresses."),
        _("Give the columns headings such as recipient, type, status, source and consentDate."),
    ),
    "two-columns": _Words(
        _("Several columns of the file are for “{field}”: {headings}."),
        _("Keep one of them, or rename the others, and upload the file again."),
    ),
    "too-many-rows": _Words(
        _("The file holds {count} rows; {limit} are accepted at once."),
        _("Split the file and upload the parts one after the other."),
    ),
    "too-many-columns": _Words(
        _("The file has {count} columns; {limit} are accepted."),
        _("Keep the columns that are about consents and upload the file again."),
    ),
    "too-many-rows-for-a-sheet": _Words(
        _("A spreadsheet holds {limit} rows at most."),
        _("Download the rows as CSV."),
    ),
    "record-too-long": _Words(
        _("The row that begins in line {line} is longer than {limit} characters."),
        _("The line ends or quotation marks of the file are damaged there; export it again."),
    ),
    "unclosed-quote": _Words(
        _("A quotation mark that opens in line {line} is never closed."),
        _("Close or remove the quotation mark in that line and upload the file again."),
    ),
    "nul-bytes": _Words(
        _("The text has unreadable characters (NUL) in line {line}."),
        _("The file is damaged or is not a text file; export it again as CSV (UTF-8) or as XLSX."),
    ),
    "undecodable": _Words(
        _("The letters in line {line} cannot be read: the file mixes encodings or is damaged."),
        _("Export it again as CSV (UTF-8) or as XLSX."),
    ),
    "binary": _Words(
        _("This is not a table: the file holds binary data."),
        _("Upload a CSV, XLSX or ODS file."),
    ),
    "pdf": _Words(
        _("This is a PDF document, whatever its name says."),
        _("Upload the list itself as CSV, XLSX or ODS."),
    ),
    "zip-archive": _Words(
        _("This is a ZIP archive, not a workbook."),
        _("Unpack it and upload the CSV, XLSX or ODS file in it."),
    ),
    "zip-bomb": _Words(
        _("The workbook unpacks to an unreasonable size."),
        _("Copy the rows into a new workbook, or save the sheet as CSV (UTF-8)."),
    ),
    "sheet-too-large": _Words(
        _("The workbook is too large to be read."),
        _("Save the sheet as CSV (UTF-8) and upload that file."),
    ),
    "broken-workbook": _Words(
        _("The workbook is damaged and cannot be opened."),
        _("Open it in your spreadsheet program, save it as XLSX and upload it again."),
    ),
    "password-protected": _Words(
        _("The workbook is protected by a password."),
        _("Remove the password in your spreadsheet program and upload it again."),
    ),
    "old-workbook": _Words(
        _("The workbook has an old format that is not read."),
        _("Open it in your spreadsheet program, save it as XLSX and upload that file."),
    ),
    "macro-workbook": _Words(
        _("The workbook contains macros."),
        _("Save it as XLSX, without macros, and upload that file."),
    ),
    "html-table": _Words(
        _("This is a web page, whatever its name says."),
        _("Open it in your spreadsheet program, save it as XLSX and upload that file."),
    ),
    "scan-empty": _Words(
        _("The file is empty (0 bytes)."),
        _("Scan the document again and upload that file."),
    ),
    "scan-too-large": _Words(
        _("The file is larger than {limit} MB."),
        _("Scan it with fewer dots an inch; 200 are plenty for a form."),
    ),
    "scan-unknown": _Words(
        _("This is neither a PDF nor a picture (JPEG, PNG or HEIC), whatever its name says."),
        _("Upload the scan as PDF, JPEG, PNG or HEIC."),
    ),
    "scan-broken": _Words(
        _("The file is damaged and cannot be opened."),
        _("Scan the document again, or save it anew, and upload that file."),
    ),
    "scan-encrypted": _Words(
        _("The PDF is locked with a password."),
        _("Remove the password, so that the evidence can be read years from now."),
    ),
    "scan-active": _Words(
        _("The PDF runs a script, opens something else or carries another file inside."),
        _("Print it to a new PDF, or scan the paper, and upload that file."),
    ),
    "scan-two-kinds": _Words(
        _("The file is two things in one: another kind of file hides in it."),
        _("Print it to a new PDF, or scan the paper, and upload that file."),
    ),
    "scan-measures": _Words(
        _("The picture is too small or too large: each side has from {smallest} to {largest} pixels."),
        _("Scan the document again with about 200 dots an inch."),
    ),
    "scan-page-measures": _Words(
        _("A page of the PDF has measures that no paper has."),
        _("Print it to a new PDF on A4 and upload that file."),
    ),
    "scan-pages": _Words(
        _("The PDF has more than {limit} pages."),
        _("Upload the pages that carry the signature."),
    ),
    "zip-unreadable": _Words(
        _("This is not a ZIP archive, or it is damaged."),
        _("Pack the scans into a new ZIP and upload that file."),
    ),
    "zip-many": _Words(
        _("The ZIP holds more than {limit} files."),
        _("Split the list and its scans, and upload the parts one after the other."),
    ),
    "zip-unpacks": _Words(
        _("The ZIP unpacks to an unreasonable size."),
        _("Pack the scans anew; PDFs and pictures hardly shrink in a ZIP."),
    ),
    "zip-password": _Words(
        _("The ZIP is locked with a password."),
        _("Pack the scans into a ZIP without a password."),
    ),
    "zip-paths": _Words(
        _("A name in the ZIP leads outside of it."),
        _("Pack the scans anew, from the folder that they are in."),
    ),
    "zip-nested": _Words(
        _("The ZIP holds another archive."),
        _("Unpack it and put the scans themselves into the ZIP."),
    ),
    "zip-nothing": _Words(
        _("The ZIP holds no files."),
        _("Put the scans into it and upload it again."),
    ),
    "unknown-sheet": _Words(
        _("The workbook has no sheet “{sheet}”."),
        _("Choose one of the sheets of the workbook."),
    ),
}


class FileRefused(Exception):
    """The file cannot be taken as it is; nothing was read from it.

    `code` is a key of `REFUSALS`, `params` the values its sentence names (`line` is 1-based).
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.code, self.params)

    @property
    def message(self) -> str:
        """What is wrong, in the active language."""
        return self._filled(REFUSALS[self.code].reason)

    @property
    def advice(self) -> str:
        """What to do about it, in the active language."""
        return self._filled(REFUSALS[self.code].advice)

    def _filled(self, sentence: Promise | str) -> str:
        return str(sentence).format_map(defaultdict(str, {key: str(value) for key, value in self.params.items()}))


def _rebuild(code: str, params: dict[str, object]) -> FileRefused:
    return FileRefused(code, **params)
