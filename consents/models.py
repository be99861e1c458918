"""What a recipient allowed: the current state, the ledger behind it, and the imports that fill them.

The two big tables are keyed recipient first (design 3). They are written by the engine's SQL only; the models here
read them. Codes are the small integers of `enums`.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.models import Job, ScopedQuerySet
from providers.enums import SizeClass
from providers.models import Brand, Provider

from .enums import Channel, EventKind, EvidenceKind, RecipientType, Source, Status, Verdict, WayIn
from .states import ImportState


class ConsentQuerySet(models.QuerySet):
    """Rows of the big tables, found by brand."""

    def visible_to(self, actor: Actor) -> "ConsentQuerySet":
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        brands = list(Brand.objects.filter(provider=actor.provider_id).values_list("pk", flat=True))
        return self.filter(brand_id__in=brands)


class CounterQuerySet(models.QuerySet):
    """Rows of the small tables of counters, found by brand in one query."""

    def visible_to(self, actor: Actor) -> "CounterQuerySet":
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        return self.filter(brand_id__in=Brand.objects.filter(provider=actor.provider_id).order_by().values("pk"))


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

    objects = CounterQuerySet.as_manager()

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

    objects = CounterQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.brand_id} {self.day}: {self.total}"


class Evidence(models.Model):
    """What proves a signed consent, known to the ledger by its hash (R-C16): here references, files later."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    sha256 = models.BinaryField(max_length=32)
    kind = models.SmallIntegerField(choices=EvidenceKind)
    reference = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{EvidenceKind(self.kind).name} {self.pk}"


class DeadlineExtension(models.Model):
    """An initial upload deadline as it was announced (R-D2); a later announcement replaces earlier ones."""

    announced_on = models.DateField(_("announced on"))
    until = models.DateField(_("load until"), help_text=_("The last day on which old consents may be loaded."))
    check_until = models.DateField(_("recipients check until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=300)
    size_class = models.CharField(_("size"), max_length=10, choices=SizeClass, blank=True)
    provider = models.ForeignKey(
        Provider, models.PROTECT, null=True, blank=True, related_name="deadlines", verbose_name=_("provider")
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["announced_on", "pk"]
        verbose_name = _("initial upload deadline")
        verbose_name_plural = _("initial upload deadlines")
        constraints = [
            models.CheckConstraint(
                name="deadline_one_scope",
                condition=Q(provider__isnull=True) | Q(size_class=""),
                violation_error_message=_("A deadline holds for a size or for one provider, not both."),
            ),
            models.CheckConstraint(
                name="deadline_not_before_announcement",
                condition=Q(until__gte=models.F("announced_on")),
                violation_error_message=_("The deadline is not before its announcement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.until:%d.%m.%Y}"


class ConsentImport(models.Model):
    """One file (or pasted text) on its way through: uploaded, mapped, checked, applied, perhaps undone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="imports", verbose_name=_("provider"))
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="imports", verbose_name=_("brand"))
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    file = models.FileField(upload_to="imports", max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    layout = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    wide_no = models.CharField(max_length=10, blank=True)  # what a "no" of a wide file means: refusal or ignore
    by_registry = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    staged_rows = models.BigIntegerField(null=True)
    dry_counts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    undo_counts = models.JSONField(default=dict)
    undo_reason = models.CharField(max_length=300, blank=True)
    undo_refusals = models.BooleanField(default=False)
    check_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    apply_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    undo_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("uploaded"))
    checked_at = models.DateTimeField(null=True)
    apply_moment = models.DateTimeField(null=True)  # fixed when apply was pressed; every chunk is judged at it
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            # Which imports of this provider run or wait for a decision, newest first?
            models.Index(fields=["provider", "-created_at"], name="import_of_provider"),
        ]

    def __str__(self) -> str:
        return self.file_name


class StagedRow(models.Model):
    """One normalised row of an import, between reading and apply. Unlogged: a server crash empties it."""

    pk = models.CompositePrimaryKey("import_id", "recipient", "line", "channel")
    import_id = models.BigIntegerField()
    recipient = models.CharField(max_length=265, db_collation="C")
    line = models.IntegerField()
    channel = models.SmallIntegerField()
    recipient_type = models.SmallIntegerField()
    status = models.SmallIntegerField()
    source = models.SmallIntegerField(null=True)
    consent_date = models.DateTimeField(null=True)
    retailer_code = models.TextField(null=True)
    evidence_kind = models.SmallIntegerField()
    evidence_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        managed = True

    def __str__(self) -> str:
        return f"{self.import_id}:{self.line}"


class ImportChunk(models.Model):
    """One committed step of an import's phase: what it judged. Its key makes a step happen once."""

    class Phase(models.IntegerChoices):
        CHECK = 1
        APPLY = 2
        UNDO = 3

    pk = models.CompositePrimaryKey("import_id", "phase", "number")
    import_id = models.BigIntegerField()
    phase = models.SmallIntegerField(choices=Phase)
    number = models.IntegerField()
    last_recipient = models.CharField(max_length=265, db_collation="C")
    last_line = models.IntegerField()
    last_channel = models.SmallIntegerField()
    rows = models.IntegerField()
    counts = models.JSONField(default=dict)
    # Parallel arrays, one element a row of the file: line and number of the verdict.
    lines = models.BinaryField()
    verdicts = models.BinaryField()
    first_event = models.BigIntegerField(null=True)
    last_event = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.import_id}/{self.phase}/{self.number}"


class ImportProblem(models.Model):
    """A row that was refused, or left alone by an undo: where, what and why."""

    class Phase(models.IntegerChoices):
        FORMAT = 0
        CHECK = 1
        APPLY = 2
        UNDO = 3

    import_id = models.BigIntegerField()
    phase = models.SmallIntegerField(choices=Phase)
    line = models.IntegerField()
    problem = models.SmallIntegerField()  # Problem.number
    column = models.CharField(max_length=20)
    value = models.CharField(max_length=200, null=True)
    details = models.JSONField(null=True)  # date, source, status, until of the sentence

    class Meta:
        indexes = [
            # Which problems has this import, by kind, in the order of the file?
            models.Index(fields=["import_id", "phase", "problem", "line"], name="problem_of_import"),
        ]

    def __str__(self) -> str:
        return f"{self.import_id}:{self.line} {self.problem}"


class RememberedColumn(models.Model):
    """What a provider's heading meant the last time it was mapped."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    heading = models.CharField(max_length=100)  # folded
    field = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "heading"], name="remembered_column_once")]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
