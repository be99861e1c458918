"""The one entry: choose the columns, skip blank lines, unfold wide lists, judge."""

import polars as pl

from iys_portal.core.turkish import BLANKS

from .judge import judge
from .reading import Normalised, Reading
from .wide import unfold

_ADDRESSES = ("recipient", "phone", "email")
_DETAILS = ("retailer_code", "evidence")


def normalise(raw: pl.DataFrame, reading: Reading) -> Normalised:
    """Read a raw frame: `line` (UInt32) and String columns, null or "" where a cell is empty.

    Columns that `reading` does not name are not read (R-C19); they only tell a blank line from one with text.
    Raises ValueError where `reading` names a column that the frame does not have.
    """
    absent = [column for column in reading.columns.values() if column not in raw.columns]
    if absent:
        raise ValueError(f"The frame has no column {', '.join(absent)}")
    lines = raw.height
    raw = _without_blank_lines(raw, reading)
    counts = {"read": raw.height, "skipped_empty": lines - raw.height}
    frame = _chosen(raw, reading)
    if reading.shape == "wide":
        frame, answers = unfold(frame, reading)
        counts |= answers
    rows, problems, changes = judge(frame, reading)
    return Normalised(rows=rows, problems=problems, changes=changes, counts=counts)


def _is_blank(column: str) -> pl.Expr:
    return (pl.col(column).str.strip_chars(BLANKS) == "").fill_null(value=True)


def _without_blank_lines(raw: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Drop lines that are empty in every column; only lines without an address can be."""
    addresses = [reading.columns[field] for field in _ADDRESSES if field in reading.columns]
    if addresses:
        suspect = raw.select(pl.all_horizontal(_is_blank(column) for column in addresses)).to_series()
        if not suspect.any():
            return raw
    texts = [column for column, dtype in raw.schema.items() if dtype == pl.String]
    if not texts:
        return raw
    return raw.filter(~pl.all_horizontal(_is_blank(column) for column in texts))


def _chosen(raw: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """`line` and the fields' texts, constants included; dealers and evidence trimmed, null where empty."""
    fields = {field: pl.col(column) for field, column in reading.columns.items()}
    for field, text in reading.constants.items():
        fields.setdefault(field, pl.lit(text, dtype=pl.String))
    for field in _DETAILS:
        if field in fields:
            trimmed = fields[field].str.strip_chars(BLANKS)
            fields[field] = pl.when(trimmed != "").then(trimmed)
    return raw.select(pl.col("line").cast(pl.UInt32), **fields)
