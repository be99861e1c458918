"""What is left of records that expired (R-L5): tombstones, refusals in force by a keyed hash, holds, and runs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, RecipientType, Sealed, Source, Status
from iys_portal.core.models import Job
from providers.models import Brand


class Tombstone(models.Model):
    """A row of ledger or audit log that expired: its number and leaf, and the record of the erasure.

    Verification takes the leaf in place of the row's. The erasing row says a hash over the leaves that it erased, and
    is sealed itself, so that no tombstone can be added or exchanged later.
    """

    append_only = True

    pk = models.CompositePrimaryKey("tree", "number")
    tree = models.SmallIntegerField(choices=Sealed)
    number = models.BigIntegerField()
    leaf = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField()
    erasure = models.BigIntegerField()  # number of the erasing event or audit entry

    class Meta:
        indexes = [
            # What did this erasure erase?
            models.Index(fields=["tree", "erasure", "number"], name="tombstone_of_erasure"),
        ]

    def __str__(self) -> str:
        return f"{self.tree}/{self.number}"


class ErasedRefusal(models.Model):
    """A refusal in force whose address was forgotten: it blocks by a keyed hash of the address, for ever (R-L5)."""

    pk = models.CompositePrimaryKey("address_hash", "brand_id", "channel", "recipient_type")
    address_hash = models.BinaryField(max_length=32)
    brand_id = models.IntegerField()
    channel = models.SmallIntegerField(choices=Channel)
    recipient_type = models.SmallIntegerField(choices=RecipientType)
    version = models.IntegerField()
    status = models.SmallIntegerField(choices=Status)
    source = models.SmallIntegerField(choices=Source, null=True)
    consent_date = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    event_id = models.BigIntegerField()

    class Meta:
        indexes = [
            # Has this brand any?
            models.Index(fields=["brand_id"], name="erased_refusal_of_brand"),
        ]
        constraints = [models.CheckConstraint(name="erased_refusal_is_one", condition=Q(status=Status.RET))]

    def __str__(self) -> str:
        return f"{self.event_id}"


class LegalHold(models.Model):
    """Records that an open complaint or court case uses do not expire (R-L5): of an address, a brand, or both."""

    recipient = models.CharField(_("recipient"), max_length=265, blank=True, db_collation="C")
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brand"))
    reference = models.CharField(_("reference"), max_length=200)
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField(_("placed"))
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.BigIntegerField(null=True)
    released_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["released_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="hold_of_something",
                condition=~Q(recipient="") | Q(brand__isnull=False),
                violation_error_message=_("A hold names an address, a brand, or both."),
            ),
            models.CheckConstraint(
                name="hold_released_at_with_by",
                condition=Q(released_at__isnull=True, released_by__isnull=True, released_name="")
                | Q(released_at__isnull=False, released_by__isnull=False),
            ),
        ]
        indexes = [
            # Is this address held?
            models.Index(fields=["recipient"], name="hold_of_recipient", condition=Q(released_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reference


class RetentionRun(models.Model):
    """One run of the expiry: what it counted, or erased, by kind of record. Who started it, and when, says its job."""

    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    applied = models.BooleanField()
    before = models.DateTimeField()  # records that ended, or date, before this moment
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def total(self) -> int:
        return sum(self.counts.values())
