"""Files that somebody had made of what they may see, kept in private storage until they expire (R-G3)."""

import uuid
from datetime import datetime
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import ExportFormat, ExportKind, ExportStage
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import EncryptedTextField
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job, ScopedQuerySet


class ExportQuerySet(ScopedQuerySet):
    """Everybody sees their own files, in the scope for which they had them made."""

    def visible_to(self, actor: Actor) -> "ExportQuerySet":
        found = self.filter(actor_kind=actor.kind, actor_id=actor.id, provider_id=actor.provider_id)
        return cast(ExportQuerySet, found if actor.bound is None else found.none())  # R-P12


class ExportFile(models.Model):
    """One export: what was asked for, the job that makes it, and the file while it is kept.

    `filters` are the selectors' (`selectors.exports`), `shown` the same as words of the list's address. The search
    may be somebody's address, so it is encrypted and forgotten with the file. A list of refusals goes on after
    `after_event` and reaches at least up to `upto_event`: numbers of events, so that a clock loses nothing.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ExportKind)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat)
    filters = models.JSONField(default=dict)
    shown = models.JSONField(default=dict)
    search = EncryptedTextField(blank=True)
    moment = models.DateTimeField(null=True)  # R-L4: also what stood then
    after_event = models.BigIntegerField(default=0)
    upto_event = models.BigIntegerField(null=True)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    file = models.FileField(upload_to="exports", max_length=200, blank=True)
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)  # the first download
    removed_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            # Which files did this person have made, newest first; where did their last list of refusals end?
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="export_of_actor"),
            # Which files are to be removed?
            models.Index(fields=["expires_at"], name="export_expires", condition=~Q(file="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="export_file_while_kept",
                condition=Q(file="") & (Q(made_at=None) | Q(removed_at__isnull=False))
                | ~Q(file="") & Q(made_at__isnull=False, removed_at=None),
            ),
            models.CheckConstraint(
                name="export_made_at_with_expires",
                condition=Q(made_at=None, expires_at=None) | Q(made_at__isnull=False, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}-{self.pk}.{self.format}"

    @property
    def slug(self) -> str:
        return ExportKind(self.kind).slug

    def stage(self, now: datetime) -> ExportStage:
        """What its owner sees of it; `job` and dates decide, nothing is stored twice."""
        if self.made_at is not None:
            kept = self.removed_at is None and self.expires_at is not None and self.expires_at > now
            return ExportStage.READY if kept else ExportStage.EXPIRED
        state = JobState(self.job.state)
        if state is JobState.FAILED:
            return ExportStage.FAILED
        return ExportStage.MAKING if state.active and self.removed_at is None else ExportStage.STOPPED
