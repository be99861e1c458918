"""States of an import."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Waiting for a decision")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")
    FAILED = "failed", _("Failed")

    @property
    def running(self) -> bool:
        """A job works on the import; its page watches it."""
        return self in (ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)

    @property
    def badge(self) -> str:
        return {
            "uploaded": "secondary",
            "checking": "info",
            "checked": "warning",
            "applying": "info",
            "applied": "success",
            "undoing": "info",
            "undone": "secondary",
            "discarded": "secondary",
            "failed": "danger",
        }[self.value]
