"""Private storage as one tar and a list of hashes that `sha256sum --check` reads; and back into an empty folder."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings

from iys_portal.core.storage import BLOCK, sha256_of

from . import BackupError

NOT_DOCUMENTS = frozenset({"mailbox", "reference-imports"})
"""Folders that hold nothing to keep: a developer's mails, and files that wait for a confirmation."""

KEY_FILES = frozenset({"agreement-seal.p12"})
"""Keys are kept apart from what they protect (docs/operations.md)."""


def stored() -> Iterator[str]:
    """Names of all files in private storage that belong into a backup, in order."""
    root = Path(settings.PRIVATE_ROOT)
    for folder, folders, files in os.walk(root):
        at = PurePosixPath(Path(folder).relative_to(root).as_posix())
        top = str(at) == "."
        folders[:] = sorted(name for name in folders if not (top and name in NOT_DOCUMENTS))
        yield from (name if top else f"{at}/{name}" for name in sorted(files) if not (top and name in KEY_FILES))


def pack(target: Path, listing: Path) -> dict[str, str]:
    """Write every stored file into a tar and its hash into a list. A file that is deleted meanwhile is left out."""
    hashes: dict[str, str] = {}
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar, listing.open("w", encoding="utf-8") as lines:
        for name in stored():
            try:
                file = (Path(settings.PRIVATE_ROOT) / name).open("rb")
            except FileNotFoundError:
                continue
            with file:
                hashes[name] = _add(tar, name, file)
            lines.write(f"{hashes[name]}  {name}\n")
    return hashes


def unpack(source: Path, hashes: dict[str, str]) -> None:
    """Write the files back under private storage. Raises `BackupError` for one that the list does not vouch for."""
    root, left = Path(settings.PRIVATE_ROOT), dict(hashes)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(source, "r") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            expected = left.pop(member.name, None)
            if file is None or expected is None or not _inside(member.name):
                raise BackupError("documents.tar holds a file that its list does not name.")
            path = root / member.name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                if _copy(file, out) != expected:
                    raise BackupError("documents.tar: a file is not what its list says.")
                out.flush()
                os.fsync(out.fileno())
    if left:
        raise BackupError(f"documents.tar lacks {len(left)} files that its list names.")


def read_list(listing: Path) -> dict[str, str]:
    """Name → SHA-256."""
    pairs = (line.split("  ", 1) for line in listing.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in pairs}


def differences(hashes: dict[str, str]) -> tuple[list[str], list[str]]:
    """Files of the list that private storage lacks, and those that it holds otherwise."""
    missing, changed = [], []
    for name, expected in hashes.items():
        try:
            with (Path(settings.PRIVATE_ROOT) / name).open("rb") as file:
                if sha256_of(file) != expected:
                    changed.append(name)
        except FileNotFoundError:
            missing.append(name)
    return missing, changed


class _Counted(io.RawIOBase):
    """Hashes what is read. A file that shrinks meanwhile is filled up: its length stands in the tar already."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left, self.digest = file, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        block = self.file.read(wanted)
        if len(block) < wanted:
            block += bytes(wanted - len(block))
        self.left -= len(block)
        self.digest.update(block)
        return block


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes]) -> str:
    found = os.fstat(file.fileno())
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = found.st_size, int(found.st_mtime), 0o600
    counted = _Counted(file, found.st_size)
    tar.addfile(member, counted)  # type: ignore[arg-type]
    return counted.digest.hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
