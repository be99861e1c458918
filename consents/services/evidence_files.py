"""Scans that come several at once: as files, or as one ZIP of them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from django.utils.translation import gettext as _

from consents.files.archive import Member, members_of, open_archive, read_member
from consents.files.errors import FileRefused
from iys_portal.core.errors import Invalid
from iys_portal.core.uploads import MAX_BYTES

MAX_AT_ONCE = 500
"""Scans that one form completes; more come beside an import."""

Content = Callable[[], bytes | FileRefused]


@contextmanager
def files_of(uploads: Sequence[Any]) -> Iterator[list[tuple[str, Content]]]:
    """Names of the uploaded scans, those of ZIPs included, each with what reads it.

    Raises `FileRefused` for a ZIP that is refused as a whole, `Invalid` (field "scans") for none or too many.
    """
    with tempfile.TemporaryDirectory() as folder:
        archives: list[ZipFile] = []
        try:
            found: list[tuple[str, Content]] = []
            for place, upload in enumerate(uploads):
                if is_archive(upload):
                    archives.append(_opened(upload, Path(folder) / str(place)))
                    found += [_member(archives[-1], member) for member in members_of(archives[-1])]
                else:
                    found.append((str(upload.name), _plain(upload)))
            if not found:
                raise Invalid(_("Choose the scans, or a ZIP of them."), field="scans")
            if len(found) > MAX_AT_ONCE:
                text = _("These are %(number)d scans; %(limit)d can be matched at once.")
                raise Invalid(text % {"number": len(found), "limit": MAX_AT_ONCE}, field="scans")
            yield found
        finally:
            for archive in archives:
                archive.close()


def is_archive(upload: IO[bytes]) -> bool:
    """Whether an uploaded file is a ZIP, by its first bytes."""
    upload.seek(0)
    start = upload.read(4)
    upload.seek(0)
    return start in (b"PK\x03\x04", b"PK\x05\x06")


def _opened(upload: IO[bytes], path: Path) -> ZipFile:
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return open_archive(path)


def _member(archive: ZipFile, member: Member) -> tuple[str, Content]:
    def read() -> bytes | FileRefused:
        try:
            return read_member(archive, member.place)
        except FileRefused as refusal:
            return refusal

    return member.name, read


def _plain(upload: IO[bytes]) -> Content:
    return lambda: upload.read(MAX_BYTES + 1)
