"""States of the kernel's own rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def active(self) -> bool:
        return self in (JobState.QUEUED, JobState.RUNNING)

    @property
    def badge(self) -> str:
        return {
            JobState.QUEUED: "secondary",
            JobState.RUNNING: "info",
            JobState.DONE: "success",
            JobState.FAILED: "danger",
            JobState.CANCELLED: "secondary",
        }[self]


class CallFailure(models.TextChoices):
    """Why a call to somebody's address brought no answer."""

    ADDRESS = "address", _("The registry does not send to this address")
    CONNECTION = "connection", _("No connection")
    TLS = "tls", _("The certificate does not hold")
    TIMEOUT = "timeout", _("No answer within 5 seconds")


class Means(models.IntegerChoices):
    """How a message travels."""

    MAIL = 1, _("E-mail")
    TEXT = 2, _("Text message")


class OutboxState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Undelivered")


class DocumentState(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")

    @property
    def badge(self) -> str:
        return {"waiting": "info", "ready": "success", "failed": "danger"}[self.value]
