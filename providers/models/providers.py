"""Who may send: providers, their brands and dealers, and the people who act for them."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.actors import Actor
from providers.enums import ProviderKind, ProviderState

LARGE_FROM = 150_000  # R-D2: "over 150,000 consents"


class ProviderQuerySet(models.QuerySet["Provider"]):
    def visible_to(self, actor: Actor) -> "ProviderQuerySet":
        if actor.all_providers:
            return self
        return self.filter(pk=actor.provider_id) if actor.provider_id else self.none()


class OfProviderQuerySet(models.QuerySet):
    """Rows that belong to a provider, and are nothing to who reaches a part of it only (R-P12)."""

    def visible_to(self, actor: Actor) -> "OfProviderQuerySet":
        if actor.all_providers:
            return self
        return self.filter(provider=actor.provider_id) if actor.provider_id and not actor.bound else self.none()


class BrandQuerySet(models.QuerySet["Brand"]):
    def visible_to(self, actor: Actor) -> "BrandQuerySet":
        """All for staff, a provider's own for its people, and of these the granted ones for an integrator's."""
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        found = self.filter(provider=actor.provider_id)
        return found if actor.bound is None else found.filter(pk__in=actor.bound.brands)

    def of_public(self) -> "BrandQuerySet":
        """Brands that a citizen can meet: a sandbox's are nothing to anybody else."""
        return self.filter(provider__sandbox_of=None)

    def writable_by(self, actor: Actor) -> "BrandQuerySet":
        """Brands in use that the actor may record for in some channel; `engine.terms` says in which."""
        found = self.visible_to(actor).filter(is_active=True)
        return found if actor.bound is None else found.filter(pk__in={brand for brand, _channel in actor.bound.writes})


class OfBrandQuerySet(models.QuerySet):
    """Rows that belong to a brand."""

    def visible_to(self, actor: Actor) -> "OfBrandQuerySet":
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        found = self.filter(brand__provider=actor.provider_id)
        return found if actor.bound is None else found.filter(brand__in=actor.bound.brands)


class Provider(models.Model):
    """A company or person that sends commercial messages (hizmet sağlayıcı)."""

    iys_code = models.PositiveIntegerField(
        _("İYS number"), unique=True, error_messages={"unique": _("This İYS number is taken.")}
    )
    title = models.CharField(_("company or trade name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=ProviderKind, default=ProviderKind.LEGAL_ENTITY)
    mersis = models.CharField(
        _("MERSİS number"),
        max_length=16,
        unique=True,
        validators=[RegexValidator(r"^\d{16}$", _("A MERSİS number has 16 digits."))],
        error_messages={"unique": _("A provider with this MERSİS number is already registered.")},
    )
    email = models.EmailField(_("corporate e-mail"), max_length=254)
    city = models.CharField(_("province"), max_length=40, blank=True)
    declared_consents = models.PositiveIntegerField(_("declared number of consents"), default=0)
    state = models.CharField(_("state"), max_length=12, choices=ProviderState, default=ProviderState.ACTIVE)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    sandbox_of = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="sandbox",
        verbose_name=_("sandbox of"),
    )
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        constraints = [
            models.CheckConstraint(
                name="provider_mersis_16_digits",
                condition=Q(mersis__regex=r"^[0-9]{16}$"),
                violation_error_message=_("A MERSİS number has 16 digits."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sandbox(self) -> bool:
        """Whether this is where a company tries its programs: takes made-up addresses only and tells nobody."""
        return self.sandbox_of_id is not None


class Brand(models.Model):
    """A brand of a provider; the main brand carries the provider's own number."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="brands", verbose_name=_("provider"))
    brand_code = models.PositiveIntegerField(
        _("brand number"), unique=True, error_messages={"unique": _("This brand number is taken.")}
    )
    name = models.CharField(_("brand"), max_length=150)
    short_name = models.CharField(_("short name"), max_length=30, blank=True)
    is_main = models.BooleanField(_("main brand"), default=False)
    double_opt_in = models.BooleanField(
        _("double opt-in"),
        default=False,
        help_text=_("Electronic consents wait for the recipient's confirmation before they may be used (R-M4)."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "-is_main", "name"]
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=Q(is_main=True),
                name="brand_one_main",
                violation_error_message=_("This provider already has a main brand."),
            ),
            models.UniqueConstraint(
                fields=["provider", "name"],
                name="brand_name_once",
                violation_error_message=_("This provider already has a brand of this name."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.brand_code})"


class Retailer(models.Model):
    """A dealer (bayi) that collects consents for a brand (R-C20)."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="retailers", verbose_name=_("brand"))
    code = models.CharField(_("dealer's code"), max_length=40)
    name = models.CharField(_("dealer"), max_length=200)
    city = models.CharField(_("province"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        ordering = ["brand", "code"]
        verbose_name = _("dealer")
        verbose_name_plural = _("dealers")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "code"],
                name="retailer_code_once",
                violation_error_message=_("This brand already has a dealer with this code."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Membership(models.Model):
    """One person's role for one provider."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="memberships", verbose_name=_("provider"))
    role = models.CharField(_("role"), max_length=20, choices=ProviderRole)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = OfProviderQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "provider"],
                name="membership_once",
                violation_error_message=_("This person already belongs to this provider."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.provider}"
