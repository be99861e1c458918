"""Frames of raw text, and one row read at a time."""

import csv
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from consents.normalise import Normalised, Reading, normalise
from consents.problems import BY_NUMBER

ISTANBUL = ZoneInfo("Europe/Istanbul")
MOMENT = datetime(2026, 11, 23, 15, 0, tzinfo=ISTANBUL)
GENERATOR = Path(__file__).resolve().parents[4] / "shared" / "samples" / "generate.py"
GOOD = {
    "recipient": "ayse.yilmaz@firma.example",
    "type": "EPOSTA",
    "status": "ONAY",
    "source": "HS_WEB",
    "recipient_type": "BIREYSEL",
    "consent_date": "2026-11-23 10:00:00",
}


@dataclass(frozen=True)
class One:
    """What became of a single row: its typed values, or its problem."""

    row: dict[str, Any] | None
    code: str | None
    column: str | None
    value: str | None
    change: tuple[str, str] | None

    @property
    def recipient(self) -> str | None:
        return self.row["recipient"] if self.row else None

    @property
    def local(self) -> str | None:
        """The consent date on Istanbul's clock."""
        if not self.row or self.row["consent_date"] is None:
            return None
        return self.row["consent_date"].astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")


def _frame(rows: list[Mapping[str, str | None]], first_line: int = 2) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    lines = pl.Series("line", range(first_line, first_line + len(rows)), dtype=pl.UInt32)
    return frame.insert_column(0, lines)


def _read(rows: list[Mapping[str, str | None]], **options: Any) -> Normalised:
    frame = _frame(rows)
    names = [name for name in frame.columns if name != "line"]
    columns = options.pop("columns", {name: name for name in names})
    return normalise(frame, Reading(columns=columns, **({"moment": MOMENT} | options)))


def _read_one(cells: Mapping[str, str | None] | None = None, /, **options: Any) -> One:
    result = _read([GOOD | dict(cells or {})], **options)
    assert result.rows.height + result.problems.height == 1
    problem = next(result.problems.iter_rows(named=True), None)
    change = next(result.changes.iter_rows(named=True), None)
    return One(
        row=next(result.rows.iter_rows(named=True), None),
        code=BY_NUMBER[problem["number"]].code if problem else None,
        column=problem["column"] if problem else None,
        value=problem["value"] if problem else None,
        change=(change["raw"], change["value"]) if change else None,
    )


@pytest.fixture(scope="session")
def moment() -> datetime:
    """The moment of every batch here: a Monday afternoon."""
    return MOMENT


@pytest.fixture
def good() -> dict[str, str]:
    """A row without any problem, in the registry's own words."""
    return dict(GOOD)


@pytest.fixture(scope="session")
def frame() -> Callable[..., pl.DataFrame]:
    """Build a raw frame from rows of texts."""
    return _frame


@pytest.fixture(scope="session")
def read() -> Callable[..., Normalised]:
    """Read rows of texts whose keys are the fields."""
    return _read


@pytest.fixture(scope="session")
def read_one() -> Callable[..., One]:
    """Read the good row with some cells changed."""
    return _read_one


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample files that companies' real ones were the model for."""
    if not GENERATOR.exists():
        pytest.skip("the sample generator is not beside this checkout")
    folder = tmp_path_factory.mktemp("samples")
    command = [sys.executable, str(GENERATOR), str(folder), "--rows", "400", "--as-of", "2026-11-23 15:00"]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def sample(samples: Path) -> Callable[..., pl.DataFrame]:
    """A sample file as a raw frame whose columns are c0, c1, …; lines count from the file's first."""

    def load(name: str, *, encoding: str = "utf-8", delimiter: str = ",", heading: bool = True) -> pl.DataFrame:
        with (samples / name).open(newline="", encoding=encoding) as file:
            cells = list(csv.reader(file, delimiter=delimiter))[1 if heading else 0 :]
        rows = [{f"c{index}": text for index, text in enumerate(row)} for row in cells]
        return _frame(rows, first_line=2 if heading else 1)

    return load
