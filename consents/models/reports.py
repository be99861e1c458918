"""What reports are drawn from: the ledger's events counted by day and kind, far behind no write (docs/adr)."""

from django.db import models

from consents.enums import Channel, EventKind, NoticeState, RecipientType, Source, Status

from .scopes import ByBrandNumberQuerySet


class ReportDay(models.Model):
    """How many events of one kind a brand had on a day (of registration, in Istanbul), and what they did.

    `status0` is what stood before (0: nothing), so that a first refusal, a refusal of a consent and a repeated one
    are told apart. Source and dealer are those of the record; of an undo, those of what it undid. 0: none was named.
    """

    NONE = 0

    pk = models.CompositePrimaryKey(
        "brand_id", "day", "channel", "recipient_type", "source", "retailer_id", "kind", "status0", "status"
    )
    brand_id = models.IntegerField()
    day = models.DateField()
    channel = models.SmallIntegerField(choices=Channel)
    recipient_type = models.SmallIntegerField(choices=RecipientType)
    source = models.SmallIntegerField(choices=[(NONE, "—"), *Source.choices])
    retailer_id = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=EventKind)
    status0 = models.SmallIntegerField(choices=[(NONE, "—"), *Status.choices])
    status = models.SmallIntegerField(choices=Status)
    total = models.BigIntegerField()
    late = models.BigIntegerField()  # of them registered late (R-C8)
    missing = models.BigIntegerField()  # of them recorded without the evidence they need (R-C16)

    objects = ByBrandNumberQuerySet.as_manager()

    class Meta:
        indexes = [
            # What happened in these days, over all brands?
            models.Index(fields=["day"], name="report_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}: {self.total}"


class NoticeReportDay(models.Model):
    """How many notices of a brand and a day (of registration, in Istanbul) ended in which state.

    Channel, source and dealer are those of the first event that the notice tells of; one that names several channels
    counts once. `ReportDay.NONE`: none was named. Written with the end of each notice (`notice_queue`).
    """

    pk = models.CompositePrimaryKey("brand_id", "day", "channel", "source", "retailer_id", "state")
    brand_id = models.IntegerField()
    day = models.DateField()
    channel = models.SmallIntegerField(choices=Channel)
    source = models.SmallIntegerField(choices=[(ReportDay.NONE, "—"), *Source.choices])
    retailer_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=NoticeState)
    total = models.BigIntegerField()

    objects = ByBrandNumberQuerySet.as_manager()

    class Meta:
        indexes = [
            # How did notices come in these days, over all brands?
            models.Index(fields=["day"], name="notice_report_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}: {self.total}"


class ReportMark(models.Model):
    """How far the ledger is counted: every event under this seal and those before it. One row."""

    seal = models.BigIntegerField()
    event = models.BigIntegerField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seal}"
