"""What statistics are read from (R-K10): the facts of each filed complaint, and how many share them.

A month is that of the filing, in Istanbul. Months and not days, because a day in a small il is a handful of people, and
because the tables then stay as small as they have to be (docs/adr/0021-complaint-statistics.md).
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from complaints.enums import BrandSignal, ComplaintState, Outcome, TimeKind, Topic
from consents.enums import Channel
from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from providers.models import Brand

from .complaints import CONTESTED, OPEN, Complaint

ANY_TOPIC = ""
"""The rows that count a complaint once; the others count it once for each of its topics."""
ANY_PROVINCE = ""
"""The rows that count over every il; the others count each il by itself."""
NO_BRAND = 0
"""In place of a brand's key: senders that are not registered."""
OUTCOMES: dict[str, frozenset[str]] = {
    "open": frozenset(OPEN),
    **{outcome: frozenset({outcome}) for outcome in Outcome.values},
    "contested": frozenset(CONTESTED),
    "incomplete": frozenset({ComplaintState.INCOMPLETE}),
    "withdrawn": frozenset({ComplaintState.WITHDRAWN}),
}
"""What a reader tells apart: what is open together, then each way in which a case ends."""


def sees_every_place(actor: Actor) -> bool:
    """Staff that see complaints of every il."""
    return actor.all_providers and actor.may(Permission.COMPLAINT_VIEW_ANY)


class StaffQuerySet(models.QuerySet[Any]):
    """Counts over every brand: staff's alone, an officer's of the own il (R-K7)."""

    def visible_to(self, actor: Actor) -> "StaffQuerySet":
        if sees_every_place(actor):
            return self
        if actor.all_providers and actor.may(Permission.COMPLAINT_DECIDE):
            return self.filter(province__in=User.objects.filter(pk=actor.id).exclude(province="").values("province"))
        return self.none()


class WholeQuerySet(models.QuerySet[Any]):
    """Counts over every brand and il: for who sees all of them."""

    def visible_to(self, actor: Actor) -> "WholeQuerySet":
        return self if sees_every_place(actor) else self.none()


class FactQuerySet(StaffQuerySet):
    """Facts: a provider sees its own complaints here as well, those of which it was told (R-A1, R-K6)."""

    def visible_to(self, actor: Actor) -> "FactQuerySet":
        if actor.provider_id is None:
            return super().visible_to(actor)  # type: ignore[return-value]
        return self.filter(shown=True, complaint__in=Complaint.objects.visible_to(actor))


class ComplaintFact(models.Model):
    """What of a filed complaint is counted, as it was counted last; `ComplaintChange` says what comes anew."""

    complaint = models.OneToOneField(Complaint, models.CASCADE, primary_key=True, related_name="fact")
    month = models.DateField()
    province = models.CharField(max_length=40)
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.SmallIntegerField(choices=Channel)
    topics = ArrayField(models.CharField(max_length=20, choices=Topic))
    state = models.CharField(max_length=20, choices=ComplaintState)
    shown = models.BooleanField()  # to the sender
    late = models.BooleanField()  # the sender's time ran out
    after_refusal = models.BooleanField()
    without_consent = models.BooleanField()
    answer_days = models.SmallIntegerField(null=True)  # from the question to the first answer
    decision_days = models.SmallIntegerField(null=True)  # from the filing to the first decision

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [
            # What was complained about of one brand?
            models.Index(fields=["brand", "month"], name="complaint_fact_of_brand"),
            # Which brands were complained about most in one il in these months? Read from the index alone.
            models.Index(fields=["province", "month", "brand", "state"], name="complaint_fact_of_province"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ComplaintCell(models.Model):
    """How many complaints of a month share il, channel, topic and state."""

    pk = models.CompositePrimaryKey("topic", "month", "province", "channel", "state")
    topic = models.CharField(max_length=20, choices=[(ANY_TOPIC, "—"), *Topic.choices], blank=True)
    month = models.DateField()
    province = models.CharField(max_length=40)
    channel = models.SmallIntegerField(choices=Channel)
    state = models.CharField(max_length=20, choices=ComplaintState)
    total = models.BigIntegerField()
    late = models.BigIntegerField()
    after_refusal = models.BigIntegerField()
    without_consent = models.BigIntegerField()

    objects = StaffQuerySet.as_manager()

    class Meta:
        indexes = [
            # How many of each topic in these months over every il, or in one? The key has the months before the il.
            models.Index(fields=["province", "topic", "month"], name="complaint_cell_of_place"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.province}: {self.total}"


class ComplaintBrandCell(models.Model):
    """How many complaints of a month, over every il, share brand, channel and topic; one number for each outcome.

    For lists of brands over the whole country. In one il, the facts of that il are as few.
    """

    pk = models.CompositePrimaryKey("topic", "month", "channel", "brand_key")
    topic = models.CharField(max_length=20, choices=[(ANY_TOPIC, "—"), *Topic.choices], blank=True)
    month = models.DateField()
    channel = models.SmallIntegerField(choices=Channel)
    brand_key = models.BigIntegerField()  # `NO_BRAND`: nobody registered
    total = models.BigIntegerField()
    open = models.BigIntegerField()
    violation = models.BigIntegerField()
    no_violation = models.BigIntegerField()
    out_of_scope = models.BigIntegerField()
    too_late = models.BigIntegerField()
    contested = models.BigIntegerField()
    incomplete = models.BigIntegerField()
    withdrawn = models.BigIntegerField()

    objects = WholeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.month} {self.brand_key}: {self.total}"


class ComplaintDays(models.Model):
    """How many complaints took so many days until the answer or the decision: for medians."""

    pk = models.CompositePrimaryKey("kind", "topic", "month", "province", "channel", "state", "days")
    kind = models.CharField(max_length=10, choices=TimeKind)
    topic = models.CharField(max_length=20, choices=[(ANY_TOPIC, "—"), *Topic.choices], blank=True)
    month = models.DateField()
    province = models.CharField(max_length=40)
    channel = models.SmallIntegerField(choices=Channel)
    state = models.CharField(max_length=20, choices=ComplaintState)
    days = models.SmallIntegerField()
    total = models.BigIntegerField()

    objects = StaffQuerySet.as_manager()

    class Meta:
        indexes = [
            # What is the median of these months over every il, or in one? The key has the months before the il.
            models.Index(
                fields=["province", "kind", "topic", "month"], include=["days", "total"], name="complaint_days_of_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.days}: {self.total}"


class ComplaintChange(models.Model):
    """A complaint that moved and is to be counted anew. Written in the move's own transaction, taken away by counting.

    The same complaint may stand here more than once: a row that waited for another would let a change be lost.
    """

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="+", db_constraint=False, db_index=False)

    def __str__(self) -> str:
        return f"#{self.complaint_id}"


class ComplaintSignal(models.Model):
    """What stands out about a brand (R-K10), since when, and the numbers it was judged by; kept when it ends."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="complaint_signals")
    kind = models.CharField(max_length=20, choices=BrandSignal)
    since = models.DateTimeField()
    judged_at = models.DateTimeField()
    numbers = models.JSONField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind"], condition=Q(ended_at=None), name="r_k10_one_standing_signal_of_a_kind"
            ),
        ]
        indexes = [
            # Which brands stand out now?
            models.Index(fields=["kind", "since"], name="complaint_signal_standing", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.brand_id}"
