"""Standing wishes of recipients (R-Z8): what holds for whole groups of brands, whatever consents stand."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, WishKind
from providers.enums import Sector
from providers.models import Brand

K = WishKind


class StandingWish(models.Model):
    """One wish for one address: no channel, no sector, nothing for a time, or never this brand (R-Z5, R-Z8).

    It holds from `begins_at` to `until` or `ended_at`, whichever comes first, and stays afterwards, so that what was
    known at any moment can be said (R-L4). `effective.RULE` alone says what it does. Wishes that were made at once for
    several addresses share `made_together`.
    """

    recipient = models.CharField(max_length=265, db_collation="C")
    kind = models.SmallIntegerField(choices=WishKind)
    channel = models.SmallIntegerField(choices=[(0, _("Any")), *Channel.choices], default=0)  # 0: every channel
    sector = models.CharField(max_length=20, choices=Sector, blank=True, default="")  # "": every sector
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+")  # None: every brand
    begins_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    user_id = models.BigIntegerField()  # the citizen whose address it was
    made_together = models.UUIDField()

    class Meta:
        ordering = ["recipient", "pk"]
        indexes = [
            # Which wishes hold for this address? Asked for every sendable address of a query.
            models.Index(fields=["recipient", "begins_at"], name="wish_of_recipient"),
            # Which wishes has this citizen, newest first?
            models.Index(fields=["user_id", "-begins_at"], name="wish_of_citizen"),
        ]
        constraints = [
            models.CheckConstraint(
                name="wish_says_one_thing",
                condition=Q(kind=K.CHANNEL, channel__gt=0, sector="", brand=None)
                | (Q(kind=K.SECTOR, channel=0, brand=None) & ~Q(sector=""))
                | Q(kind=K.PAUSE, channel=0, sector="", brand=None, until__isnull=False)
                | Q(kind=K.BRAND, channel=0, sector="", brand__isnull=False),
            ),
            models.CheckConstraint(
                name="wish_ends_after_it_begins",
                condition=(Q(until=None) | Q(until__gt=F("begins_at")))
                & (Q(ended_at=None) | Q(ended_at__gte=F("begins_at"))),
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "channel", "sector", "brand"],
                condition=Q(ended_at=None) & ~Q(kind=K.PAUSE),
                nulls_distinct=False,
                name="wish_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{WishKind(self.kind).name} {self.pk}"

    def holds_at(self, moment: datetime) -> bool:
        ended = min((end for end in (self.until, self.ended_at) if end is not None), default=None)
        return self.begins_at <= moment and (ended is None or moment < ended)
