"""What can be taken home from an import: its problem rows to mend, addresses to strike off, and every row's verdict.

Everything is written or streamed row by row, whatever the size of the import. Whoever hands a file out records it
(R-G3).
"""

import heapq
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import byteorder
from typing import Literal

import polars as pl
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from iys_portal.core.calendar import written
from iys_portal.core.storage import private_path

from . import problems
from .enums import Channel, Source, Verdict
from .files.annotate import SHEET_ROWS, guard, write_problem_rows
from .files.layout import Layout
from .models import ConsentImport, ImportChunk
from .problem_words import sentence_values, value_of
from .selectors.import_rows import judged_phase, stream

REFUSED = 514  # R-C14: "refused on …, take it off your list"


@dataclass(frozen=True)
class Download:
    """One file that an import offers; `why_not` says why it is not there."""

    kind: str
    label: str
    hint: str
    icon: str
    rows: int
    why_not: str = ""


def downloads_of(item: ConsentImport) -> list[Download]:
    """The files of a judged import, with the reason where one cannot be had."""
    found = item.counts or item.dry_counts
    if "codes" not in found:
        return []
    codes: dict[str, int] = found["codes"]
    refused, off = sum(codes.values()), codes.get(str(REFUSED), 0)
    gone = "" if item.file else _("The uploaded file was deleted after the time in which an import can be undone.")
    none = _("No row was refused.") if not refused else ""
    large = _("More rows than a sheet holds; take the CSV.") if refused >= SHEET_ROWS else ""
    mend = _("The refused rows as they came, with what is wrong beside them. Mend and upload again.")
    return [
        Download("problems.xlsx", _("Rows to mend (XLSX)"), "", "xlsx", refused, none or gone or large),
        Download("problems.csv", _("Rows to mend (CSV)"), mend, "csv", refused, none or gone),
        Download(
            "refused.csv",
            _("Take off your list"),
            _("Addresses that refused after the consent in your file. Do not write to them."),
            "slash",
            off,
            _("Nobody in the file refused later.") if not off else gone,
        ),
        Download(
            "result.csv",
            _("Full result"),
            _("Every row of the file with its verdict, code and reason."),
            "list",
            found["total"],
        ),
    ]


def write_problems(item: ConsentImport, path: Path, *, kind: Literal["xlsx", "csv"]) -> int:
    """Write the refused rows as they came, annotated; returns their number. Needs the kept upload."""
    return write_problem_rows(
        private_path(item.file.name), Layout.from_json(item.layout), _notes(item), path, kind=kind
    )


def _notes(item: ConsentImport) -> Iterator[tuple[int, str, str, str]]:
    for row in stream(item):
        problem = problems.BY_NUMBER[row.problem]
        yield row.line, problem.code, _reason(problem, row.value, row.details), str(problem.advice)


def _reason(problem: problems.Problem, value: str | None, details: dict[str, object] | None) -> str:
    value = value_of(problem, value, details)
    values: dict[str, object] = {**(details or {}), "value": value}
    return problem.sentence(**sentence_values(problem=problem, **values))  # type: ignore[arg-type]


def refused_rows(item: ConsentImport) -> Iterator[list[str]]:
    """Address, channel, when it refused and by which way (R-C14), in the order of the file."""
    yield ["recipient", "type", _("Refused on"), _("By")]
    for row in stream(item, numbers=[REFUSED]):
        details = row.details or {}
        refused = parse_datetime(details["former_date"]) if details.get("former_date") else None
        yield [
            guard(details.get("recipient", "")),
            Channel(details["channel"]).name if "channel" in details else "",
            written(refused) if refused else "",
            str(Source(details["former_source"]).label) if details.get("former_source") else "",
        ]


def result_rows(item: ConsentImport) -> Iterator[list[str]]:
    """Line, verdict, code and reason of every row, in the order of the file."""
    yield [_("Line"), _("Verdict"), _("Code"), _("Explanation")]
    accepted = ((line, [str(line), str(Verdict(code).label), "", ""]) for line, code in _accepted(item).iter_rows())
    yield from (cells for _line, cells in heapq.merge(accepted, _refused(item), key=lambda pair: pair[0]))


def _refused(item: ConsentImport) -> Iterator[tuple[int, list[str]]]:
    for row in stream(item):
        problem = problems.BY_NUMBER[row.problem]
        reason = guard(_reason(problem, row.value, row.details))
        yield row.line, [str(row.line), str(problem.verdict.label), problem.code, reason]


def _accepted(item: ConsentImport) -> pl.DataFrame:
    """Line and verdict of the accepted rows by line, out of the packed arrays of the chunks: six bytes a row."""
    schema = {"line": pl.Int32, "code": pl.Int16}
    parts = [pl.DataFrame(schema=schema)]
    chunks = ImportChunk.objects.filter(import_id=item.pk, phase=judged_phase(item)).order_by("number")
    for lines, codes in chunks.values_list("lines", "verdicts").iterator(chunk_size=20):
        part = pl.DataFrame({"line": _unpacked("i", bytes(lines)), "code": _unpacked("h", bytes(codes))}, schema=schema)
        parts.append(part.filter(pl.col("code") < 100))
    return pl.concat(parts).sort("line", maintain_order=True)


def _unpacked(kind: str, packed: bytes) -> list[int]:
    """Big-endian integers (`i` of four bytes, `h` of two) as PostgreSQL packed them."""
    numbers = array(kind, packed)
    if byteorder == "little":
        numbers.byteswap()
    return numbers.tolist()
