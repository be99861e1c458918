"""The one entry: choose the columns, skip blank lines, unfold wide lists, judge."""

import polars as pl

from iys_portal.core.turkish import BLANKS

from .columns import NULL_TEXT, pick
from .judge import judge
from .reading import ADDRESS_FIELDS, COMMON_FIELDS, OWN_NOTICE_FIELDS, Normalised, Reading
from .wide import unfold

_ADDRESSES = {"long": ("recipient",), "wide": tuple(sorted(set(ADDRESS_FIELDS.values())))}
_EXPECTED = {"long": ("recipient", "type", "status", *COMMON_FIELDS), "wide": (*_ADDRESSES["wide"], *COMMON_FIELDS)}
_DETAILS = ("retailer_code", "evidence")


def normalise(raw: pl.DataFrame, reading: Reading) -> Normalised:
    """Read a raw frame: `line` (UInt32) and String columns, null or "" where a cell is empty.

    Columns that `reading` does not name are not read (R-C19); they only tell a blank line from one with text.
    Raises ValueError where `reading` names a column that the frame does not have.
    """
    absent = [column for column in reading.columns.values() if column not in raw.columns]
    if absent:
        raise ValueError(f"The frame has no column {', '.join(absent)}")
    frame = _choose(raw, reading)
    skipped = 0
    if frame["suspect"].any():
        blank = raw.select(pl.all_horizontal(_is_blank(name) for name in raw.columns if name != "line"))
        frame = frame.filter(~blank.to_series())
        skipped = raw.height - frame.height
    counts = {"read": frame.height, "skipped_empty": skipped}
    if reading.shape == "wide":
        frame, answers = unfold(frame, reading)
        counts |= answers
    rows, problems, changes = judge(frame, reading)
    return Normalised(rows=rows, problems=problems, changes=changes, counts=counts)


def _is_blank(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.String).str.strip_chars(BLANKS) == "").fill_null(value=True)


def _choose(raw: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """`line`, the fields' texts and what is worked out of them.

    Constants and nulls stand for missing columns; dealers and evidence are trimmed, null where empty.
    `suspect` marks lines without an address, which may be blank; `text` is the recipient of a long frame, as
    it is to be read.
    """
    fields = dict.fromkeys(_EXPECTED[reading.shape], NULL_TEXT)
    if reading.own_notices:
        fields |= dict.fromkeys(OWN_NOTICE_FIELDS, NULL_TEXT)
    fields |= {field: pl.lit(text, dtype=pl.String) for field, text in reading.constants.items()}
    fields |= {field: pl.col(column).cast(pl.String) for field, column in reading.columns.items()}
    for field in _DETAILS:
        if field in reading.columns or field in reading.constants:
            trimmed = fields[field].str.strip_chars(BLANKS)
            fields[field] = pl.when(trimmed != "").then(trimmed)
    addresses = [reading.columns[field] for field in _ADDRESSES[reading.shape] if field in reading.columns]
    suspect = pl.all_horizontal(_is_blank(column) for column in addresses) if addresses else pl.lit(value=True)
    if reading.shape == "long":
        recipient = fields["recipient"]
        fields["text"] = recipient if reading.api else recipient.str.strip_chars(BLANKS)
    return pick(raw, pl.col("line").cast(pl.UInt32), **fields, suspect=suspect)
