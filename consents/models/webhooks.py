"""Webhooks and push: where a provider's programs are told of changes, what is to be told, and how each try went."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import WebhookEvent, WebhookKind, WebhookMessageState, WebhookState
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import EncryptedTextField
from iys_portal.core.enums import CallFailure
from providers.enums import ProviderState
from providers.models import Provider

from .api import PushConnection


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, actor: Actor) -> "WebhookQuerySet":
        """A provider's own webhooks that it has not removed; push connections have calls of their own."""
        if actor.provider_id is None or actor.bound is not None:
            return self.none()
        own = self.filter(provider=actor.provider_id, kind=WebhookKind.WEBHOOK)
        return own.exclude(state=WebhookState.REMOVED)

    def sending(self) -> "WebhookQuerySet":
        """Receivers that are told anything now: those that are on, and never those of a closed provider (R-P7)."""
        return self.filter(state=WebhookState.ON).exclude(provider__state=ProviderState.CLOSED)


class Webhook(models.Model):
    """One receiver. `cursor` is the number of the last event of the ledger for which messages were written.

    Whoever sends holds the lease: one worker a receiver, so that messages arrive in their order. No brands: all.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    kind = models.SmallIntegerField(choices=WebhookKind, default=WebhookKind.WEBHOOK)
    push = models.OneToOneField(PushConnection, models.PROTECT, null=True, related_name="webhook")
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=24, choices=WebhookEvent), default=list)
    brands = ArrayField(models.BigIntegerField(), default=list)
    secret = EncryptedTextField()
    former_secret = EncryptedTextField(null=True)
    former_until = models.DateTimeField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=WebhookState, default=WebhookState.ON)
    state_at = models.DateTimeField()
    cursor = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True)
    slow = models.BooleanField(default=False)  # the last call took long or failed: it goes among its like
    next_try_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField()
    made_by_name = models.CharField(max_length=200)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                name="webhook_push_with_connection",
                condition=Q(kind=WebhookKind.PUSH, push__isnull=False) | Q(kind=WebhookKind.WEBHOOK, push__isnull=True),
            ),
            models.CheckConstraint(
                name="webhook_lease_with_end",
                condition=Q(lease__isnull=True, lease_until__isnull=True)
                | Q(lease__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_former_secret_with_end",
                condition=Q(former_secret__isnull=True, former_until__isnull=True)
                | Q(former_secret__isnull=False, former_until__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_made_at_with_by", condition=Q(made_at__isnull=False, made_by__isnull=False)
            ),
        ]
        indexes = [
            # Which receivers are behind the ledger?
            models.Index(fields=["cursor"], name="webhook_behind", condition=Q(state="on")),
            # Which webhooks has this provider?
            models.Index(fields=["provider", "state"], name="webhook_of_provider"),
        ]

    def __str__(self) -> str:
        """Without the path, which may hold a secret (R-G4)."""
        return self.host

    @property
    def host(self) -> str:
        return self.url.split("//", 1)[-1].split("/", 1)[0].split("?", 1)[0]

    @property
    def state_enum(self) -> WebhookState:
        return WebhookState(self.state)

    @property
    def is_on(self) -> bool:
        return self.state == WebhookState.ON

    @property
    def event_labels(self) -> list[str]:
        return [str(event.label) for event in WebhookEvent if event in self.events]


class WebhookMessage(models.Model):
    """One thing to tell one receiver, under an id that stays through every try; its body is made when it is sent.

    `refs` are numbers of events (or, of `refusal.wish`, of refusals to act upon), so no address stands here; `data` is
    what else is told.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="messages")
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField(max_length=24, choices=WebhookEvent)
    refs = ArrayField(models.BigIntegerField(), default=list)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=WebhookMessageState, default=WebhookMessageState.WAITING)
    attempts = models.IntegerField(default=0)
    give_up_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="webhook_message_ended",
                condition=Q(state="waiting", ended_at__isnull=True) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            # What is this receiver told next?
            models.Index(fields=["webhook", "id"], name="webhook_message_next", condition=Q(state="waiting")),
            # What can be forgotten?
            models.Index(fields=["ended_at"], name="webhook_message_over"),
        ]

    def __str__(self) -> str:
        return self.public_name

    @property
    def public_name(self) -> str:
        """The `webhook-id` of every try."""
        return f"msg_{self.message_id.hex}"

    @property
    def state_enum(self) -> WebhookMessageState:
        return WebhookMessageState(self.state)

    @property
    def event_label(self) -> str:
        return str(WebhookEvent(self.event).label)

    @property
    def waits(self) -> bool:
        return self.state == WebhookMessageState.WAITING


class WebhookTry(models.Model):
    """How one try went: the status that came, or why none came. No bodies."""

    message = models.ForeignKey(WebhookMessage, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    number = models.IntegerField()
    status = models.SmallIntegerField(null=True)
    failure = models.CharField(max_length=10, choices=CallFailure, default="")
    ms = models.IntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def words(self) -> str:
        return str(self.status) if self.status is not None else str(CallFailure(self.failure).label)


class WebhookMark(models.Model):
    """How far the ledger is final for receivers, and which worker is at it. One row (as `SealMark`, without its pause).

    `event` is the highest number given when the mark was set, `horizon` the transactions that may still hold lower
    ones; when those have ended everything up to it is `final`.
    """

    event = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)
    final = models.BigIntegerField(default=0)
    runner = models.UUIDField(null=True)
    runner_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.final}"
