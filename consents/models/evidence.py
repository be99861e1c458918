"""The ZIP of scans that came beside an import (R-C16), kept as long as the import's own file."""

from django.db import models

from .imports import ConsentImport


class ImportEvidence(models.Model):
    """One archive beside one import, and what the check found in it.

    `members` are the judged files: place, ways to read the name, hash and kind, or the code of a refusal. `report`
    holds what the page shows: counts, and the first names of each kind. Both are personal (people name scans after
    people) and go when the import's file goes.
    """

    item = models.OneToOneField(ConsentImport, models.CASCADE, related_name="archive", primary_key=True)
    file = models.FileField(upload_to="imports", max_length=200, blank=True)
    file_name = models.CharField(max_length=200)
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    members = models.JSONField(default=list)
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.file_name
