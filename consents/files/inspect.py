"""What a bulk file is and how it is built, or why it is refused; nothing is changed by looking."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .container import kind_of
from .encoding import LABELS, scan, utf8_blocks
from .errors import FileRefused
from .layout import Kind, Layout
from .read import count_rows
from .recognise import Row, Table, recognise
from .records import first_records
from .sheets import Sheet, sheets_of

DELIMITERS = (",", ";", "\t", "|")
_FIRST_BYTES = 1 << 20
_FIRST_ROWS = 260
_NOTHING = ' \t\r\n\v\f\xa0\ufeff,;|"'


def inspect_file(
    path: Path,
    *,
    remembered: Mapping[str, str | None] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    lenient: bool = False,
) -> Layout:
    """Recognise a file by its content; its name decides nothing.

    `lenient` also takes a table in which no column, or more than one, is surely the address: its reader chooses.

    `remembered` maps heading keys to fields (None: ignored) as `layout.to_remember` gave them for an earlier
    file of the provider, and wins over recognition. `sheet`, `encoding` (a key of `encoding.LABELS`) and
    `delimiter` are the user's own choice. Raises `FileRefused`.
    """
    if (encoding is not None and encoding not in LABELS) or (delimiter is not None and delimiter not in DELIMITERS):
        raise ValueError("no such encoding or delimiter")
    kind = kind_of(path)
    if kind == "text":
        return _inspect_text(path, remembered or {}, encoding, delimiter, lenient=lenient)
    return _inspect_sheets(path, kind, remembered or {}, sheet, lenient=lenient)


def _inspect_text(
    path: Path, remembered: Mapping[str, str | None], encoding: str | None, delimiter: str | None, *, lenient: bool
) -> Layout:
    found = scan(path, encoding)
    text = _first_text(path, found.encoding)
    separator, skipped = _separator_line(text)
    given = delimiter or separator
    choices = (given,) if given else DELIMITERS
    readings = {}
    for choice in choices:
        rows: list[Row] = [row for row in first_records(text, choice, _FIRST_ROWS) if row[0] > skipped]
        readings[choice] = (recognise(rows, remembered), _evenness(rows))
    best = max(choices, key=lambda choice: (readings[choice][0].score, readings[choice][1]))
    table = readings[best][0]
    layout = _layout(table, "csv", encoding=found.encoding, delimiter=best)
    if found.quotes % 2:
        count_rows(path, layout)
    _refuse_useless(table, any_text=bool(text.strip(_NOTHING)), lenient=lenient)
    return layout


def _first_text(path: Path, encoding: str) -> str:
    """Whole lines from the beginning of the file; the last line of a short file may lack its end."""
    text = b""
    for block, _ in utf8_blocks(path, encoding, _FIRST_BYTES):
        text += block
        if len(text) >= _FIRST_BYTES // 2:
            break
    return text.decode()


def _separator_line(text: str) -> tuple[str | None, int]:
    """What Excel's `sep=` line says, and the number of lines that it takes."""
    first = text[:20].splitlines()[0] if text else ""
    word = first.strip('"').lower()
    if word.startswith("sep=") and len(word) == 5:
        return first.strip('"')[4], 1
    return None, 0


def _evenness(rows: list[Row]) -> float:
    """How regular a reading is: part of the rows with the commonest number of cells, if that is over one."""
    counts = [len(cells) for _, cells in rows]
    if not counts:
        return 0.0
    commonest = max(set(counts), key=counts.count)
    return counts.count(commonest) / len(counts) if commonest > 1 else 0.0


def _inspect_sheets(
    path: Path, kind: Kind, remembered: Mapping[str, str | None], chosen: str | None, *, lenient: bool
) -> Layout:
    sheets = sheets_of(path)
    if not sheets:
        raise FileRefused("empty")
    if chosen is not None and chosen not in {sheet.name for sheet in sheets}:
        raise FileRefused("unknown-sheet", sheet=chosen)
    tables = {sheet.name: recognise(_rows(sheet), remembered) for sheet in sheets if chosen in (None, sheet.name)}
    best = max(tables, key=lambda name: tables[name].score)
    _refuse_useless(tables[best], any_text=True, lenient=lenient)
    layout = _layout(tables[best], kind)
    return replace(layout, sheet=best, sheets=tuple(sheet.name for sheet in sheets))


def _rows(sheet: Sheet) -> list[Row]:
    rows = [(line, list(cells)) for line, cells in enumerate(zip(*sheet.columns, strict=True), start=sheet.first)]
    return [(line, cells) for line, cells in rows if any(cell and not cell.isspace() for cell in cells)]


def _refuse_useless(table: Table, *, any_text: bool, lenient: bool) -> None:
    if not any_text:
        raise FileRefused("empty")
    if table.twins is not None and not lenient:
        raise table.twins
    if not table.has_rows:
        raise FileRefused("headings-only" if table.columns else "empty")
    if not table.usable and not lenient:
        raise FileRefused("no-recognisable-columns")


def _layout(table: Table, kind: Kind, *, encoding: str | None = None, delimiter: str | None = None) -> Layout:
    columns = table.columns
    if table.twins is not None:  # a lenient reader chooses among them
        columns = tuple(replace(column, field=None) for column in columns)
    return Layout(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        sheet=None,
        sheets=(),
        header_line=table.header_line,
        first_line=table.first_line,
        columns=columns,
        shape=table.shape,
        sample=table.sample,
    )
