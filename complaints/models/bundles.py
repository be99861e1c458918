"""Everything about a case in one file, made by a job: the sender's evidence (R-K6), the officer's whole case (R-K7)."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from complaints.enums import BundleKind
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.models import Document, Job

from .complaints import Complaint


class ComplaintBundleQuerySet(models.QuerySet["ComplaintBundle"]):
    def visible_to(self, actor: Actor) -> "ComplaintBundleQuerySet":
        """Of the complaints that the actor sees: a sender's people the evidence, the registry's the whole case."""
        if actor.kind is ActorKind.RECIPIENT:
            return self.none()
        kind = BundleKind.CASE if actor.all_providers else BundleKind.EVIDENCE
        return self.filter(kind=kind, complaint__in=Complaint.objects.visible_to(actor))


class ComplaintBundle(models.Model):
    """One bundle: the index as a frozen PDF, and a ZIP of the index and every part; the ZIP goes after some time."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="bundles")
    kind = models.CharField(max_length=10, choices=BundleKind)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")
    file = models.FileField(upload_to="complaints", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    parts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ComplaintBundleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_bundle_made_whole",
                condition=Q(made_at=None, expires_at=None, file="", sha256="")
                | Q(
                    made_at__isnull=False,
                    expires_at__isnull=False,
                    document__isnull=False,
                    sha256__regex="^[0-9a-f]{64}$",
                    size__gt=0,
                ),
            ),
        ]
        indexes = [
            # Which files are to be forgotten?
            models.Index(fields=["expires_at"], name="complaint_bundle_kept", condition=~Q(file="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    def is_there(self, now: datetime) -> bool:
        """Whether it can be downloaded."""
        return bool(self.file) and self.expires_at is not None and now < self.expires_at
