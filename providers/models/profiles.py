"""A brand's profile (R-P11): what it is known by, and where its messages can be refused."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from providers.enums import BrandValueKind, Sector

from .providers import Brand, OfBrandQuerySet

K = BrandValueKind
PHONE = r"^\+[1-9][0-9]{6,14}$"
SHAPES: dict[str, str] = {
    K.SHORT_NAME: r"^.{2,30}$",
    K.SENDER_NAME: r"^(?=.*[A-Z])[A-Z0-9][A-Z0-9 .&_-]{1,9}[A-Z0-9.]$",
    K.DOMAIN: r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$",
    K.NUMBER: r"^\+?[1-9][0-9]{3,14}$",
    K.REFUSAL_URL: r"^https://[^\s]{4,200}$",
    K.REFUSAL_PHONE: r"^\+?[1-9][0-9]{3,14}$",
    K.REFUSAL_SMS: r"^\+?[1-9][0-9]{3,14}$",
}
"""The form of each kind of value as it is stored; PostgreSQL and Python read it alike."""


def _well_formed() -> Q:
    shapes = Q()
    for kind, shape in SHAPES.items():
        shapes |= Q(kind=kind, value__regex=shape)
    return shapes


class BrandProfile(models.Model):
    """A brand's sector and logo."""

    brand = models.OneToOneField(
        Brand, models.CASCADE, primary_key=True, related_name="profile", verbose_name=_("brand")
    )
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)
    logo = models.FileField(_("logo"), upload_to="logos", max_length=200, blank=True)
    logo_sha256 = models.CharField(max_length=64, blank=True)

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile of a brand")
        verbose_name_plural = _("profiles of brands")
        constraints = [
            models.CheckConstraint(
                name="brand_profile_logo_with_hash",
                condition=Q(logo="", logo_sha256="") | (~Q(logo="") & Q(logo_sha256__regex="^[0-9a-f]{64}$")),
            ),
            models.CheckConstraint(name="brand_profile_sector_known", condition=Q(sector__in=["", *Sector.values])),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class BrandValue(models.Model):
    """One name, domain, number or refusal channel of a brand.

    `key` is the form in which it is compared: a name without case, accents, blanks and signs, everything else as it
    stands. The first short name is the brand's own column; a text `RET ‹short name›` finds both.
    """

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="values", verbose_name=_("brand"))
    kind = models.CharField(_("kind"), max_length=20, choices=BrandValueKind)
    value = models.CharField(_("value"), max_length=300)
    key = models.CharField(max_length=300, editable=False)

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        ordering = ["brand", "kind", "pk"]
        verbose_name = _("value of a brand's profile")
        verbose_name_plural = _("values of brands' profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "key"],
                name="brand_value_once",
                violation_error_message=_("This stands in the profile already."),
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(kind=K.SHORT_NAME),
                name="brand_short_name_of_one_brand",
                violation_error_message=_("Another brand has this short name."),
            ),
            models.CheckConstraint(
                name="brand_value_well_formed",
                condition=_well_formed(),
                violation_error_message=_("This does not have the form that is needed."),
            ),
            models.CheckConstraint(name="brand_value_key_given", condition=~Q(key="")),
        ]
        indexes = [
            # Which brands send under this name, from this domain or number?
            models.Index(fields=["key", "kind"], name="brand_value_by_key"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
