"""Rows of a bulk file in slices of raw text, in little memory whatever the size of the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from .encoding import BLOCK, utf8_blocks
from .errors import FileRefused
from .layout import Layout
from .records import names, text_frames
from .sheets import sheet_blocks

SHEET_ROWS = 1_048_576  # of a spreadsheet


@dataclass(frozen=True)
class RawSlice:
    """Some rows of a file.

    `frame` has `line` (UInt32: 1-based line of the file in which the record begins, or the row number that
    the spreadsheet program shows) and `c0`, `c1` … (String: raw cells, null where empty), one for each
    column of the layout. Rows without any value are left out. `bytes_read` of `total_bytes` is progress.
    """

    frame: pl.DataFrame
    bytes_read: int
    total_bytes: int


def read_slices(path: Path, layout: Layout, *, rows: int = 100_000, limit: int | None = None) -> Iterator[RawSlice]:
    """The data rows of the file in file order, `rows` in each slice but the last.

    Raises `FileRefused` when the file is damaged at the place reached, and `too-many-rows` with the exact
    count (`count`) when there are more than `limit`.
    """
    total = path.stat().st_size
    buffer: list[pl.DataFrame] = []
    held = given = 0
    for frame, position in _data(path, layout):
        buffer.append(frame)
        held += frame.height
        while held >= rows:
            whole = pl.concat(buffer)
            yield RawSlice(whole.head(rows), min(position, total), total)
            given += rows
            rest = whole.slice(rows)
            buffer, held = [rest], rest.height
        if limit is not None and given + held > limit:
            raise FileRefused("too-many-rows", count=count_rows(path, layout), limit=limit)
    if held:
        yield RawSlice(pl.concat(buffer), total, total)


def count_rows(path: Path, layout: Layout, *, limit: int | None = None) -> int:
    """Number of data rows, exactly. Raises `FileRefused('too-many-rows')` when they are over `limit`."""
    count = sum(frame.height for frame, _ in _data(path, layout))
    if limit is not None and count > limit:
        raise FileRefused("too-many-rows", count=count, limit=limit)
    return count


def refuse_too_many(path: Path, layout: Layout, *, limit: int) -> None:
    """Raise `FileRefused('too-many-rows')` with the exact count; rows are only counted where there may be so many."""
    if layout.kind == "csv" and path.stat().st_size <= limit:
        return
    if layout.kind != "csv" and limit >= SHEET_ROWS:
        return
    if layout.kind == "csv":
        ends = [0, 0]
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                ends = [ends[0] + block.count(b"\n"), ends[1] + block.count(b"\r")]
        if max(ends) < limit:
            return
    count_rows(path, layout, limit=limit)


def _data(path: Path, layout: Layout) -> Iterator[tuple[pl.DataFrame, int]]:
    """Frames of rows that are data and not blank, with the bytes read so far."""
    for frame, position in _frames(path, layout):
        if frame.height and frame["line"][0] < layout.first_line:
            frame = frame.filter(pl.col("line") >= layout.first_line)
        yield _without_blank_rows(frame), position


def _frames(path: Path, layout: Layout) -> Iterator[tuple[pl.DataFrame, int]]:
    if layout.encoding and layout.delimiter:
        return text_frames(utf8_blocks(path, layout.encoding), layout.delimiter, len(layout.columns))
    return _sheet_frames(path, layout.sheet or "", len(layout.columns))


def _sheet_frames(path: Path, sheet: str, width: int) -> Iterator[tuple[pl.DataFrame, int]]:
    total = path.stat().st_size
    for first, columns, done in sheet_blocks(path, sheet):
        yield _sheet_frame(first, columns, width), int(total * done)


def _sheet_frame(first: int, columns: list[list[str]], width: int) -> pl.DataFrame:
    height = len(columns[0]) if columns else 0
    given = [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names(width), columns, strict=False)]
    missing = [pl.Series(name, [None] * height, dtype=pl.String) for name in names(width)[len(given) :]]
    lines = pl.Series("line", range(first, first + height), dtype=pl.UInt32)
    frame = pl.DataFrame([lines, *given, *missing])
    return frame.with_columns(pl.col(names(width)).replace("", None)) if width else frame


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with more than white space; looks at a further column only where those before were blank."""
    suspects = frame
    for name in frame.columns[1:]:
        suspects = suspects.filter(_is_blank(name))
        if not suspects.height:
            return frame
    if len(frame.columns) == 1:
        return frame.clear()
    return frame.filter(~pl.col("line").is_in(suspects["line"].implode()))


def _is_blank(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")
