"""Imports on their way, and the initial upload deadlines that decide what may still be loaded."""

import uuid
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.states import ImportState
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.models import Job, ScopedQuerySet
from providers.enums import SizeClass
from providers.models import Brand, IntegratorPerson, Provider


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


class ImportQuerySet(ScopedQuerySet):
    """Imports: an integrator's people see those of their company, in the brands that they may write (R-P12).

    Programs that reach a part of a provider have none.
    """

    def visible_to(self, actor: Actor) -> "ImportQuerySet":
        if actor.bound is None:
            return cast(ImportQuerySet, super().visible_to(actor))
        if actor.kind is ActorKind.API_KEY:
            return self.none()
        colleagues = IntegratorPerson.objects.filter(integrator=actor.bound.party_id).order_by().values("user")
        brands = {brand for brand, _channel in actor.bound.writes}
        mine = self.filter(provider_id=actor.provider_id, brand__in=brands)
        return mine.filter(actor_id__in=colleagues).exclude(actor_kind=ActorKind.API_KEY)


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
    text_version = models.ForeignKey("consents.ConsentText", models.PROTECT, null=True, related_name="+")  # R-C18
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
    actor_kind = models.SmallIntegerField(default=1)  # `ActorKind`: a user, where nothing else is said
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("uploaded"))
    checked_at = models.DateTimeField(null=True)
    apply_moment = models.DateTimeField(null=True)  # fixed when apply was pressed; every chunk is judged at it
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

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
    own_notice_at = models.DateTimeField(null=True)
    own_notice_means = models.SmallIntegerField(null=True)

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
    notices = models.JSONField(default=dict)  # how many people will be told, by `NoticeCount`
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


class RememberedAddress(models.Model):
    """A heading that a provider chose as the address column of a list: for queries and messages, not for imports."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    takes_phone = models.BooleanField()  # or e-mails
    heading = models.CharField(max_length=100)  # folded
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "takes_phone", "heading"], name="remembered_address_once")
        ]

    def __str__(self) -> str:
        return self.heading
