"""What one API key wrote, held back for a time (docs/adr/0022-freeze-of-a-key.md)."""

import uuid

from django.db import models
from django.db.models import F, Q

from providers.models import ApiKey, Brand

from .scopes import WholeProviderQuerySet


class KeyFreeze(models.Model):
    """Consents that a key wrote for a brand from `since` until before `until` may not be used while it holds.

    It holds from `frozen_at` to `lifted_at`, and stays afterwards, so that what was known at any moment can be said
    (R-L4). `effective.RULE` alone says what it does.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    frozen_at = models.DateTimeField()
    frozen_by = models.BigIntegerField()
    frozen_name = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.BigIntegerField(null=True)
    lifted_name = models.CharField(max_length=200, blank=True, default="")

    objects = WholeProviderQuerySet.as_manager()

    class Meta:
        ordering = ["-frozen_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="key_freeze_of_a_time", condition=Q(since__lt=F("until"))),
            models.CheckConstraint(name="key_freeze_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="key_freeze_frozen_by_somebody",
                condition=Q(frozen_at__isnull=False, frozen_by__isnull=False) & ~Q(frozen_name=""),
            ),
            models.CheckConstraint(
                name="key_freeze_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None, lifted_name="")
                | (Q(lifted_at__gte=F("frozen_at"), lifted_by__isnull=False) & ~Q(lifted_name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
