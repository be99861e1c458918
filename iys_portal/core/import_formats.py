"""Files of reference data (brands, dealers, deadlines …): CSV and XLSX, judged by content first.

Small files that a person keeps in a spreadsheet; consents have an engine of their own.
"""

import codecs
import csv
import io
import re
import zipfile
from typing import IO, Any

import tablib
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from import_export.formats import base_formats
from import_export.forms import ImportForm, SelectableFieldsExportForm

MAX_BYTES = 10 * 1024**2
MAX_UNPACKED = 100 * 1024**2
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_LINE = 100_000
DELIMITERS = ";\t,"

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OLE = b"\xd0\xcf\x11\xe0"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WHOLE_FLOAT = re.compile(r"^\d+\.0+$")


class TableRefused(ValueError):
    """A table of reference data that cannot be taken as a whole; the message says why."""


def guard(cell: Any) -> Any:
    """A text that a spreadsheet would take as a formula gets an apostrophe in front, which it hides."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def unguard(cell: Any) -> Any:
    """Undo `guard`, blanks at both ends, and a spreadsheet's way to write a whole number (`700001.0`)."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text.startswith("'") and text[1:].startswith(_FORMULA):
        return text[1:]
    return text[: text.index(".")] if _WHOLE_FLOAT.match(text) else text


def _dataset(rows: list[list[Any]]) -> tablib.Dataset:
    """First row that is not blank as headings, the others filled up to its width."""
    rows = [row for row in rows if any(cell != "" for cell in row)]
    if not rows:
        raise TableRefused(_("The file is empty."))
    if len(rows) - 1 > MAX_ROWS:
        raise TableRefused(
            _("The file has %(count)d rows; %(limit)d are allowed.") % {"count": len(rows) - 1, "limit": MAX_ROWS}
        )
    headings = [str(cell) for cell in rows[0]]
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    data = tablib.Dataset(headers=headings)
    for row in rows[1:]:
        if any(cell != "" for cell in row[width:]):
            raise TableRefused(_("A row has more cells than there are headings."))
        data.append((row + [""] * width)[:width])
    return data


class _Guarded(base_formats.TablibFormat):
    """Export with formulas made harmless in either direction of writing."""

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        rows = [[guard(cell) for cell in row] for row in dataset]
        headers = dataset.headers
        dataset.wipe()
        dataset.headers = headers
        dataset.extend(rows)


class CSVFile(_Guarded, base_formats.CSV):
    """CSV in UTF-8, UTF-16 or Windows-1254; comma, semicolon or tab. Written as UTF-8 with its mark."""

    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        text = in_stream if isinstance(in_stream, str) else _decoded(in_stream)
        lines = text.splitlines()
        first = next((line for line in lines if line.strip()), "")
        delimiter = max(DELIMITERS, key=first.count)
        try:
            rows = [
                [unguard(cell) for cell in row]
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            ]
        except csv.Error as error:
            raise TableRefused(_("The file is not CSV that can be read.")) from error
        return _dataset(rows)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        return "\ufeff" + super().export_data(dataset, **kwargs)


class XLSXFile(_Guarded, base_formats.XLSX):
    """The first sheet of an Excel workbook; formulas count as what they show."""

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> tablib.Dataset:
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        try:
            # Bounds, because a sheet may claim a million rows of nothing.
            cells = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True)
            rows = [[unguard(cell) for cell in row] for row in cells]
        finally:
            book.close()
        return _dataset(rows)


FORMATS = [CSVFile, XLSXFile]


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    for name in [encoding] if encoding else ["utf-8", "cp1254"]:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise TableRefused(_("The file's characters cannot be read; save it as UTF-8."))


def check_content(file: IO[bytes], *, spreadsheet: bool) -> None:
    """Raise `TableRefused` where the content is not the announced kind; leaves the file at its start."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head == _OLE:
        raise TableRefused(_("The workbook is encrypted or in the old XLS form; save it as XLSX without a password."))
    if spreadsheet:
        _check_workbook(file)
    else:
        _check_text(file.read())
    file.seek(0)


def _check_workbook(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = {entry.filename: entry.file_size for entry in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise TableRefused(_("The file is not an Excel workbook (XLSX).")) from error
    if "xl/workbook.xml" not in entries:
        raise TableRefused(_("The file is not an Excel workbook (XLSX)."))
    if any(name.endswith("vbaProject.bin") for name in entries):
        raise TableRefused(_("The workbook holds macros; save it as XLSX without them."))
    if sum(entries.values()) > MAX_UNPACKED:
        raise TableRefused(_("The workbook is too large when unpacked."))


def _check_text(data: bytes) -> None:
    if data.startswith((b"PK\x03\x04", b"%PDF")):
        raise TableRefused(_("The file is not text: choose the format that fits it."))
    text = _decoded(data)
    if "\0" in text:
        raise TableRefused(_("The file is not text: choose the format that fits it."))
    if max((len(line) for line in text.splitlines()), default=0) > MAX_LINE:
        raise TableRefused(_("A line of the file is too long."))


class ReferenceImportForm(ImportForm):
    """Upload of reference data; the file is judged before anything reads it."""

    def __init__(self, formats: list[type[base_formats.Format]], resources: list[Any], **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.formats = formats

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file, number = cleaned.get("import_file"), cleaned.get("format")
        if not file or not number:
            return cleaned
        if file.size > MAX_BYTES:
            self.add_error(
                "import_file",
                forms.ValidationError(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024**2}),
            )
            return cleaned
        chosen = self.formats[int(number)]
        try:
            check_content(file, spreadsheet=issubclass(chosen, base_formats.XLSX))
            file.seek(0)
            chosen().create_dataset(file.read())
        except TableRefused as refusal:
            self.add_error("import_file", str(refusal))
        except Exception:  # whatever the format's reader says of a damaged file
            self.add_error("import_file", _("The file cannot be read; it may be damaged."))
        file.seek(0)
        return cleaned


class ReferenceExportForm(SelectableFieldsExportForm):
    """Choice of the columns; on a Turkish page each by the heading that an import knows it by, with the file's own."""

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        column = resource.fields[field_name].column_name
        if get_language() != "tr" or column not in resource.headings:
            return str(super()._get_field_label(resource, field_name))
        return f"{next(iter(resource.headings[column]))} ({column})"
