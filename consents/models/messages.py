"""Messages (ileti, R-S2, R-S3): what a brand registers before it sends, and whom it may write to."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, MessagePurpose, RecipientsFrom, RecipientType
from consents.states import MessageState as S
from iys_portal.core.models import Job
from providers.models import Brand

from .scopes import WholeProviderQuerySet

REGISTERED = tuple(state for state in S if state.registered)
OPEN = (S.DRAFT, S.WASHING, S.READY)


class MessageQuerySet(WholeProviderQuerySet):
    def registered(self) -> "MessageQuerySet":
        return self.filter(state__in=REGISTERED)


class Message(models.Model):
    """One version of a message. What was registered is never changed: a change is the next version (R-S3)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="messages", verbose_name=_("brand"))
    channel = models.SmallIntegerField(_("channel"), choices=Channel)
    recipient_type = models.SmallIntegerField(
        _("recipient type"), choices=RecipientType, default=RecipientType.BIREYSEL
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=MessagePurpose, default=MessagePurpose.COMMERCIAL)
    reason = models.CharField(_("why no consent is needed"), max_length=300, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), max_length=20_000)
    html = models.TextField(_("HTML"), max_length=200_000, blank=True)
    planned_at = models.DateTimeField(_("planned time"))
    state = models.CharField(_("state"), max_length=10, choices=S, default=S.DRAFT)
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="later")
    checklist = models.JSONField(default=dict, blank=True)  # its version and what was found, at registration

    recipients_from = models.CharField(max_length=6, choices=RecipientsFrom, blank=True)
    file = models.FileField(upload_to="messages", max_length=200, blank=True)  # until the recipients are checked
    file_name = models.CharField(max_length=200, blank=True)
    file_at = models.DateTimeField(null=True, blank=True)  # when it was taken
    layout = models.JSONField(default=dict, blank=True)
    column = models.SmallIntegerField(null=True, blank=True)  # of the file's addresses; None: still to be chosen
    wash_job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    wash_moment = models.DateTimeField(null=True, blank=True)  # fixed when it was begun; every address is judged at it
    washed_at = models.DateTimeField(_("checked"), null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    removed_since = models.PositiveIntegerField(default=0)
    seen_event = models.BigIntegerField(default=0)  # events up to here were looked at for refusals

    created_at = models.DateTimeField(_("created"))
    created_by = models.BigIntegerField()
    created_name = models.CharField(max_length=200)
    released_at = models.DateTimeField(_("registered"), null=True, blank=True)
    released_by = models.BigIntegerField(null=True, blank=True)
    released_name = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True)
    cancelled_by = models.BigIntegerField(null=True, blank=True)
    cancelled_name = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(_("list taken"), null=True, blank=True)
    taken_by = models.BigIntegerField(null=True, blank=True)
    taken_kind = models.SmallIntegerField(default=1)  # `ActorKind` of who took it: a user, or a program

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="message_version_once"),
            models.UniqueConstraint(fields=["series"], condition=Q(state__in=OPEN), name="message_one_version_in_work"),
            models.CheckConstraint(
                name="message_first_replaces_none",
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="message_reason_without_consent",
                condition=Q(purpose=MessagePurpose.COMMERCIAL, reason="")
                | (~Q(purpose=MessagePurpose.COMMERCIAL) & ~Q(reason="")),
                violation_error_message=_("Say why no consent is needed; a commercial message has no such reason."),
            ),
            models.CheckConstraint(
                name="message_html_of_mails",
                condition=Q(channel=Channel.EPOSTA) | Q(html=""),
                violation_error_message=_("Only an e-mail has HTML."),
            ),
            models.CheckConstraint(name="message_text_given", condition=~Q(subject="") & ~Q(text="")),
            models.CheckConstraint(
                name="message_created_at_with_by",
                condition=Q(created_at__isnull=False, created_by__isnull=False) & ~Q(created_name=""),
            ),
            models.CheckConstraint(
                name="message_released_at_with_by",
                condition=Q(released_at=None, released_by=None, released_name="")
                | (Q(released_at__isnull=False, released_by__isnull=False) & ~Q(released_name="")),
            ),
            models.CheckConstraint(
                name="message_registered_is_released",
                condition=(Q(state__in=REGISTERED) & Q(released_at__isnull=False))
                | (Q(state__in=OPEN) & Q(released_at=None))
                | Q(state=S.CANCELLED),
            ),
            models.CheckConstraint(
                name="message_cancelled_at_with_by",
                condition=(~Q(state=S.CANCELLED) & Q(cancelled_at=None, cancelled_by=None, cancelled_name=""))
                | (
                    Q(state=S.CANCELLED, cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancelled_name="")
                ),
            ),
            models.CheckConstraint(
                name="message_taken_at_with_by",
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False, released_at__isnull=False),
            ),
            # R-S2: a commercial message is not registered before its recipients were checked.
            models.CheckConstraint(
                name="message_commercial_is_washed",
                condition=~Q(purpose=MessagePurpose.COMMERCIAL)
                | ~Q(state__in=(S.READY, *REGISTERED))
                | Q(washed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_washing_has_job",
                condition=~Q(state=S.WASHING) | Q(wash_job__isnull=False, wash_moment__isnull=False),
            ),
        ]
        indexes = [
            # Which messages has this brand, newest first?
            models.Index(fields=["brand", "-created_at"], name="message_of_brand"),
            # Whose recipients may still change? Which have passed their time?
            models.Index(fields=["planned_at"], name="message_open", condition=Q(state__in=(S.READY, S.RELEASED))),
        ]

    def __str__(self) -> str:
        return f"{self.subject} v{self.version}"

    @property
    def is_commercial(self) -> bool:
        return MessagePurpose(self.purpose).needs_consent

    @property
    def allowed(self) -> int:
        """How many may be written to now."""
        return max(self.counts.get("allowed", 0) - self.removed_since, 0)

    @property
    def removed(self) -> int:
        return int(self.counts.get("removed", 0))

    @property
    def asked(self) -> int:
        return int(self.counts.get("asked", 0))

    @property
    def malformed(self) -> int:
        return int(self.counts.get("malformed", 0))

    @property
    def waits_for_column(self) -> bool:
        """A list was taken, and its reader has still to say which column holds the addresses."""
        return bool(self.file) and self.column is None and S(self.state).changeable

    @property
    def has_recipients(self) -> bool:
        return bool(self.counts)


class MessageRecipients(models.Model):
    """Some recipients of a message, with what was answered for each when they were checked (R-S3).

    A bucket is 16 bits of an address's CRC-32: a person's page reads one bucket, a row a message, whatever the size of
    the lists (docs/adr/0013-messages.md). `reasons` holds `effective.Reason`, in the order of `recipients`.
    """

    pk = models.CompositePrimaryKey("bucket", "message_id")
    bucket = models.IntegerField()
    message_id = models.BigIntegerField()
    recipients = ArrayField(models.CharField(max_length=265))
    reasons = ArrayField(models.SmallIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_recipients_with_reasons",
                condition=Q(recipients__len=models.F("reasons__len")) & Q(recipients__len__gte=1),
            ),
        ]
        indexes = [
            # Who are this message's recipients?
            models.Index(fields=["message_id"], name="recipients_of_message"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.bucket}"


class MessageRemoval(models.Model):
    """An address that was allowed and may no longer be written to: taken off the list since (R-S2)."""

    pk = models.CompositePrimaryKey("message_id", "recipient")
    message_id = models.BigIntegerField()
    recipient = models.CharField(max_length=265, db_collation="C")
    reason = models.SmallIntegerField()
    removed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.message_id}: {self.reason}"


class MessageProblem(models.Model):
    """A line of the list that is no address of the channel, as it was written."""

    pk = models.CompositePrimaryKey("message_id", "line")
    message_id = models.BigIntegerField()
    line = models.BigIntegerField()
    problem = models.SmallIntegerField()
    value = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.message_id}:{self.line}"
