"""The company behind a provider as it is now, and what the provider asks to have changed (R-P1, R-P3, R-P9)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import EncryptedTextField, masked
from iys_portal.core.masking import mask
from providers.enums import CompanyField, ProviderKind, RequestKind, RequestState

from .providers import Brand, OfProviderQuerySet, Provider


class Company(models.Model):
    """What the registry knows of the company besides its provider's own columns (title, MERSİS, e-mail, province).

    The approved application stays as it was approved; this row is what changed since.
    """

    provider = models.OneToOneField(
        Provider, models.CASCADE, primary_key=True, related_name="company", verbose_name=_("provider")
    )
    tax_office = models.CharField(_("tax office"), max_length=100, blank=True)
    tax_number = EncryptedTextField(_("tax number"), blank=True)  # a natural person's may be the TCKN
    address = models.CharField(_("invoice address"), max_length=500, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)  # E.164
    next_email = models.EmailField(_("new corporate e-mail, to be confirmed"), max_length=254, blank=True)

    objects = OfProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.CheckConstraint(
                name="company_phone_e164",
                condition=Q(phone__regex=r"^(\+[1-9][0-9]{6,14})?$"),
                violation_error_message=_("Enter a phone number with its area code."),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def tax_number_shown(self) -> str:
        """R-P9: a number that is somebody's TCKN is masked, a company's VKN is public."""
        return masked(self.tax_number) if len(self.tax_number) == 11 else self.tax_number


class CompanySignatory(models.Model):
    """A person who signs for the company now; the second one where authority is joint."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="signatories", verbose_name=_("provider"))
    place = models.PositiveSmallIntegerField(_("place"))
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=16)  # E.164
    email = models.EmailField(_("e-mail"), max_length=254)
    tckn = EncryptedTextField(_("T.C. identity number"))
    tckn_hash = models.CharField(max_length=64, editable=False)

    objects = OfProviderQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "place"]
        verbose_name = _("signatory of a company")
        verbose_name_plural = _("signatories of companies")
        constraints = [
            models.UniqueConstraint(fields=["provider", "place"], name="company_signatory_one_at_a_place"),
            models.UniqueConstraint(
                fields=["provider", "tckn_hash"],
                name="company_signatory_person_once",
                violation_error_message=_("The two signatories are two different persons."),
            ),
            models.CheckConstraint(name="company_signatory_first_or_second", condition=Q(place__in=[1, 2])),
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
    def phone_shown(self) -> str:
        return mask(self.phone) if self.phone else ""

    @property
    def email_shown(self) -> str:
        return mask(self.email) if self.email else ""


class ProviderRequestQuerySet(models.QuerySet["ProviderRequest"]):
    def visible_to(self, actor: Actor) -> "ProviderRequestQuerySet":
        """Reviewers and who reads everything see all, a provider's people their own."""
        if actor.all_providers:
            reads = actor.may(Permission.APPLICATION_REVIEW) or actor.may(Permission.AUDIT_VIEW)
            return self if reads else self.none()
        return self.filter(provider=actor.provider_id) if actor.provider_id else self.none()


class ProviderRequest(models.Model):
    """Something that a provider may not change by itself, and what the registry decided about it.

    One machinery for company data, signatories and sub-brands. What is to change stands in `values`.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="requests", verbose_name=_("provider"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=RequestKind)
    place = models.PositiveSmallIntegerField(_("place of the signatory"), null=True)
    state = models.CharField(_("state"), max_length=12, choices=RequestState, default=RequestState.ASKED)
    note = models.TextField(_("why"), blank=True)
    asked_at = models.DateTimeField(_("asked"))
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    reason = models.TextField(_("reason of the refusal"), blank=True)
    brand = models.OneToOneField(
        Brand, models.PROTECT, null=True, related_name="request", verbose_name=_("brand that was opened")
    )

    objects = ProviderRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request of a provider")
        verbose_name_plural = _("requests of providers")
        constraints = [
            models.CheckConstraint(
                name="request_closed_at_with_by",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="request_closed_at_with_state",
                condition=Q(state=RequestState.ASKED, closed_at__isnull=True)
                | (~Q(state=RequestState.ASKED) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_refused_with_reason",
                condition=~Q(state=RequestState.REFUSED) | ~Q(reason=""),
                violation_error_message=_("Give the reason; the provider reads it."),
            ),
            models.CheckConstraint(
                name="request_place_of_signatory",
                condition=Q(kind=RequestKind.SIGNATORY, place__in=[1, 2])
                | (~Q(kind=RequestKind.SIGNATORY) & Q(place__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_brand_when_accepted",
                condition=Q(kind=RequestKind.SUB_BRAND, state=RequestState.ACCEPTED, brand__isnull=False)
                | (~Q(kind=RequestKind.SUB_BRAND, state=RequestState.ACCEPTED) & Q(brand__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["provider", "kind", "place"],
                condition=Q(state=RequestState.ASKED) & ~Q(kind=RequestKind.SUB_BRAND),
                nulls_distinct=False,
                name="request_one_open",
                violation_error_message=_("A request about this waits already; withdraw it first."),
            ),
        ]
        indexes = [
            # Which requests wait for a reviewer, oldest first?
            models.Index(fields=["asked_at"], name="request_waiting", condition=Q(state=RequestState.ASKED)),
        ]

    def __str__(self) -> str:
        return f"{RequestKind(self.kind).label} #{self.pk}"

    @property
    def state_label(self) -> RequestState:
        return RequestState(self.state)


class OfRequestQuerySet(models.QuerySet):
    """Rows that belong to a request."""

    def visible_to(self, actor: Actor) -> "OfRequestQuerySet":
        return self.filter(request__in=ProviderRequest.objects.visible_to(actor).order_by())


class RequestValue(models.Model):
    """One value of a request: as it was when it was asked, and as it is to be. Encrypted, whatever it is (R-P9)."""

    request = models.ForeignKey(ProviderRequest, models.CASCADE, related_name="values")
    field = models.CharField(_("field"), max_length=20, choices=CompanyField)
    old = EncryptedTextField(_("before"), blank=True)
    new = EncryptedTextField(_("after"))

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        ordering = ["request", "pk"]
        constraints = [models.UniqueConstraint(fields=["request", "field"], name="request_value_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def old_shown(self) -> str:
        return self._shown(self.old)

    @property
    def new_shown(self) -> str:
        return self._shown(self.new)

    @property
    def old_masked(self) -> str:
        return self._for_all(self.old)

    @property
    def new_masked(self) -> str:
        return self._for_all(self.new)

    def _shown(self, value: str) -> str:
        """R-P9: numbers that name a person are masked."""
        personal = self.field == CompanyField.TCKN or (self.field == CompanyField.TAX_NUMBER and len(value) == 11)
        return masked(value) if personal else value

    def _for_all(self, value: str) -> str:
        """As everybody of the provider sees it: a signatory's phone and e-mail are masked as well."""
        if self.field in (CompanyField.PHONE, CompanyField.PERSON_EMAIL):
            return mask(value) if value else ""
        natural = self.request.provider.kind == ProviderKind.NATURAL_PERSON
        return masked(value) if natural and self.field == CompanyField.MERSIS else self._shown(value)


class RequestPaper(models.Model):
    """What the provider uploaded with a request, all files as one PDF (R-P5)."""

    request = models.OneToOneField(ProviderRequest, models.CASCADE, related_name="paper")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField(upload_to="requests", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("size"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    uploaded_at = models.DateTimeField(_("uploaded"))

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of a request")
        verbose_name_plural = _("papers of requests")
        constraints = [
            models.CheckConstraint(
                name="request_paper_hash", condition=Q(sha256__regex="^[0-9a-f]{64}$", size__gt=0, pages__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)
