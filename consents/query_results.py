"""The result of a query as a file: the asker's own rows and columns in their order, and the answers beside them.

Only the file holds addresses. CSV with a BOM and semicolons, which a Turkish Excel opens in columns; cells that a
spreadsheet program would run are guarded.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import polars as pl
import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .effective import Effective, Reason
from .engine.asked import Question, answer, read
from .enums import Verdict
from .files.annotate import CELL_CHARACTERS, SHEET_ROWS, guard, guarded, heading_of
from .files.layout import Column, Layout
from .files.read import read_slices
from .problems import BY_NUMBER

HEADINGS: tuple[Promise | str, ...] = (_("Checked address"), _("Answer"), _("Reason"), _("Code"))
BOM = "\ufeff".encode()
SHOWN = 20  # rows that the page shows
CELL = 120  # characters of a shown cell
HEARD = 20_000  # rows of a workbook between two words about it


@dataclass(frozen=True)
class Words:
    """A number of `Reason` or of `Problem` as a reader gets it; `code` is the same in every language."""

    answer: str | Promise
    reason: str | Promise
    code: str
    badge: str


def words_of(number: int) -> Words:
    """The answer in words. A malformed address says how it has to look like."""
    if number in BY_NUMBER:
        problem = BY_NUMBER[number]
        reason = problem.advice if "{value}" in str(problem.reason) else problem.reason
        return Words(Verdict.MALFORMED.label, reason, problem.code, Verdict.MALFORMED.badge)
    reason_ = Reason(number)
    return Words(reason_.effective.label, reason_.label, reason_.name, reason_.effective.badge)


@dataclass
class Answered:
    """What a result came to so far."""

    counts: Counter[int] = field(default_factory=Counter)
    malformed: Counter[int] = field(default_factory=Counter)
    first_rows: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    sha256: str = ""
    size: int = 0

    def add(self, cells: pl.Series, lines: pl.Series, found: pl.DataFrame) -> None:
        for number, total in Counter(found["number"].to_list()).items():
            (self.malformed if number in BY_NUMBER else self.counts)[number] += total
        self.rows += found.height
        for line, cell, (address, number) in zip(
            lines.head(SHOWN - len(self.first_rows)), cells, found.iter_rows(), strict=False
        ):
            shown = {"line": line, "cell": (cell or "")[:CELL], "address": address or "", "number": number}
            self.first_rows.append(shown)


class ResultFile:
    """Writes slices of the asker's rows with their answers, and hashes what it writes."""

    def __init__(self, file: IO[bytes], layout: Layout, column: int) -> None:
        self.file, self.layout, self.column = file, layout, column
        self.digest = hashlib.sha256()
        self.answered = Answered()
        names = [heading_of(one) for one in layout.columns]
        if len(names) == 1 and not names[0]:
            names = [str(_("Address as asked"))]
        self._write(BOM + _line([guard(str(name)) for name in (*names, *HEADINGS)]))

    def read(self, frame: pl.DataFrame, channel: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """A slice and its addresses; needs no database."""
        return frame, read(frame[f"c{self.column}"], channel)

    def add(self, frame: pl.DataFrame, rows: pl.DataFrame, question: Question) -> pl.DataFrame:
        """Answer a slice that was read, and write it; the answers as `answer` gives them."""
        found = answer(rows, question)
        self.answered.add(frame[f"c{self.column}"], frame["line"], found)
        self._write(_one_line(frame, found) if frame.height == 1 else _lines(frame, found))
        return found

    def finish(self) -> Answered:
        self.answered.sha256 = self.digest.hexdigest()
        return self.answered

    def _write(self, content: bytes) -> None:
        self.file.write(content)
        self.digest.update(content)
        self.answered.size += len(content)


def _lines(frame: pl.DataFrame, found: pl.DataFrame) -> bytes:
    out = guarded(frame, "line").hstack([found["address"], *_columns(found["number"])])
    return out.write_csv(include_header=False, separator=";", quote_style="necessary").encode()


def _one_line(frame: pl.DataFrame, found: pl.DataFrame) -> bytes:
    """The same of one row: steps in columns cost more than all the rest of a single answer."""
    (_line_number, *cells), (address, number) = frame.row(0), found.row(0)
    told = words_of(number)
    words = (guard(str(text)) for text in (told.answer, told.reason, told.code))
    return _line([*(guard(cell or "") for cell in cells), address or "", *words])


def _columns(numbers: pl.Series) -> list[pl.Series]:
    """Answer, reason and code of each row, as they are written."""
    given = numbers.to_list()
    told = {number: words_of(number) for number in set(given)}
    texts = [
        {number: guard(str(text)) for number, text in ((n, getattr(words, name)) for n, words in told.items())}
        for name in ("answer", "reason", "code")
    ]
    return [pl.Series(f"_{place}", [text[number] for number in given]) for place, text in enumerate(texts)]


def _line(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode(errors="replace")


def result_layout(layout: Layout) -> Layout:
    """How the result itself is built, to read it again."""
    width = len(layout.columns) + len(HEADINGS)
    columns = tuple(Column(index, "", None) for index in range(width))
    return Layout("csv", "utf-8-sig", ";", None, (), None, 1, columns, "long")


def result_rows(path: Path, layout: Layout) -> Iterator[tuple[str, ...]]:
    """Every line of the result, its headings first; cells as they were before they were guarded."""
    for part in read_slices(path, result_layout(layout), rows=20_000):
        for _number, *cells in part.frame.iter_rows():
            yield tuple(cell or "" for cell in cells)


def write_xlsx(path: Path, layout: Layout, out: Path, *, progress: Callable[[int], None] = lambda done: None) -> None:
    """The result as a workbook of texts; a further sheet begins where one is full. `progress` hears of rows."""
    rows = result_rows(path, layout)
    names = next(rows)
    with xlsxwriter.Workbook(str(out), {"constant_memory": True}) as book:
        sheet, place = None, SHEET_ROWS
        for done, cells in enumerate(rows):
            if done % HEARD == 0:
                progress(done)
            if place == SHEET_ROWS:
                sheet, place = book.add_worksheet(), 1
                sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
                sheet.freeze_panes(1, 0)
                _put(sheet, 0, names)
            _put(sheet, place, cells)
            place += 1


def _put(sheet: Any, row: int, cells: tuple[str, ...]) -> None:
    for column, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, column, cell[:CELL_CHARACTERS])


def by_answer(counts: Mapping[str, int]) -> dict[Effective, int]:
    """Totals of the answers, every one of them, out of those of the reasons."""
    totals = dict.fromkeys(Effective, 0)
    for number, total in counts.items():
        totals[Reason(int(number)).effective] += total
    return totals
