"""Recipients' own refusals as providers have to act upon them (R-R2), and texts that people sent us (R-R4)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, InboundOutcome, Source
from iys_portal.core.models import ScopedQuerySet
from providers.models import Brand

from .wishes import StandingWish


class RefusalAlert(models.Model):
    """A recipient refused one channel of one brand in person: the provider stops by `due_on` and says so (R-R2).

    Or a standing wish began that overrules the consent of that brand and channel (R-Z8).

    Open until acknowledged, or until the recipient takes the refusal back.
    """

    event_id = models.BigIntegerField()  # the refusal in the ledger; of a wish, the consent that it overrules
    provider_id = models.BigIntegerField()
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", verbose_name=_("brand"))
    recipient = models.CharField(_("recipient"), max_length=265, db_collation="C")
    channel = models.SmallIntegerField(_("channel"), choices=Channel)
    source = models.SmallIntegerField(_("source"), choices=Source)
    wish = models.ForeignKey(StandingWish, models.PROTECT, null=True, blank=True, related_name="alerts")  # R-Z8
    denied = models.BooleanField(_("never given"), default=False)  # R-M3: "I did not give this consent"
    refused_at = models.DateTimeField(_("refused"))
    due_on = models.DateField(_("stop by"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.BigIntegerField(null=True, blank=True)
    acknowledged_name = models.CharField(max_length=200, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("refusal to act upon")
        verbose_name_plural = _("refusals to act upon")
        indexes = [
            # Which refusals has this provider to act upon, most urgent first?
            models.Index(
                fields=["provider_id", "due_on", "id"],
                name="refusal_open",
                condition=Q(acknowledged_at__isnull=True, taken_back_at__isnull=True),
            ),
            # What did this provider's recipients refuse, newest first?
            models.Index(fields=["provider_id", "-id"], name="refusal_of_provider"),
            # Is there an alert about this address at this brand?
            models.Index(fields=["recipient", "brand", "channel"], name="refusal_of_recipient"),
        ]
        constraints = [
            models.CheckConstraint(
                name="refusal_acknowledged_at_with_by",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True, acknowledged_name="")
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.UniqueConstraint(fields=["event_id"], condition=Q(wish=None), name="refusal_alert_once"),
            models.UniqueConstraint(fields=["wish", "event_id"], name="refusal_alert_once_for_a_wish"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"

    @property
    def open(self) -> bool:
        return self.acknowledged_at is None and self.taken_back_at is None

    def overdue(self, today: date) -> bool:
        return self.open and self.due_on < today


class RefusalCounter(models.Model):
    """How many refusals a provider has to act upon by each day; past days are overdue."""

    pk = models.CompositePrimaryKey("provider_id", "due_on")
    provider_id = models.BigIntegerField()
    due_on = models.DateField()
    total = models.BigIntegerField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.provider_id} {self.due_on}: {self.total}"


class InboundText(models.Model):
    """A text message that came in (R-R4); the gateway's own number makes it unique, so that a repeat does nothing."""

    gateway_id = models.CharField(max_length=100, unique=True)
    sender = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    outcome = models.SmallIntegerField(choices=InboundOutcome)
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            # How many answers did this sender get lately?
            models.Index(fields=["sender", "-received_at"], name="inbound_of_sender"),
        ]

    def __str__(self) -> str:
        return self.gateway_id
