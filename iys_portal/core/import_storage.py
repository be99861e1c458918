"""Where a file of reference data waits between preview and confirmation: private storage, random names."""

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.tmp_storages import BaseStorage

from .errors import NotFound, WrongMoment

FOLDER = "reference-imports"
KEPT_FOR = timedelta(hours=12)
_NAME = re.compile(r"^[0-9a-f]{32}$")


class PrivateTmpStorage(BaseStorage):
    """django-import-export's temporary storage, in the portal's private storage.

    The confirmation form names the file: only names of our own making are opened (`NotFound`). A file that
    was confirmed, or waited too long, is gone (`WrongMoment`).
    """

    name: str | None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.name is not None and not _NAME.match(self.name):
            raise NotFound

    @property
    def _path(self) -> str:
        return f"{FOLDER}/{self.name}"

    def save(self, data: bytes) -> None:
        _forget_old()
        self.name = PurePosixPath(default_storage.save(f"{FOLDER}/upload", ContentFile(data))).name

    def read(self) -> bytes:
        if not default_storage.exists(self._path):
            raise WrongMoment(_("This file was imported already, or waited too long: upload it again."))
        with default_storage.open(self._path, mode="rb") as file:
            return bytes(file.read())

    def remove(self) -> None:
        default_storage.delete(self._path)


def _forget_old() -> None:
    """Delete what was previewed and never confirmed."""
    if not default_storage.exists(FOLDER):
        return
    before = timezone.now() - KEPT_FOR
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < before:
            default_storage.delete(path)
