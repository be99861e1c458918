"""Private storage: files under random names outside the web root, served only by permission-checked views."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils.deconstruct import deconstructible

BLOCK = 1 << 20
Drop = Callable[[], None]
_around: ContextVar[list[Drop] | None] = ContextVar("drops", default=None)


@deconstructible
class PrivateStorage(FileSystemStorage):
    """Keeps nothing of the uploaded name but its folder; readable by the portal's own user only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(base_url=None, file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:  # type: ignore[override]
        return str(Path(settings.PRIVATE_ROOT).absolute())

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        folder = PurePosixPath(str(name).replace("\\", "/")).parent
        return str(folder / secrets.token_hex(16))

    def _save(self, name: str, content: Any) -> str:
        """As Django's; a file that did not come to its end (disk full) is taken away again."""
        try:
            return super()._save(name, content)  # type: ignore[misc,no-any-return]
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)
            raise


def sha256_of(file: IO[bytes]) -> str:
    """Hex SHA-256 of an open binary file, read in blocks from where it stands."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def shown_name(name: str) -> str:
    """The uploaded name as it is kept beside a file and shown: without folders, of at most 200 characters."""
    return Path(name).name[:200]


def private_path(name: str | None) -> Path:
    """Where a stored file lies on disk (file-system storage only)."""
    return Path(PrivateStorage().path(name or ""))


@contextmanager
def only_if_written() -> Iterator[list[Drop]]:
    """Removes files that were stored in the block when the block's rows do not come to stay; one transaction."""
    with dropped_if_failed() as drops, transaction.atomic():
        yield drops


@contextmanager
def dropped_if_failed() -> Iterator[list[Drop]]:
    """Removes files that were stored in the block when it fails; rows are written in a transaction inside it.

    For large files: none is written or read while a transaction is open. A block inside another hands its files on
    when it ends well: the outer one's roll-back takes its rows, too.
    """
    drops: list[Drop] = []
    outer, mark = _around.get(), _around.set(drops)
    try:
        yield drops
    except BaseException:
        for drop in drops:
            drop()
        raise
    else:
        if outer is not None:
            outer.extend(drops)
    finally:
        _around.reset(mark)
