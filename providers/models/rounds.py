"""What an application said each time that it was handed in, so that a reviewer sees what changed since."""

from django.db import models

from iys_portal.core.encryption import EncryptedTextField

from .applications import Application, OfApplicationQuerySet


class ApplicationRound(models.Model):
    """One handing in: the applicant's data as a JSON object of texts, by the keys of `rounds.content_of`."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    data = EncryptedTextField()  # holds TCKN and birth dates (R-P9)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="application_round_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"
