"""Which letters a text file is written in, and its text as blocks of UTF-8.

The whole file is looked through once on inspection, because the first Turkish letter may come late and
because damage has to be told before anything is read.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import FileRefused

BLOCK = 2 << 20
MAX_RECORD = 1_000_000
"""Bytes (in UTF-8) of one row of a text file."""

LABELS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1254": "Windows-1254",
    "cp857": "IBM 857",
    "mac_turkish": "Mac OS Turkish",
}
"""Encodings that are read, by Python's name, as they are shown. ISO-8859-9 has Windows-1254's letters."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BOM_BYTES = {"utf-8-sig": 3, "utf-16-le": 2, "utf-16-be": 2}
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))
_LIKELY = frozenset("çğıöşüÇĞİÖŞÜâîûÂÎÛ’‘“”–—…€₺ \xa0°")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True)
class Scan:
    """What one look through a text file told: its encoding, and whether quotation marks are in pairs."""

    encoding: str
    quotes: int


def scan(path: Path, encoding: str | None = None) -> Scan:
    """Look through the whole file. A given encoding is taken as the user's word.

    Raises `FileRefused`: binary, nul-bytes, undecodable, record-too-long.
    """
    with path.open("rb") as file:
        start = file.read(65_536)
    encoding = encoding or _by_start(start)
    if encoding is None and len(start.translate(None, _CONTROLS)) < len(start) * 0.98:
        raise FileRefused("binary")
    if encoding is None:
        encoding = "utf-8" if _is_utf8(path) else _single_byte(path)
    quotes, line = 0, 1
    for block, _ in utf8_blocks(path, encoding):
        if b"\0" in block:
            raise FileRefused("nul-bytes", line=line + count_lines(block[: block.index(b"\0")]))
        quotes += block.count(b'"')
        line += count_lines(block)
    return Scan(encoding, quotes)


def utf8_blocks(path: Path, encoding: str, size: int = BLOCK) -> Iterator[tuple[bytes, int]]:
    """The text in UTF-8, cut at line ends, without BOM; with the number of bytes read from the file so far.

    Raises `FileRefused`: undecodable, and record-too-long for a line over `MAX_RECORD`.
    """
    line, rest = 1, b""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(_BOM_BYTES.get(encoding, 0) if start.startswith(tuple(bom for bom, _ in _BOMS)) else 0)
        decoder = codecs.getincrementaldecoder(encoding)() if encoding.startswith("utf-16") else None
        while chunk := file.read(size):
            if decoder:
                chunk = _decoded(decoder, chunk, line)
            rest += chunk
            end = _last_line_end(rest)
            if end:
                block, rest = rest[:end], rest[end:]
                _check_lines(block, line)
                yield _as_utf8(block, encoding, line), file.tell()
                line += count_lines(block)
            if len(rest) > MAX_RECORD:
                raise FileRefused("record-too-long", line=line, limit=MAX_RECORD)
        if decoder:
            rest += _decoded(decoder, b"", line, final=True)
        rest = rest.rstrip(b"\x1a")  # how DOS programs end a file
        if rest:
            _check_lines(rest, line)
            yield _as_utf8(rest, encoding, line), file.tell()


def count_lines(block: bytes) -> int:
    """Line ends in a block: LF, CRLF, and a lone CR as old Macs wrote it."""
    if b"\r" not in block:
        return block.count(b"\n")
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")


def _last_line_end(text: bytes) -> int:
    """Position behind the last line end; a CR at the very end may be half of a CRLF."""
    return max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1


def _check_lines(block: bytes, line: int) -> None:
    """Raise `FileRefused('record-too-long')` when a line of the block is; hops from line end to line end."""
    position = 0
    while len(block) - position > MAX_RECORD:
        window = block[position : position + MAX_RECORD + 1]
        step = max(window.rfind(b"\n"), window.rfind(b"\r")) + 1
        if not step:
            raise FileRefused("record-too-long", line=line + count_lines(block[:position]), limit=MAX_RECORD)
        position += step


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(chunk, final).encode()
    except UnicodeError as error:
        raise FileRefused("undecodable", line=line) from error


def _as_utf8(block: bytes, encoding: str, line: int) -> bytes:
    if encoding.startswith("utf-16") or block.isascii():
        return block
    utf8 = encoding.startswith("utf-8")
    try:
        text = block.decode("utf-8" if utf8 else encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("undecodable", line=line + count_lines(block[: error.start])) from error
    return block if utf8 else text.encode()


def _by_start(start: bytes) -> str | None:
    """Encoding told by a BOM, or by the NULs that UTF-16 puts beside every Latin letter."""
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    half = len(start) // 2
    if half < 2:
        return None
    even, odd = start[0 : half * 2 : 2].count(0) / half, start[1 : half * 2 : 2].count(0) / half
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    return None


def _raw_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        for block in _raw_blocks(path):
            if pending or not block.isascii():
                decoder.decode(block)
                pending = bool(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(path: Path) -> str:
    """The one-byte encoding whose upper letters look most Turkish; text that is mostly UTF-8 is damaged."""
    high = b""
    for block in _raw_blocks(path):
        found = block.translate(None, _ASCII)
        if found and 10 * len(_MULTIBYTE.sub(b"", found)) < len(found):
            _refuse_damaged(path)
        high += found
        if len(high) > 65_536:
            break
    shares = {name: _likely_share(high, name) for name in ("cp1254", "cp857", "mac_turkish")}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.5:
        _refuse_damaged(path)
    return best


def _likely_share(high: bytes, encoding: str) -> float:
    text = high.decode(encoding, errors="replace")
    return sum(1 for char in text if char in _LIKELY) / len(text)


def _refuse_damaged(path: Path) -> None:
    """Raise with the line of the first byte that is no UTF-8."""
    for _ in utf8_blocks(path, "utf-8"):
        pass
    raise FileRefused("undecodable", line=1)
