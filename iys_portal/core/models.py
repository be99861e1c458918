"""Rows of the kernel: jobs, audit log, outbox, added holidays."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .actors import Actor
from .enums import DocumentState, JobState, Means, OutboxState


class ScopedQuerySet(models.QuerySet):
    """Rows with a `provider_id`: staff see all, a provider's user those of the present provider (R-A1).

    Who reaches a part of the provider only sees what they did themselves, where the rows say who did it (R-P12).
    """

    def visible_to(self, actor: Actor) -> "ScopedQuerySet":
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        found = self.filter(provider_id=actor.provider_id)
        if actor.bound is None:
            return found
        if not hasattr(self.model, "actor_kind"):
            return self.none()
        return found.filter(actor_kind=actor.kind, actor_id=actor.id)


class Job(models.Model):
    """Work that a user waits for: state, progress and lease of one run of a Celery task."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.CharField(_("task"), max_length=100)
    title = models.CharField(_("title"), max_length=200)
    provider_id = models.BigIntegerField(_("provider"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=JobState, default=JobState.QUEUED)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), null=True, blank=True)
    step = models.CharField(_("step"), max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)
    payload = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("stop asked for"), default=False)
    actor_kind = models.SmallIntegerField(_("kind of actor"))
    actor_id = models.BigIntegerField(_("number of the actor"))
    actor_name = models.CharField(_("person"), max_length=200)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            # Which jobs does the sweeper look at?
            models.Index(
                fields=["state", "lease_until"],
                name="job_active",
                condition=Q(state__in=["queued", "running"]),
            ),
            # What did this provider run lately?
            models.Index(fields=["provider_id", "-created_at"], name="job_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_finished_with_state",
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int | None:
        """How much is done; None before it has begun, and where nobody knows how much there is."""
        begun = self.state != JobState.QUEUED
        return min(100, self.done * 100 // self.total) if self.total and begun else None

    @property
    def active(self) -> bool:
        return JobState(self.state).active


class AuditEntry(models.Model):
    """Who did what to which row, when and by which door (R-A3). Append-only in the database itself."""

    append_only = True

    at = models.DateTimeField(_("time"))
    verb = models.CharField(_("act"), max_length=60)
    target_type = models.CharField(_("kind of object"), max_length=60)
    target_id = models.CharField(_("number of the object"), max_length=100)
    target_name = models.CharField(_("object"), max_length=200, blank=True)
    provider_id = models.BigIntegerField(_("provider"), null=True, blank=True)
    actor_kind = models.SmallIntegerField(_("kind of actor"))
    actor_id = models.BigIntegerField(_("number of the actor"))
    actor_name = models.CharField(_("person"), max_length=200)
    way = models.CharField(_("way in"), max_length=20)
    request_id = models.CharField(_("request"), max_length=40, blank=True)
    old = models.JSONField(_("before"), null=True, blank=True)
    new = models.JSONField(_("after"), null=True, blank=True)
    salt = models.UUIDField(db_default=RandomUUID(), editable=False)  # of its leaf under a seal (R-L2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            # What happened to this row?
            models.Index(fields=["target_type", "target_id", "id"], name="audit_of_target"),
            # What did this provider's people do?
            models.Index(fields=["provider_id", "id"], name="audit_of_provider"),
            # Who did this kind of act lately (who read, who exported …)?
            models.Index(fields=["verb", "id"], name="audit_of_verb"),
            # What did this person do?
            models.Index(fields=["actor_kind", "actor_id", "id"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"


class OutboxMessage(models.Model):
    """A mail or text message, written in the transaction of its cause (design 5); `cause` makes it unique."""

    cause = models.CharField(max_length=120, unique=True)
    means = models.SmallIntegerField(choices=Means, default=Means.MAIL)
    to = models.CharField(max_length=320)
    to_mailbox = models.BooleanField(default=False)  # the demonstration's: never to a real server
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)
    document = models.ForeignKey("Document", models.SET_NULL, null=True, related_name="+")  # sent with it, once drawn
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # What is to be sent now, oldest first?
            models.Index(fields=["next_try_at"], name="outbox_due", condition=Q(state__in=["waiting", "claimed"])),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_sent_at_with_state",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class Document(models.Model):
    """A PDF of the registry: frozen data first, then its picture (design 6). A correction is a new document.

    `kind` is one that an app registered (`core.documents`); that kind names the permission to read it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("document number"), max_length=30, unique=True)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    template_version = models.PositiveSmallIntegerField()
    data = models.JSONField()
    provider_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=100)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    state = models.CharField(_("state"), max_length=10, choices=DocumentState, default=DocumentState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    file = models.FileField(upload_to="documents", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [
            # Which documents are still to be made?
            models.Index(fields=["lease_until"], name="document_waiting", condition=Q(state="waiting")),
            # Which documents were made about this?
            models.Index(fields=["subject_type", "subject_id", "-id"], name="document_of_subject"),
            # Which file is this, by its hash?
            models.Index(fields=["sha256"], name="document_of_hash", condition=~Q(sha256="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_file_with_state",
                condition=Q(state="ready", rendered_at__isnull=False, sha256__regex="^[0-9a-f]{64}$", size__gt=0)
                & ~Q(file="")
                | ~Q(state="ready") & Q(rendered_at__isnull=True, sha256="", size=0, file=""),
            ),
            models.UniqueConstraint(fields=["replaces"], name="document_replaced_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_badge(self) -> str:
        return DocumentState(self.state).badge


class Holiday(models.Model):
    """A day that an admin adds to the public holidays (R-D1)."""

    day = models.DateField(_("day"), unique=True, error_messages={"unique": _("This day is already in the list.")})
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["day"]
        verbose_name = _("added holiday")
        verbose_name_plural = _("added holidays")

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.name}"
