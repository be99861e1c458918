"""A ZIP of scans: whether it may be opened, what its members are called, and which one a name means (R-C16).

The whole archive is judged by its directory, before anything is unpacked. A member is never unpacked further than it
declares, and never further than a scan may be large.
"""

import struct
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from iys_portal.core.uploads import MAX_BYTES

from .errors import FileRefused

MAX_MEMBERS = 50_000
MAX_UNPACKED = 20 * 1024**3
MAX_RATIO = 200
RATIO_FROM = 1_000_000
"""Unpacked bytes from which a member's ratio counts; pictures and PDFs hardly pack at all."""

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_UNICODE_PATH = 0x7075
_LINK = 0o120000
# What Turkish computers wrote names in, surest first: a name that is UTF-8 by chance hardly exists.
_CODE_PAGES = ("utf-8", "cp857", "cp437", "cp1254")
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".jar", ".iso", ".cab")
_LITTER = {"thumbs.db", ".ds_store", "desktop.ini"}
_ONE_I = str.maketrans("İIı", "iii")


@dataclass(frozen=True)
class Member:
    """A file in the archive: its place, its name as people wrote it, and every way the name may be read."""

    place: int
    name: str
    names: tuple[str, ...]
    size: int


def fold_name(name: str) -> str:
    """One spelling for a file's name: no case (with one `i` for `İ I ı i`), slashes one way."""
    text = unicodedata.normalize("NFC", name.strip()).replace("\\", "/").translate(_ONE_I)
    return text.casefold().removeprefix("./")


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive, judged by its directory. Raises `FileRefused`; the caller closes it."""
    if path.stat().st_size == 0:
        raise FileRefused("scan-empty")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error) as error:
        raise FileRefused("zip-unreadable") from error
    try:
        _judge(archive, path.stat().st_size)
    except FileRefused:
        archive.close()
        raise
    return archive


def _judge(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise FileRefused("zip-many", limit=MAX_MEMBERS)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise FileRefused("zip-unpacks")
    # Members that share their packed bytes give more than the archive has.
    if sum(entry.compress_size for entry in entries) > size:
        raise FileRefused("zip-unpacks")
    for entry in entries:
        _judge_entry(entry)
    if not any(True for _member in members_of(archive)):
        raise FileRefused("zip-nothing")


def _judge_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise FileRefused("zip-password")
    if entry.file_size > RATIO_FROM and entry.file_size > entry.compress_size * MAX_RATIO:
        raise FileRefused("zip-unpacks")
    if entry.external_attr >> 16 & 0o170000 == _LINK:
        raise FileRefused("zip-paths")
    for name in _readings(entry):
        path = name.replace("\\", "/")
        if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or "\0" in path:
            raise FileRefused("zip-paths")
    if entry.filename.lower().endswith(_ARCHIVES):
        raise FileRefused("zip-nested")


def members_of(archive: zipfile.ZipFile) -> Iterator[Member]:
    """The files of an archive; folders and what operating systems add by themselves are left out."""
    for place, entry in enumerate(archive.infolist()):
        readings = _readings(entry)
        path = PurePosixPath(readings[0].replace("\\", "/"))
        # (a reading with a backslash for a letter never names a folder of its own)
        if entry.is_dir() or "__MACOSX" in path.parts or path.name.lower() in _LITTER or path.name.startswith("._"):
            continue
        yield Member(place, str(path), readings, entry.file_size)


def _readings(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """Every way in which the stored name can be read, the likeliest first."""
    if entry.flag_bits & _UTF8_FLAG:
        return (entry.orig_filename,)
    if (said := _unicode_path(entry.extra)) is not None:
        return (said,)
    raw = entry.orig_filename.encode("cp437")  # as `zipfile` read it
    readings: list[str] = []
    for code_page in _CODE_PAGES:
        try:
            name = raw.decode(code_page)
        except UnicodeDecodeError:
            continue
        if name not in readings:
            readings.append(name)
    return tuple(readings)


def _unicode_path(extra: bytes) -> str | None:
    """The name in UTF-8 that Info-ZIP adds beside the old one."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and length > 5:
            try:
                return extra[9 : 4 + length].decode()
            except UnicodeDecodeError:
                return None
        extra = extra[4 + length :]
    return None


def read_member(archive: zipfile.ZipFile, place: int) -> bytes:
    """The content of one member. Raises `FileRefused` where it is too large for a scan or damaged."""
    entry = archive.infolist()[place]
    if entry.file_size > MAX_BYTES:
        raise FileRefused("scan-too-large", limit=MAX_BYTES // 1024**2)
    try:
        with archive.open(entry) as file:
            return file.read(MAX_BYTES + 1)
    except Exception as error:  # a damaged stream, an unknown method, a sum that does not hold
        raise FileRefused("scan-broken") from error


class Names:
    """Finds the member that a cell of the evidence column means: by its whole path first, else by its name alone."""

    def __init__(self, members: Iterable[tuple[int, Sequence[str]]]) -> None:
        self._paths: defaultdict[str, set[int]] = defaultdict(set)
        self._names: defaultdict[str, set[int]] = defaultdict(set)
        for place, readings in members:
            for reading in readings:
                folded = fold_name(reading)
                self._paths[folded].add(place)
                self._names[folded.rpartition("/")[2]].add(place)

    def find(self, text: str) -> set[int]:
        """Places of the members that the text may mean; more than one where names repeat in several folders."""
        folded = fold_name(text)
        return self._paths.get(folded) or self._names.get(folded.rpartition("/")[2]) or set()
