"""States of an import and of a message."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class MessageState(models.TextChoices):
    """Where a message stands (R-S2)."""

    DRAFT = "draft", _("Draft")
    WASHING = "washing", _("Recipients are being checked")
    READY = "ready", _("Ready to be registered")
    RELEASED = "released", pgettext_lazy("ileti", "Registered")
    REPLACED = "replaced", _("Replaced by a newer version")
    CLOSED = "closed", _("Its time has passed")
    CANCELLED = "cancelled", _("Called off")

    @property
    def changeable(self) -> bool:
        """Its words and its list may still change."""
        return self in (MessageState.DRAFT, MessageState.READY)

    @property
    def registered(self) -> bool:
        """It was registered and stays in the registry, whatever became of it (R-S3)."""
        return self in (MessageState.RELEASED, MessageState.REPLACED, MessageState.CLOSED)

    @property
    def badge(self) -> str:
        return {
            "draft": "warning",
            "washing": "info",
            "ready": "primary",
            "released": "success",
            "replaced": "secondary",
            "closed": "secondary",
            "cancelled": "secondary",
        }[self.value]


class PageState(models.TextChoices):
    """Whether a consent page asks (R-M7), and if not, why. It follows from the page, its text, brand and provider."""

    OPEN = "open", _("Open")
    OFF = "off", _("Switched off")
    TEXT_OVER = "text_over", _("Its text is not in use")
    SUSPENDED = "suspended", _("Provider suspended")
    CLOSED = "closed", _("Provider closed")

    @property
    def badge(self) -> str:
        return {"open": "success", "off": "secondary", "text_over": "warning"}.get(self.value, "danger")
