"""Day files: what happened to a brand's consents on a day, for the brand's own comparison (docs/day-files.md)."""

from typing import cast

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from iys_portal.core.actors import Actor
from providers.models import Brand, OfBrandQuerySet


class DayFileQuerySet(OfBrandQuerySet):
    """A day file holds every channel: an integrator reads it where reconciliation is granted for all (R-P12)."""

    def visible_to(self, actor: Actor) -> "DayFileQuerySet":
        found = cast(DayFileQuerySet, super().visible_to(actor))
        return found if actor.bound is None else found.filter(brand__in=actor.bound.reconciles)


class DayFile(models.Model):
    """A brand's events of one calendar day (Europe/Istanbul) as CSV. The first hash stays when it is made again."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    day = models.DateField()
    rows = models.IntegerField()
    size = models.BigIntegerField()  # bytes
    sha384 = models.CharField(max_length=96)
    file = models.FileField(upload_to="day_files", max_length=200)
    made_at = models.DateTimeField()
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    first_sha384 = models.CharField(max_length=96)
    expired_rows = models.IntegerField(default=0, validators=[MinValueValidator(0)])  # erased since it was first made
    replaced_at = models.DateTimeField(null=True)
    replaced_reason = models.CharField(max_length=200, blank=True)

    objects = DayFileQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "brand"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "day"], name="day_file_once"),
            models.CheckConstraint(
                name="day_file_replaced_with_reason",
                condition=Q(replaced_at=None, replaced_reason="", expired_rows=0)
                | (Q(replaced_at__isnull=False) & ~Q(replaced_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}"


class ClosedDay(models.Model):
    """A day whose files are all made; days are closed in order."""

    day = models.DateField(primary_key=True)
    made_at = models.DateTimeField()
    files = models.IntegerField()
    rows = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.day}"
