"""An application to be registered as a provider (R-P1 … R-P9): its data, its papers, each of its moves."""

import uuid
from datetime import date
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.encryption import EncryptedDateField, EncryptedTextField, masked
from providers.enums import ApplicationDocumentKind, ApplicationState, ProviderKind, SigningWay

from .providers import Provider

S = ApplicationState
CHANGEABLE = frozenset({S.DRAFT, S.RETURNED})
"""States in which the applicant changes what the application says."""
SIGNING = frozenset({S.AWAITING_SIGNATURE, S.AWAITING_SECOND_SIGNATURE})
WITH_APPLICANT = CHANGEABLE | SIGNING
"""States in which the applicant is the one who acts next."""
FINAL = frozenset({S.APPROVED, S.REJECTED, S.WITHDRAWN, S.EXPIRED})


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, actor: Actor) -> "ApplicationQuerySet":
        """Reviewers and who reads everything see all, a provider's people their own, an applicant the one they hold."""
        if actor.kind is ActorKind.APPLICANT:
            return self.filter(pk=actor.id)
        if actor.kind is ActorKind.SYSTEM or (
            actor.all_providers and (actor.may(Permission.APPLICATION_REVIEW) or actor.may(Permission.AUDIT_VIEW))
        ):
            return self
        return self.filter(provider=actor.provider_id) if actor.provider_id else self.none()


class OfApplicationQuerySet(models.QuerySet):
    """Rows that belong to an application."""

    def visible_to(self, actor: Actor) -> "OfApplicationQuerySet":
        return self.filter(application__in=Application.objects.visible_to(actor).order_by())


class Application(models.Model):
    """What a company or person says of itself, and where its application stands.

    A draft may hold anything that is typed so far; `missing.missing_for` says what it lacks. `provider` is set when it
    is approved; until then several applications may name the same MERSİS number (R-P1).
    """

    number = models.CharField(_("application number"), max_length=20, unique=True, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ProviderKind)
    state = models.CharField(_("state"), max_length=30, choices=ApplicationState, default=S.DRAFT)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="tr")

    title = models.CharField(_("company or trade name"), max_length=300, blank=True)
    mersis = models.CharField(_("MERSİS number"), max_length=16, blank=True)
    tax_office = models.CharField(_("tax office"), max_length=100, blank=True)
    tax_number = EncryptedTextField(_("tax number"), blank=True)  # a natural person's may be the TCKN
    address = models.CharField(_("invoice address"), max_length=500, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    declared_consents = models.PositiveIntegerField(_("declared number of consents"), null=True, blank=True)
    email = models.EmailField(_("corporate e-mail"), max_length=254)
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)

    joint_authority = models.BooleanField(_("joint authority"), default=False)
    manager_is_signatory = models.BooleanField(_("the signatory manages the account"), default=True)
    manager_name = models.CharField(_("manager's name"), max_length=150, blank=True)
    manager_email = models.EmailField(_("manager's e-mail"), max_length=254, blank=True)
    papers_in_one = models.BooleanField(_("one paper is both commitment and agreement"), default=False)
    signing_way = models.CharField(_("way of signing"), max_length=10, choices=SigningWay, default=SigningWay.WET_INK)

    access_hash = models.CharField(max_length=64, blank=True)  # of the token in the link by which it is resumed
    created_at = models.DateTimeField(_("started"))
    changed_at = models.DateTimeField(_("changed by the applicant"))
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)  # R-G5
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    provider = models.OneToOneField(
        Provider, models.PROTECT, null=True, blank=True, related_name="application", verbose_name=_("provider")
    )
    is_demo = models.BooleanField(_("demonstration"), default=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.CheckConstraint(
                name="application_mersis_16_digits",
                condition=Q(mersis__regex=r"^([0-9]{16})?$"),
                violation_error_message=_("A MERSİS number has 16 digits."),
            ),
            models.CheckConstraint(
                name="application_submitted_at_with_state",
                condition=~Q(state__in=[S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.APPROVED, S.REJECTED])
                | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_decided_at_with_state",
                condition=Q(state__in=[S.APPROVED, S.REJECTED], decided_at__isnull=False)
                | (~Q(state__in=[S.APPROVED, S.REJECTED]) & Q(decided_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="application_provider_when_approved",
                condition=Q(state=S.APPROVED, provider__isnull=False)
                | (~Q(state=S.APPROVED) & Q(provider__isnull=True)),
            ),
            models.CheckConstraint(
                name="application_submitted_is_confirmed",
                condition=~Q(state__in=[S.SUBMITTED, S.IN_REVIEW, S.APPROVED]) | Q(email_confirmed_at__isnull=False),
                violation_error_message=_("The corporate e-mail is confirmed before the application is submitted."),
            ),
            models.UniqueConstraint(
                fields=["access_hash"], condition=~Q(access_hash=""), name="application_of_one_link"
            ),
        ]
        indexes = [
            # Which applications wait for a reviewer, oldest first?
            models.Index(
                fields=["submitted_at"],
                name="application_waiting",
                condition=Q(state__in=[S.SUBMITTED, S.IN_REVIEW]),
            ),
            # Which drafts are stale?
            models.Index(
                fields=["changed_at"],
                name="application_stale",
                condition=Q(state__in=[S.DRAFT, S.AWAITING_SIGNATURE, S.AWAITING_SECOND_SIGNATURE, S.RETURNED]),
            ),
            # Who else names this MERSİS number (R-P1)?
            models.Index(fields=["mersis"], name="application_of_mersis", condition=~Q(mersis="")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_legal(self) -> bool:
        return self.kind == ProviderKind.LEGAL_ENTITY

    @property
    def state_label(self) -> ApplicationState:
        return ApplicationState(self.state)

    @property
    def with_applicant(self) -> bool:
        return self.state in WITH_APPLICANT

    @property
    def changeable(self) -> bool:
        return self.state in CHANGEABLE

    @property
    def awaits_signature(self) -> bool:
        return self.state in SIGNING

    @property
    def place_shown(self) -> str:
        return f"{self.district} / {self.province}" if self.district else self.province

    @property
    def tax_number_shown(self) -> str:
        """R-P9: a number that is somebody's TCKN is masked, a company's VKN is public."""
        return masked(self.tax_number) if len(self.tax_number) == 11 else self.tax_number


class Signatory(models.Model):
    """A person who signs for the applicant; the second one where authority is joint (müştereken temsil)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="signatories")
    place = models.PositiveSmallIntegerField(_("place"))
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=16)  # E.164
    email = models.EmailField(_("e-mail"), max_length=254)
    tckn = EncryptedTextField(_("T.C. identity number"))
    tckn_hash = models.CharField(max_length=64, editable=False)
    birth_date = EncryptedDateField(_("birth date"), null=True, blank=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "place"]
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        constraints = [
            models.UniqueConstraint(fields=["application", "place"], name="signatory_one_at_a_place"),
            models.UniqueConstraint(
                fields=["application", "tckn_hash"],
                name="signatory_person_once",
                violation_error_message=_("The two signatories are two different persons."),
            ),
            models.CheckConstraint(name="signatory_first_or_second", condition=Q(place__in=[1, 2])),
        ]
        indexes = [
            # In which applications does this person sign?
            models.Index(fields=["tckn_hash"], name="signatory_of_person"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def tckn_shown(self) -> str:
        return masked(self.tckn)

    @property
    def birth_date_shown(self) -> str:
        """The year alone (R-P9)."""
        day = cast("date | None", self.birth_date)
        return f"**.**.{day.year}" if day else ""


class ApplicationBrand(models.Model):
    """A sub-brand that the applicant wants beside the main one, which is the company itself."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="brands")
    name = models.CharField(_("brand"), max_length=150)
    has_certificate = models.BooleanField(_("registered brand"), default=False)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "pk"]
        verbose_name = _("brand asked for")
        verbose_name_plural = _("brands asked for")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"],
                name="application_brand_once",
                violation_error_message=_("This brand is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationDocument(models.Model):
    """One version of one paper: all its files as one PDF. The one in force is `current`; former ones stay (R-P5)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("document"), max_length=30, choices=ApplicationDocumentKind)
    brand = models.ForeignKey(
        ApplicationBrand, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("brand")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    current = models.BooleanField(_("in force"), default=True)
    file = models.FileField(upload_to="applications", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("size"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    replaced_at = models.DateTimeField(_("replaced or removed"), null=True, blank=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "kind", "-version"]
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind", "brand"],
                condition=Q(current=True),
                nulls_distinct=False,
                name="application_document_one_current",
            ),
            models.CheckConstraint(
                name="application_document_replaced_at_with_current",
                condition=Q(current=True, replaced_at__isnull=True) | Q(current=False, replaced_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_document_hash", condition=Q(sha256__regex="^[0-9a-f]{64}$", size__gt=0, pages__gt=0)
            ),
            models.CheckConstraint(
                name="application_document_certificate_names_brand",
                condition=Q(kind=ApplicationDocumentKind.BRAND_CERTIFICATE) | Q(brand__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{ApplicationDocumentKind(self.kind).label} ({self.version})"

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)


class ApplicationFile(models.Model):
    """A file as it was uploaded into a document: what it was called, its hash, which pages it became."""

    document = models.ForeignKey(ApplicationDocument, models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(_("pages"))

    class Meta:
        ordering = ["document", "place"]
        constraints = [models.UniqueConstraint(fields=["document", "place"], name="application_file_one_at_a_place")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ApplicationMove(models.Model):
    """One move of an application: who, when, why, from where to where (R-P6). Append-only."""

    append_only = True

    application = models.ForeignKey(Application, models.PROTECT, related_name="moves")
    name = models.CharField(_("move"), max_length=30)
    from_state = models.CharField(_("from"), max_length=30, choices=ApplicationState, blank=True)
    to_state = models.CharField(_("to"), max_length=30, choices=ApplicationState)
    at = models.DateTimeField(_("time"))
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(_("person"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    asked = models.JSONField(_("what is asked"), default=list, blank=True)  # fields, as in `missing`

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "pk"]
        verbose_name = _("move of an application")
        verbose_name_plural = _("moves of applications")

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
