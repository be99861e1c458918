"""A ZIP of many files, written in blocks: no file is ever whole in memory."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils.translation import gettext_lazy as _

from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import DomainError
from iys_portal.core.storage import BLOCK

from .documents.bundle import Part

SUMS = "SHA256SUMS"
_PACKED = (".csv", ".txt", ".json", ".eml")
"""What gets smaller; pictures, PDF and recordings are packed already."""


class PartChanged(DomainError):
    default = _("A file of this case is not what was kept. Tell the registry; nothing was made.")


def write_archive(path: Path, parts: Iterable[Part], *, at: datetime) -> Iterator[int]:
    """Write the parts and `SHA256SUMS`; yields how many are in it. The same parts give the same bytes.

    Raises `PartChanged` where a file's bytes are not those of its hash: a bundle proves only what was kept.
    """
    sums: list[str] = []
    moment = at.astimezone(ISTANBUL)
    with ZipFile(path, "w") as archive:
        for done, part in enumerate(parts, start=1):
            with part.opened() as source, archive.open(_entry(part.path, moment), "w", force_zip64=True) as target:
                if _copied(source, target) != part.sha256:
                    raise PartChanged(code="part")
            sums.append(f"{part.sha256}  {part.path}\n")
            yield done
        archive.writestr(_entry(SUMS, moment), "".join(sums).encode())


def _entry(name: str, moment: datetime) -> ZipInfo:
    entry = ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    entry.compress_type = ZIP_DEFLATED if name.endswith(_PACKED) else ZIP_STORED
    entry.external_attr = 0o644 << 16
    return entry


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy in blocks; returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()
