"""The kinds of file that a list can be written as; memory stays the same however long it is."""

import csv
import io
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellStringTuple, Worksheet

from consents.files.annotate import CELL_CHARACTERS, guard
from consents.files.read import SHEET_ROWS

from .columns import heading
from .rows import Listing, csv_blocks, text_rows
from .tables import Table

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Content types."""
PART = 2_000  # rows of one part of a stream
LETTERS = tuple(xl_col_to_name(column) for column in range(256))
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def csv_parts(listing: Listing | Table) -> Iterator[tuple[bytes, int]]:
    """A CSV file in parts, each with how many rows it holds; the first is the heading."""
    yield _lines([[guard(name) for name in _names(listing)]]), 0
    if isinstance(listing, Table):
        for part in listing.parts():
            yield _lines([[guard(cell) for cell in row] for row in part]), len(part)
        return
    if listing.moment is None:
        yield from csv_blocks(listing)
        return
    for rows in text_rows(listing):
        yield _lines([(guard(row[0] or ""), *row[1:7], guard(row[7] or ""), *row[8:]) for row in rows]), len(rows)


def _names(listing: Listing | Table) -> tuple[str, ...]:
    if isinstance(listing, Table):
        return listing.names
    return heading(listing.kind, several=listing.several, at=listing.moment)


def _lines(rows: list[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def excel_csv(rows: Iterable[list[str]]) -> Iterator[str]:
    """CSV in parts for people: with BOM and semicolons, which a Turkish Excel opens in columns."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";")
    for count, cells in enumerate(rows, start=1):
        writer.writerow(cells)
        if count % PART == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_csv(path: Path, listing: Listing | Table) -> Iterator[int]:
    """Write the file; yields how many rows it holds so far."""
    done = 0
    with path.open("wb") as file:
        for part, rows in csv_parts(listing):
            file.write(part)
            done += rows
            yield done


def write_xlsx(path: Path, listing: Listing | Table) -> Iterator[int]:
    """Write a workbook of texts, a further sheet where one is full; yields how many rows it holds so far."""
    names, done = _names(listing), 0
    parts: Iterable[Any] = listing.parts() if isinstance(listing, Table) else text_rows(listing)
    with xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
        sheet, line = _sheet(book, names), 1
        for rows in parts:
            for row in rows:
                if line == SHEET_ROWS:
                    sheet, line = _sheet(book, names), 1
                for column, text in enumerate(row):
                    if text:
                        sheet.write_string(line, column, text[:CELL_CHARACTERS])
                line += 1
            done += len(rows)
            yield done
    yield done


class _TextSheet(Worksheet):
    """Writes plain texts as the library would, in half of its time; whatever is not plain, the library writes."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if type(cell) is CellStringTuple and col < len(LETTERS) and cell.format is None and _is_plain(cell.string):
            text = escape(cell.string, quote=False)
            self.fh.write(f'<c r="{LETTERS[col]}{row + 1}" t="inlineStr"><is><t>{text}</t></is></c>')
        else:
            super()._write_cell(row, col, cell)


def _is_plain(text: str) -> bool:
    """No control characters and what looks like their escapes (`_x000D_`), no blanks to be kept at the ends."""
    return text.isprintable() and "_x" not in text and not text.startswith(" ") and not text.endswith(" ")


def _sheet(book: Any, names: tuple[str, ...]) -> Any:
    sheet = book.add_worksheet(worksheet_class=_TextSheet)
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(names) - 1, 20)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    return sheet
