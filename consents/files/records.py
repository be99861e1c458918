"""Records of delimited text as frames: a quick native path, and an exact one that defines the result.

Both give the same for any input: what Python's `csv` module reads, with the first line of each record.
The quick path takes a block only when nothing in it can be read in two ways.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import polars as pl

from .encoding import MAX_RECORD, count_lines
from .errors import FileRefused

GUARDED = r"^'('*[=+\-@\t\r])"
"""A cell that a written file guards against being run as a formula (`annotate`); one apostrophe goes."""

Block = tuple[bytes, int]


def text_frames(blocks: Iterator[Block], delimiter: str, width: int) -> Iterator[tuple[pl.DataFrame, int]]:
    """Frames (`line`, `c0` … of `width` columns, empty cells null) with the bytes read so far.

    Blank lines are rows without values; cells beyond `width` are left out, missing ones are null.
    Raises `FileRefused`: unclosed-quote, record-too-long.
    """
    line = 1
    for block, position in blocks:
        frame = _quick(block, delimiter, width, line)
        if frame is not None:
            yield frame, position
            line += count_lines(block)
            continue
        feed = _Feed(block, position, blocks, line)
        yield _exact(feed, delimiter, width), feed.position
        line = feed.line


def exact_frames(blocks: Iterator[Block], delimiter: str, width: int) -> Iterator[tuple[pl.DataFrame, int]]:
    """The same by the exact path alone: what `text_frames` has to give."""
    line = 1
    for block, position in blocks:
        feed = _Feed(block, position, blocks, line)
        yield _exact(feed, delimiter, width), feed.position
        line = feed.line


def first_records(text: str, delimiter: str, count: int) -> list[tuple[int, list[str]]]:
    """The first records of a text that are not blank, with their first line; a broken end is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
            if len(rows) >= count:
                break
    except csv.Error:
        pass
    return rows


def names(width: int) -> list[str]:
    """Column names of a raw frame."""
    return [f"c{index}" for index in range(width)]


def _quick(block: bytes, delimiter: str, width: int, line: int) -> pl.DataFrame | None:
    """The block as a frame, or None when only the exact path can tell how it is meant."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
        if b"\r" in block:
            return None
    head = delimiter.join(names(width)).encode() + b"\n"
    frame = pl.read_csv(
        head + block,
        separator=delimiter,
        quote_char=None,
        infer_schema=False,
        truncate_ragged_lines=True,
    )
    longest = max(frame.select(pl.all().str.len_bytes().max().fill_null(0)).row(0))
    if longest > csv.field_size_limit():
        return None
    if b'"' in block:
        unquoted = _unquoted(frame, block.count(b'"'))
        if unquoted is None:
            return None
        frame = unquoted
    if b"'" in block:
        frame = _unguarded(frame)
    return frame.select(pl.int_range(line, line + pl.len(), dtype=pl.UInt32).alias("line"), pl.all())


def _unquoted(frame: pl.DataFrame, quotes: int) -> pl.DataFrame | None:
    """Cells without their quotation marks, if every mark of the block is one of a pair around a whole cell.

    Anything else (a delimiter, a line end or a doubled mark inside, a mark amid a cell) tells itself by a
    cell with other marks, or by marks beyond the last column.
    """
    marks = frame.select(pl.all().str.count_matches('"', literal=True).fill_null(0))
    pairs = frame.select((pl.all().str.starts_with('"') & pl.all().str.ends_with('"')).fill_null(value=False))
    paired = 0
    for name in frame.columns:
        whole = (marks[name] == 2) & pairs[name]
        if ((marks[name] > 0) & ~whole).any():
            return None
        paired += int(whole.sum())
    if paired * 2 != quotes:
        return None
    return frame.select(pl.all().str.strip_chars('"').replace("", None))


def _unguarded(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in frame.columns if name != "line"]
    return frame.with_columns(pl.col(columns).str.replace(GUARDED, "${1}"))


class _Feed:
    """Lines of one block for `csv.reader`, and of the blocks after it while a record is open."""

    def __init__(self, block: bytes, position: int, blocks: Iterator[Block], line: int) -> None:
        self.blocks = blocks
        self.position = position
        self.line = line  # of the first line of the block, then behind the last
        self.lines: list[str] = []
        self.opened = 0  # index of the line in which the record begins that is being read
        self.ended = False
        self.guarded = False
        self._load(block)

    def _load(self, block: bytes) -> list[str]:
        lines = list(io.StringIO(block.decode(), newline=""))
        self.lines += lines
        self.guarded = self.guarded or b"'" in block
        return lines

    def __iter__(self) -> Iterator[str]:
        yield from self.lines.copy()
        for block, position in self.blocks:
            self.check_length()
            self.position = position
            yield from self._load(block)
        self.ended = True

    def check_length(self, end: int | None = None) -> None:
        """Raise `FileRefused('record-too-long')` when the record is, as far as it was read."""
        if sum(map(len, self.lines[self.opened : end])) > MAX_RECORD:
            raise FileRefused("record-too-long", line=self.line + self.opened, limit=MAX_RECORD)

    def check_record(self, end: int) -> None:
        """Raise `FileRefused` when the record that ends before the line `end` is open or too long."""
        if self.ended:
            line = self.line + self.opened + _opening(self.lines[self.opened :])
            raise FileRefused("unclosed-quote", line=line)
        self.check_length(end)


def _opening(record: Sequence[str]) -> int:
    """Index of the line of a record in which its last, unclosed quotation mark opens."""
    opened, inside = 0, False
    for index, text in enumerate(record):
        for char in text:
            if char == '"':
                inside = not inside
                opened = index if inside else opened
    return opened


def _exact(feed: _Feed, delimiter: str, width: int) -> pl.DataFrame:
    rows: list[list[str]] = []
    starts: list[int] = []
    reader = csv.reader(iter(feed), delimiter=delimiter)
    begin = 0
    try:
        while begin < len(feed.lines):
            feed.opened = begin
            rows.append(next(reader))
            starts.append(begin)
            end = reader.line_num
            if end - begin > 1 or feed.ended:
                feed.check_record(end)
            begin = end
    except csv.Error as error:
        line = feed.line + feed.opened
        raise FileRefused("record-too-long", line=line, limit=csv.field_size_limit()) from error
    columns = list(zip_longest(*rows))[:width]
    columns += [(None,) * len(rows)] * (width - len(columns))
    frame = pl.DataFrame(
        [
            pl.Series("line", starts, dtype=pl.UInt32) + feed.line,
            *(pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names(width), columns, strict=True)),
        ]
    )
    feed.line += begin
    frame = frame.with_columns(pl.col(names(width)).replace("", None))
    return _unguarded(frame) if feed.guarded else frame
