"""What a file is by its first bytes, whatever its name; and whether a workbook is safe to open.

Everything here is decided before anything is unpacked.
"""

import mmap
import zipfile
from pathlib import Path
from typing import Literal

from .errors import FileRefused

MAX_ENTRIES = 5_000
MAX_UNPACKED = 1_500_000_000
"""Bytes that a workbook may unpack to: a full sheet of 1,048,576 rows and eight columns has about half."""
MAX_RATIO = 250
RATIO_FROM = 20_000_000
"""Unpacked bytes from which the ratio counts; small files of equal cells pack better than any real list."""

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BINARIES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x7fELF", b"MZ\x90",
    b"BZh", b"\xfd7zXZ", b"SQLite format 3", b"{\\rtf", b"PAR1",
)  # fmt: skip
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"<style")


def kind_of(path: Path) -> Literal["text", "xlsx", "ods"]:
    """Kind of the file by content. Raises `FileRefused` for what is neither text nor a safe workbook."""
    if path.stat().st_size == 0:
        raise FileRefused("empty")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_ZIP):
        return _workbook_kind(path)
    if start.startswith(_OLE2):
        raise FileRefused("password-protected" if _contains(path, _ENCRYPTED) else "old-workbook")
    if b"%PDF-" in start[:1024]:
        raise FileRefused("pdf")
    if start.startswith(_BINARIES):
        raise FileRefused("binary")
    markup = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if markup.startswith(b"<?xml"):
        raise FileRefused("html-table" if b"<html" in markup else "old-workbook")
    if markup.startswith(_HTML):
        raise FileRefused("html-table")
    return "text"


def _contains(path: Path, needle: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(needle) >= 0


def _workbook_kind(path: Path) -> Literal["xlsx", "ods"]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            kind = _kind_by_names(archive, {entry.filename for entry in entries})
    except FileRefused:
        raise
    except Exception as error:  # a damaged directory or stream, a method that nobody knows
        raise FileRefused("broken-workbook") from error
    _check_size(entries)
    return kind


def _kind_by_names(archive: zipfile.ZipFile, names: set[str]) -> Literal["xlsx", "ods"]:
    lowered = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in lowered):
        raise FileRefused("macro-workbook")
    if "xl/workbook.xml" in lowered:
        if "[Content_Types].xml" in names and b"macroenabled" in _head(archive, "[Content_Types].xml").lower():
            raise FileRefused("macro-workbook")
        return "xlsx"
    if "xl/workbook.bin" in lowered:
        raise FileRefused("old-workbook")
    if "mimetype" in names and b"opendocument.spreadsheet" in _head(archive, "mimetype"):
        if any(name.startswith(("basic/", "scripts/")) for name in lowered):
            raise FileRefused("macro-workbook")
        if b"encryption-data" in _head(archive, "META-INF/manifest.xml"):
            raise FileRefused("password-protected")
        return "ods"
    raise FileRefused("zip-archive")


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first part of an entry; a missing one is empty."""
    try:
        with archive.open(name) as entry:
            return entry.read(200_000)
    except KeyError:
        return b""


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    """Sizes as declared; an archive that lies meets the limits of the reading process (`sheets`)."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise FileRefused("zip-bomb")
    if unpacked > RATIO_FROM and unpacked > packed * MAX_RATIO:
        raise FileRefused("zip-bomb")
