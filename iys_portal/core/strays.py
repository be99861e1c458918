"""Stored files that no row names: what a process left that died between writing a file and its row (R-L5, R-G4)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models

FORGET_AFTER = timedelta(days=2)
"""Nothing that is on its way from a file to its row takes as long."""


def forget_strays(now: datetime) -> int:
    """Delete old files of the folders that belong to models, where no row names them; returns how many.

    Files are listed before rows are read, so one whose row comes meanwhile is not taken for a stray.
    """
    gone = 0
    for folder, fields in _folders().items():
        strays = set(_old_files(folder, now - FORGET_AFTER))
        for field in fields if strays else ():
            strays.difference_update(field.model._base_manager.values_list(field.name, flat=True).iterator())
        for name in strays:
            default_storage.delete(name)
        gone += len(strays)
    return gone


def _folders() -> dict[str, list[models.FileField]]:
    """The fields that keep files, by the folder that they keep them in."""
    found = defaultdict(list)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField) and model._meta.managed:
                found[str(field.upload_to)].append(field)
    return found


def _old_files(folder: str, before: datetime) -> Iterator[str]:
    """A file that goes while the folder is read is gone as it should be."""
    _inner, names = default_storage.listdir(folder) if default_storage.exists(folder) else ([], [])
    for name in names:
        try:
            if default_storage.get_modified_time(f"{folder}/{name}") < before:
                yield f"{folder}/{name}"
        except FileNotFoundError:
            continue
