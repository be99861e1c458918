"""What people are told about their consents (R-M1): an outbox of its own, as a file may bring a million of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from consents.enums import Lane, NoticeKind, NoticeState
from iys_portal.core.enums import Means

from .scopes import ByBrandNumberQuerySet, ConsentQuerySet


class Notice(models.Model):
    """One mail or text message to one address about one brand, written by the engine with its cause (design 5).

    Its key is the number of the first event that it tells of: one notice per cause. Which consents it names, the
    ledger knows: the events of this address and brand with the same `registered_at` (one intake, R-M2).
    """

    event_id = models.BigIntegerField(primary_key=True)
    kind = models.SmallIntegerField(choices=NoticeKind, default=NoticeKind.CONFIRMATION)
    lane = models.SmallIntegerField(choices=Lane)
    means = models.SmallIntegerField(choices=Means)
    state = models.SmallIntegerField(choices=NoticeState, default=NoticeState.WAITING)
    brand_id = models.IntegerField()
    recipient = models.CharField(max_length=265, db_collation="C")
    job_id = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()
    due_at = models.DateTimeField()  # the end of the day of the consent (R-M1)
    next_try_at = models.DateTimeField()  # while claimed: the end of the lease
    attempts = models.SmallIntegerField(default=0)
    message_id = models.CharField(max_length=100, null=True)  # fixed at the first claim (R-M5)
    answer = models.CharField(max_length=500, null=True)
    sent_at = models.DateTimeField(null=True)
    own_notice_at = models.DateTimeField(null=True)  # R-M1: the provider's own notice, as it says
    own_notice_means = models.SmallIntegerField(choices=Means, null=True)
    corrects = models.BigIntegerField(null=True)  # R-L6: the notice that a correction takes back

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            # What is to be sent in this lane by these means, oldest first?
            models.Index(
                fields=["lane", "means", "next_try_at"],
                name="notice_due",
                condition=Q(state__lte=NoticeState.CLAIMED),
            ),
            # Which of this brand's notices went wrong, newest first?
            models.Index(
                fields=["brand_id", "state", "-event_id"],
                name="notice_trouble",
                condition=Q(state__gte=NoticeState.LATE, state__lte=NoticeState.UNTELLABLE),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_sent_at_with_state",
                condition=Q(sent_at__isnull=True, state__lte=NoticeState.CLAIMED)
                | Q(sent_at__isnull=True, state__gte=NoticeState.UNDELIVERED)
                | Q(sent_at__isnull=False, state__gt=NoticeState.CLAIMED, state__lt=NoticeState.UNDELIVERED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"


class NoticeBatch(models.Model):
    """The mails (or texts) of one chunk of an import, in one row written with it; unfolded as they are sent.

    Chunks with low numbers go first, whoever loaded them: a small file does not wait behind a large one (R-M6).
    """

    job_id = models.BigIntegerField()
    number = models.IntegerField()
    means = models.SmallIntegerField(choices=Means)
    brand_id = models.IntegerField()
    registered_at = models.DateTimeField()
    initial_before = models.DateTimeField(null=True)  # older consents came by an open initial load (R-M2)
    unfolded = models.IntegerField(default=0)  # how many of `events` are notices by now
    total = models.IntegerField()
    events = ArrayField(models.BigIntegerField())  # the event that leads each notice, ascending
    own_notices_at = ArrayField(models.DateTimeField(null=True), null=True)  # parallel to `events`
    own_notice_means = ArrayField(models.SmallIntegerField(null=True), null=True)

    class Meta:
        indexes = [
            # Which notices of files are still to be unfolded, in which order?
            models.Index(
                fields=["means", "number", "id"], name="notice_batch_open", condition=Q(unfolded__lt=F("total"))
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["job_id", "number", "means"], name="notice_batch_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


class NoticeLink(models.Model):
    """A link that a notice carries: 128 random bits, of which only a hash is kept. It acts on POST only (R-M3).

    Links live as long as the consent: a refusal by link never expires.
    """

    token_hash = models.UUIDField(primary_key=True)  # the first 128 bits of the token's SHA-256
    notice_id = models.BigIntegerField()
    recipient = models.CharField(max_length=265, db_collation="C")
    brand_id = models.IntegerField()
    registered_at = models.DateTimeField()  # of the notice: names the consents that it told of
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.notice_id}"


class NoticeCounter(models.Model):
    """How many notices of a brand and a day (of registration, in Istanbul) are in which state; CLAIMED is WAITING."""

    pk = models.CompositePrimaryKey("brand_id", "day", "means", "state")
    brand_id = models.IntegerField()
    day = models.DateField()
    means = models.SmallIntegerField(choices=Means)
    state = models.SmallIntegerField(choices=NoticeState)
    total = models.BigIntegerField()

    objects = ByBrandNumberQuerySet.as_manager()

    class Meta:
        indexes = [
            # What waits lately, over all brands?
            models.Index(fields=["day", "state"], name="notice_counter_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}: {self.total}"


class NoticePace(models.Model):
    """When the bulk lane may send on (R-M6): every claim moves `free_from` by what it takes, over all workers."""

    means = models.SmallIntegerField(primary_key=True, choices=Means)
    free_from = models.DateTimeField()

    def __str__(self) -> str:
        return Means(self.means).name
