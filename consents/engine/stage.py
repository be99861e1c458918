"""Read a file in slices, judge its form, and put the rows into the staged table, sorted by the key (design 3)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from consents.enums import EvidenceKind, Status
from consents.evidence import NO_EVIDENCE, SCAN_MISSING, EvidenceValue, Shelf, read_evidence
from consents.files.layout import Layout
from consents.files.read import read_slices
from consents.models import ConsentImport, ImportProblem, StagedRow
from consents.normalise import Reading, normalise

from .ahead import one_ahead
from .references import keep_references

STAGED_COLUMNS = (
    "import_id", "recipient", "line", "channel", "recipient_type", "status", "source", "consent_date",
    "retailer_code", "evidence_kind", "evidence_hash",
)  # fmt: skip
OWN_NOTICE_COLUMNS = ("own_notice_at", "own_notice_means")
PROBLEM_COLUMNS = ("import_id", "phase", "line", "problem", "column", "value")
SIGNED = (1, 3)
"""First and last of the sources that carry a signature (R-C16)."""
NAMES_KEPT = 200
"""Of scans that are not there, as the page shows them."""


@dataclass
class EvidenceFound:
    """Rows by what their evidence column came to, and the first names of scans that are not there, by reason."""

    matched: int = 0  # rows with a scan that came along
    missing: int = 0  # rows that name a scan which is not there, or was refused
    references: int = 0
    nothing: int = 0  # signed consents without any word
    absent: dict[str, str] = field(default_factory=dict)  # name → code of the reason

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("matched", "missing", "references", "nothing")}


@dataclass
class StageResult:
    """What reading found. `malformed` is by problem number; `reading` adds up `Normalised.counts`."""

    rows: int = 0
    malformed: Counter[int] = field(default_factory=Counter)
    reading: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    bytes_read: int = 0
    total_bytes: int = 0
    evidence: EvidenceFound = field(default_factory=EvidenceFound)


def reading_of(item: ConsentImport, layout: Layout, moment: datetime) -> Reading:
    """How the import's columns are read: its mapping, its constants, what a "no" means."""
    return Reading(
        columns={name: f"c{index}" for name, index in layout.fields.items()},
        moment=moment,
        constants={k: v for k, v in item.constants.items() if k not in layout.fields},
        shape=layout.shape,
        wide_no="refusal" if item.wide_no == "refusal" else "ignore",
        sandbox=item.brand.provider.is_sandbox,
    )


def forget(item: ConsentImport) -> None:
    """Empty what an earlier reading of the import left."""
    StagedRow.objects.filter(import_id=item.pk).delete()
    ImportProblem.objects.filter(import_id=item.pk, phase=ImportProblem.Phase.FORMAT).delete()


def stage(item: ConsentImport, path: Path, moment: datetime, *, shelf: Shelf | None = None) -> Iterator[StageResult]:
    """Stage the file slice by slice, each in its own transaction; yields the running result after each.

    `shelf` holds the scans that came beside the file (R-C16).

    The moment is the import's own, so that reading the kept file again gives the same rows.
    Raises `FileRefused` for a file that turns out damaged or too long.
    """
    layout = Layout.from_json(item.layout)
    reading = reading_of(item, layout, moment)
    result = StageResult()
    slices = read_slices(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    for part, read in one_ahead((part, normalise(part.frame, reading)) for part in slices):
        with transaction.atomic():
            _copy_rows(item, read.rows, shelf, result.evidence)
            _copy_problems(item, read.problems)
        result.rows += read.rows.height
        result.changed += read.changes.height
        result.malformed.update(dict(read.problems["number"].value_counts().iter_rows()))
        result.reading.update(read.counts)
        result.bytes_read, result.total_bytes = part.bytes_read, part.total_bytes
        yield result


def _copy_rows(item: ConsentImport, rows: pl.DataFrame, shelf: Shelf | None, found: EvidenceFound) -> None:
    if not rows.height:
        return
    frame = _with_evidence(item, rows, shelf, found).sort("recipient", "line", "channel")
    # A file without the provider's own notices (R-M1) does not pay for two empty columns.
    told = frame["own_notice_at"].null_count() < frame.height
    columns = (*STAGED_COLUMNS, *OWN_NOTICE_COLUMNS) if told else STAGED_COLUMNS
    frame = frame.with_columns(pl.lit(item.pk).alias("import_id")).select(columns)
    _copy(StagedRow._meta.db_table, columns, frame)


def _copy_problems(item: ConsentImport, problems: pl.DataFrame) -> None:
    if not problems.height:
        return
    frame = problems.rename({"number": "problem"}).with_columns(
        pl.lit(item.pk).alias("import_id"), pl.lit(int(ImportProblem.Phase.FORMAT)).alias("phase")
    )
    _copy(ImportProblem._meta.db_table, PROBLEM_COLUMNS, frame.select(PROBLEM_COLUMNS))


def _copy(table: str, columns: tuple[str, ...], frame: pl.DataFrame) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(frame.write_csv(include_header=False, quote_style="necessary"))


def _with_evidence(item: ConsentImport, rows: pl.DataFrame, shelf: Shelf | None, found: EvidenceFound) -> pl.DataFrame:
    """Evidence cells as kind and hash; references are kept beside the ledger (R-C16).

    Scans are named here by their hash alone: they are kept when the import is applied.
    """
    cells = rows["evidence"].drop_nulls().unique().to_list()
    values, absent = _read_cells(cells, shelf)
    keep_references(item.brand_id, values.values())
    kinds = {cell: int(value.kind) for cell, value in values.items()}
    hashes = {cell: "\\x" + value.sha256.hex() for cell, value in values.items() if value.sha256}
    frame = rows.with_columns(
        pl.col("evidence")
        .replace_strict(kinds, default=int(EvidenceKind.NONE), return_dtype=pl.Int16)
        .alias("evidence_kind"),
        pl.col("evidence").replace_strict(hashes, default=None, return_dtype=pl.String).alias("evidence_hash"),
    )
    _count(frame, absent, found)
    return frame


def _read_cells(cells: list[str], shelf: Shelf | None) -> tuple[dict[str, EvidenceValue], dict[str, str]]:
    """Each cell's value; and the cells that name a scan which is not there, with the code of the reason."""
    if shelf is None:
        values = {cell: read_evidence(cell) for cell in cells}
        return values, {cell: SCAN_MISSING for cell, value in values.items() if value is NO_EVIDENCE}
    read = {cell: shelf.read(cell) for cell in cells}
    return {cell: value for cell, (value, _code) in read.items()}, {c: code for c, (_v, code) in read.items() if code}


def _count(frame: pl.DataFrame, absent: dict[str, str], found: EvidenceFound) -> None:
    """Add a slice up by columns; a file without signed consents pays for one comparison."""
    signed = (pl.col("status") == int(Status.ONAY)) & pl.col("source").is_between(*SIGNED)
    found.nothing += frame.select((signed & pl.col("evidence").is_null()).sum()).item()
    if frame["evidence"].null_count() == frame.height:
        return
    kinds = dict(frame["evidence_kind"].value_counts().iter_rows())
    found.matched += kinds.get(int(EvidenceKind.FILE), 0)
    found.references += kinds.get(int(EvidenceKind.REFERENCE), 0)
    if absent:
        found.missing += frame.select(pl.col("evidence").is_in(list(absent)).sum()).item()
        for name, code in absent.items():
            if len(found.absent) < NAMES_KEPT:
                found.absent.setdefault(name, code)
