"""How far citizens have been told what was recorded for them."""

from django.db import models

from iys_portal.accounts.enums import MailRhythm


class NewsMark(models.Model):
    """The last event of which citizens who want to be told in this rhythm were told."""

    rhythm = models.CharField(max_length=10, choices=MailRhythm, primary_key=True)
    event = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.rhythm} {self.event}"
