"""The current state, the ledger behind it, and their counters.

The two big tables are keyed recipient first (design 3). They are written by the engine's SQL only; the models here
read them. Codes are the small integers of `enums`.
"""

from django.db import models
from django.db.models import Q

from consents.enums import Channel, EventKind, EvidenceKind, RecipientType, Source, Status, Verdict, WayIn
from providers.models import Brand

from .scopes import ByBrandNumberQuerySet, ConsentQuerySet, WholeProviderQuerySet


class ConsentState(models.Model):
    """Columns that state and ledger share: a consent's key and all that its last event left."""

    recipient = models.CharField(max_length=265, db_collation="C")
    brand_id = models.IntegerField()
    channel = models.SmallIntegerField(choices=Channel)
    recipient_type = models.SmallIntegerField(choices=RecipientType)
    version = models.IntegerField()
    status = models.SmallIntegerField(choices=Status)
    source = models.SmallIntegerField(choices=Source, null=True)
    holds = models.SmallIntegerField(default=0)
    consent_date = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    hold_from = models.DateTimeField(null=True)
    text_version_id = models.BigIntegerField(null=True)
    retailer_id = models.BigIntegerField(null=True)
    evidence_kind = models.SmallIntegerField(choices=EvidenceKind, default=EvidenceKind.NONE)
    evidence_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        abstract = True

    @property
    def key(self) -> tuple[str, int, int, int]:
        return self.recipient, self.brand_id, self.channel, self.recipient_type

    # Django's `get_…_display` reads every label of the field for one of them: a quarter of a long history's time.
    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)

    @property
    def source_label(self) -> str:
        return str(Source(self.source).label) if self.source else ""

    @property
    def type_label(self) -> str:
        return str(RecipientType(self.recipient_type).label)


class Consent(ConsentState):
    """Current state of one consent: brand + recipient + recipient type + channel."""

    pk = models.CompositePrimaryKey("recipient", "brand_id", "channel", "recipient_type")
    event_id = models.BigIntegerField()

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            # Which consents has this brand, in the order of their addresses; which begin with …?
            models.Index(fields=["brand_id", "recipient"], name="consent_of_brand"),
            # Which of this brand's addresses refused?
            models.Index(fields=["brand_id", "recipient"], name="consent_refused", condition=Q(status=2)),
            # Which of this brand's consents wait for evidence or confirmation?
            models.Index(fields=["brand_id", "recipient"], name="consent_held", condition=~Q(holds=0)),
        ]

    def __str__(self) -> str:
        return f"{Channel(self.channel).name} {self.brand_id} v{self.version}"


class ConsentEvent(ConsentState):
    """One entry of the ledger; form v1 is described in `docs/ledger.md`. The database refuses every change."""

    append_only = True

    pk = models.CompositePrimaryKey("recipient", "brand_id", "channel", "recipient_type", "version")
    event_id = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=EventKind)
    late = models.BooleanField(default=False)
    undoes_version = models.IntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    way = models.SmallIntegerField(choices=WayIn)
    salt = models.UUIDField()
    transaction_id = models.BinaryField(max_length=32)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["recipient", "brand_id", "channel", "recipient_type", "version"]
        indexes = [
            models.Index(fields=["retailer_id"], condition=Q(retailer_id__isnull=False), name="event_of_retailer"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"


class BrandCounter(models.Model):
    """How many consents stand in which state, kept in the transactions that change them."""

    pk = models.CompositePrimaryKey("brand_id", "channel", "recipient_type", "status", "holds")
    brand_id = models.IntegerField()
    channel = models.SmallIntegerField(choices=Channel)
    recipient_type = models.SmallIntegerField(choices=RecipientType)
    status = models.SmallIntegerField(choices=Status)
    holds = models.SmallIntegerField()
    total = models.BigIntegerField()

    objects = ByBrandNumberQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.total}"


class BrandDay(models.Model):
    """How many events of which verdict a brand had on a day (Istanbul), for charts."""

    pk = models.CompositePrimaryKey("brand_id", "day", "channel", "status", "verdict")
    brand_id = models.IntegerField()
    day = models.DateField()
    channel = models.SmallIntegerField(choices=Channel)
    status = models.SmallIntegerField(choices=Status)
    verdict = models.SmallIntegerField(choices=Verdict)
    total = models.BigIntegerField()

    objects = ByBrandNumberQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}: {self.total}"


class Evidence(models.Model):
    """What proves a signed consent, known to the ledger by its hash (R-C16): a reference, or an uploaded file.

    The same bytes are kept once for a brand, however many consents they prove.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    sha256 = models.BinaryField(max_length=32)
    kind = models.SmallIntegerField(choices=EvidenceKind)
    reference = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="evidence", max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)  # as uploaded
    content_type = models.CharField(max_length=40, blank=True)  # by content
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    uploaded_at = models.DateTimeField(null=True)
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_name = models.CharField(max_length=200, blank=True)

    objects = WholeProviderQuerySet.as_manager()  # a scan names no channel (R-P12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "sha256"], name="evidence_once"),
            models.CheckConstraint(
                name="evidence_file_with_upload",
                condition=Q(kind=EvidenceKind.REFERENCE, file="", uploaded_at=None, uploaded_by=None)
                | (
                    Q(kind=EvidenceKind.FILE, uploaded_at__isnull=False, uploaded_by__isnull=False, size__gt=0)
                    & ~Q(file="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{EvidenceKind(self.kind).name} {self.pk}"
