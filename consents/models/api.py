"""What the API keeps beside the ledger: batches, dealers' access to consents, reconciled days, and push connections."""

import uuid
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, PushState, RecipientType
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import EncryptedTextField
from iys_portal.core.models import Job
from providers.models import ApiKey, Brand, OfBrandQuerySet

from .scopes import ByBrandNumberQuerySet, WholeProviderQuerySet


class ApiBatchQuerySet(OfBrandQuerySet):
    """Batches are their own key's, and its provider's people's."""

    def visible_to(self, actor: Actor) -> "ApiBatchQuerySet":
        found = cast(ApiBatchQuerySet, super().visible_to(actor))
        return found if actor.bound is None else found.filter(actor_kind=actor.kind, actor_id=actor.id)


class ApiBatch(models.Model):
    """A batch of the API: accepted at once, worked by a task in one transaction, its results kept as long as records.

    `entries` hold what was sent until it is worked, and nothing afterwards (R-G1): the ledger has it. `results` has one
    list an entry: number of the problem or 0, transaction id (hex), microseconds of its registration, and where an
    earlier batch brought the same: that batch's number and the place in it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    total = models.IntegerField()
    entries = models.JSONField(null=True)
    results = models.JSONField(null=True)
    actor = models.JSONField(default=dict)  # as the call's key was: name, permissions, part of the provider
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    repeats = models.BooleanField(default=False)  # sent by /v2: results name the batch that brought an entry first

    objects = ApiBatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="api_batch_worked_with_results",
                condition=Q(worked_at__isnull=True, results__isnull=True, entries__isnull=False)
                | Q(worked_at__isnull=False, results__isnull=False, entries__isnull=True),
            ),
        ]
        indexes = [
            # Which batches wait for a worker?
            models.Index(fields=["accepted_at"], name="api_batch_waiting", condition=Q(worked_at=None)),
            # Which batch of this brand wrote at that moment?
            models.Index(fields=["brand", "accepted_at"], name="api_batch_moment"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def sub_id(self, index: int) -> str:
        """The number of one entry, drawn from the batch's."""
        return str(uuid.uuid5(self.public_id, str(index)))


class KeyUndo(models.Model):
    """What one key wrote for a brand in a time, taken back by counter-events; a job works it chunk by chunk.

    `seen_event` moves with each chunk's commit, so that a resumed job goes on where the last one ended. It is done when
    everything up to `end_event` is final and looked through.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    moment = models.DateTimeField()  # of every counter-event
    reason = models.CharField(max_length=300)
    include_refusals = models.BooleanField(default=False)
    seen_event = models.BigIntegerField(default=0)
    end_horizon = models.BigIntegerField(null=True)  # the first transaction that began after the time had settled
    end_event = models.BigIntegerField(null=True)  # behind it nothing of the time can come; known a little later
    counts = models.JSONField(default=dict)  # how many by `UndoOutcome`
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")

    objects = WholeProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="key_undo_of_a_time", condition=Q(since__lt=models.F("until"))),
            models.CheckConstraint(name="key_undo_with_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RetailerAccess(models.Model):
    """A dealer that may see one consent; the brand, whose dealer it is, says which."""

    pk = models.CompositePrimaryKey("recipient", "brand_id", "channel", "recipient_type", "retailer_id")
    recipient = models.CharField(max_length=265, db_collation="C")
    brand_id = models.IntegerField()
    channel = models.SmallIntegerField(choices=Channel)
    recipient_type = models.SmallIntegerField(choices=RecipientType)
    retailer_id = models.BigIntegerField()

    objects = ByBrandNumberQuerySet.as_manager()

    class Meta:
        indexes = [
            # How many consents may this dealer see?
            models.Index(fields=["retailer_id"], name="retailer_access_of"),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.retailer_id}"


class DayAgreement(models.Model):
    """A provider's word that a brand's day file agrees with its own books (mutabakat), and with which hash."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    day = models.DateField()
    sha384 = models.CharField(max_length=96)
    agreed_at = models.DateTimeField()
    agreed_by = models.BigIntegerField()
    agreed_kind = models.SmallIntegerField()

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "day"], name="day_agreed_once"),
            models.CheckConstraint(
                name="day_agreed_at_with_by", condition=Q(agreed_at__isnull=False, agreed_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}"


class DayStamp(models.Model):
    """An authority's word (RFC 3161) over a day file as it was then: `sha384` names its bytes."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    day = models.DateField()
    sha384 = models.CharField(max_length=96)
    stamped_at = models.DateTimeField()
    answer = models.BinaryField()  # TimeStampResp (DER)

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "day", "sha384"], name="day_stamped_once")]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}"


class PushConnection(models.Model):
    """Where recipients' own acts of one brand and channel are sent, with the basic authentication for it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    channel = models.SmallIntegerField(choices=Channel)
    url = models.CharField(_("address"), max_length=500)
    username = models.CharField(_("user name"), max_length=200)
    password = EncryptedTextField(_("password"))
    state = models.CharField(_("state"), max_length=10, choices=PushState, default=PushState.CONNECTED)
    state_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.BigIntegerField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.BigIntegerField(null=True)

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("push connection")
        verbose_name_plural = _("push connections")
        constraints = [
            models.UniqueConstraint(fields=["brand", "channel", "url"], condition=Q(removed_at=None), name="push_once"),
            models.CheckConstraint(
                name="push_registered_at_with_by",
                condition=Q(registered_at__isnull=False, registered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="push_removed_at_with_by",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
