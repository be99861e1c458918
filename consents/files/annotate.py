"""Problem rows as a file that a person mends and uploads again: each row as it came, and what is wrong."""

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal, Protocol

import polars as pl
import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.normalise.columns import pick

from .errors import FileRefused
from .layout import OFFICIAL_HEADINGS, Column, Layout
from .read import SHEET_ROWS, read_slices

Problem = tuple[int, str, str, str]
"""Line, code, reason, advice."""

EXTRA_HEADINGS: tuple[Promise | str, ...] = (_("Line"), _("Code"), _("Explanation"), _("What to do"))
CELL_CHARACTERS = 32_767
_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_HARMLESS = re.compile(r"\+\d+|-\d+(?:[.,]\d+)?")
_ACTIVE_CELL, _HARMLESS_CELL = rf"^{_ACTIVE.pattern}", rf"^(?:{_HARMLESS.pattern})$"


class _Rows(Protocol):
    def write(self, cells: Iterable[str]) -> None: ...


def write_problem_rows(
    source_path: Path,
    layout: Layout,
    problems: Iterable[Problem],
    out_path: Path,
    *,
    kind: Literal["xlsx", "csv"] = "xlsx",
) -> int:
    """Write the rows that `problems` name, with their own cells and headings and four columns more.

    `problems` come in ascending order of lines; several of one line share its row. Reads and writes as a
    stream. Returns the number of rows written. Raises ValueError for problems out of order or of lines
    that are no rows, `FileRefused('too-many-rows-for-a-sheet')` when a sheet cannot hold them.
    """
    writer = _xlsx_rows if kind == "xlsx" else _csv_rows
    count = 0
    try:
        with writer(out_path) as out:
            out.write([*(heading_of(column) for column in layout.columns), *map(str, EXTRA_HEADINGS)])
            for cells in _annotated(source_path, layout, problems):
                out.write(cells)
                count += 1
    except BaseException:
        out_path.unlink(missing_ok=True)
        raise
    return count


def guard(cell: str) -> str:
    """A cell for CSV that no spreadsheet program runs as a formula; reading takes the apostrophe off again.

    Phone numbers (`+905…`) and negative numbers stay as they are.
    """
    if _ACTIVE.match(cell) and not _HARMLESS.fullmatch(cell):
        return "'" + cell
    return cell


def guarded(frame: pl.DataFrame, *without: str) -> pl.DataFrame:
    """`guard` over every cell of a frame's texts, some columns left out."""
    return pick(frame, *(_guarded(name) for name in frame.columns if name not in without))


def _guarded(name: str) -> pl.Expr:
    cell = pl.col(name)
    active = cell.str.contains(_ACTIVE_CELL) & ~cell.str.contains(_HARMLESS_CELL)
    return pl.when(active).then(pl.lit("'") + cell).otherwise(cell).alias(name)


def heading_of(column: Column) -> str:
    """The column's own heading, or one that is recognised when the file had none."""
    if column.heading or column.field is None:
        return column.heading
    return OFFICIAL_HEADINGS.get(column.field, column.field)


def _annotated(path: Path, layout: Layout, problems: Iterable[Problem]) -> Iterator[list[str]]:
    """Cells of each problem row in file order, with line, codes, reasons and advice behind them."""
    wanted = groupby(_ascending(problems), key=lambda problem: problem[0])
    current = next(wanted, None)
    for part in read_slices(path, layout):
        if current is None:
            return
        last = part.frame["line"][-1]
        notes: dict[int, list[str]] = {}
        while current is not None and current[0] <= last:
            notes[current[0]] = _notes(current[0], list(current[1]))
            current = next(wanted, None)
        found = part.frame.filter(pl.col("line").is_in(list(notes)))
        if found.height != len(notes):
            raise ValueError("a problem names a line that is no row of the file")
        for line, *cells in found.iter_rows():
            yield [*(cell or "" for cell in cells), *notes[line]]
    if current is not None:
        raise ValueError("a problem names a line behind the last row of the file")


def _ascending(problems: Iterable[Problem]) -> Iterator[Problem]:
    last = 0
    for problem in problems:
        if problem[0] < last:
            raise ValueError("problems have to come in ascending order of lines")
        last = problem[0]
        yield problem


def _notes(line: int, problems: list[Problem]) -> list[str]:
    """Line, and the different codes, reasons and advices of its problems."""
    texts = [" / ".join(dict.fromkeys(str(problem[place]) for problem in problems)) for place in (1, 2, 3)]
    return [str(line), *texts]


class _CsvRows:
    def __init__(self, file: object) -> None:
        self.writer = csv.writer(file, delimiter=";")  # type: ignore[arg-type]

    def write(self, cells: Iterable[str]) -> None:
        self.writer.writerow([guard(cell) for cell in cells])


@contextmanager
def _csv_rows(path: Path) -> Iterator[_Rows]:
    """Semicolons and a BOM: what Excel on a Turkish computer opens in columns and with its letters."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield _CsvRows(file)


class _XlsxRows:
    def __init__(self, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        self.sheet = sheet
        self.row = 0

    def write(self, cells: Iterable[str]) -> None:
        if self.row >= SHEET_ROWS:
            raise FileRefused("too-many-rows-for-a-sheet", limit=SHEET_ROWS - 1)
        for place, cell in enumerate(cells):
            if cell:
                self.sheet.write_string(self.row, place, cell[:CELL_CHARACTERS])
        self.row += 1


@contextmanager
def _xlsx_rows(path: Path) -> Iterator[_Rows]:
    """Every cell a text, so that nothing is run and no phone number is turned into a figure."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
        sheet.freeze_panes(1, 0)
        yield _XlsxRows(sheet)
