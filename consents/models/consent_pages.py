"""Pages by which a brand asks for consent (R-M7), and what was answered on them."""

import secrets
import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.states import PageState
from providers.enums import ProviderState
from providers.models import Brand, OfBrandQuerySet, Retailer

from .texts import ConsentText

ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a page's short name: nothing that people mistake for something else when they type it from a poster."""
ID_LENGTH = 10


def new_page_id() -> str:
    return "".join(secrets.choice(ID_LETTERS) for _number in range(ID_LENGTH))


class ConsentPage(models.Model):
    """One page: a published text, the channels that may be ticked, and where it may be shown.

    `version` grows with every change of what a visitor sees, and stands in each proof. The counters hold no person.
    """

    class Language(models.TextChoices):
        TURKISH = "tr", _("Turkish")
        ENGLISH = "en", _("English")

    public_id = models.CharField(max_length=16, unique=True, default=new_page_id, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="consent_pages", verbose_name=_("brand"))
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="pages", verbose_name=_("consent text"))
    channels = ArrayField(models.SmallIntegerField(choices=Channel), verbose_name=_("channels"))
    languages = ArrayField(models.CharField(max_length=2, choices=Language), verbose_name=_("languages"))
    title = models.CharField(_("title"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    retailer = models.ForeignKey(
        Retailer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dealer")
    )
    return_url = models.CharField(
        _("return address"),
        max_length=300,
        blank=True,
        validators=[RegexValidator(r"^https://[^\s]+$", _("The address begins with https://."))],
    )
    frame_domains = ArrayField(models.CharField(max_length=253), default=list, blank=True, verbose_name=_("sites"))
    is_on = models.BooleanField(_("on"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    asked = models.PositiveIntegerField(_("codes asked for"), default=0)
    proved = models.PositiveIntegerField(_("addresses proven"), default=0)
    answered = models.PositiveIntegerField(_("consents given"), default=0)
    created_at = models.DateTimeField(_("created"))
    created_by = models.BigIntegerField()
    created_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField(_("changed"))

    objects = OfBrandQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("consent page")
        verbose_name_plural = _("consent pages")
        constraints = [
            models.CheckConstraint(
                name="consent_page_has_channels",
                condition=Q(channels__len__gte=1) & Q(channels__contained_by=[channel.value for channel in Channel]),
                violation_error_message=_("Choose at least one channel."),
            ),
            models.CheckConstraint(
                name="consent_page_has_languages",
                condition=Q(languages__len__gte=1) & Q(languages__contained_by=["tr", "en"]),
                violation_error_message=_("Choose at least one language."),
            ),
            models.CheckConstraint(
                name="consent_page_returns_by_https",
                condition=Q(return_url="") | Q(return_url__startswith="https://"),
                violation_error_message=_("The address begins with https://."),
            ),
            models.CheckConstraint(
                name="consent_page_counts_in_order",
                condition=Q(proved__lte=F("asked")) & Q(answered__lte=F("proved")),
            ),
            models.CheckConstraint(
                name="consent_page_created_at_with_by",
                condition=Q(created_at__isnull=False, created_by__isnull=False) & ~Q(created_name=""),
            ),
        ]
        indexes = [
            # Which pages has this brand, newest first?
            models.Index(fields=["brand", "-created_at"], name="consent_page_of_brand"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def offered(self) -> list[Channel]:
        """The channels that may be ticked, in official order."""
        return [channel for channel in Channel if channel.value in self.channels]

    def state(self, today: date) -> PageState:
        """Whether it asks now, and if not, why. Wants brand, provider and text loaded."""
        provider = self.brand.provider.state
        if provider == ProviderState.CLOSED:
            return PageState.CLOSED
        if provider == ProviderState.SUSPENDED:
            return PageState.SUSPENDED
        if not self.is_on or not self.brand.is_active:
            return PageState.OFF
        return PageState.OPEN if self.text.serves(self.offered, today) else PageState.TEXT_OVER


class ConsentPageAnswer(models.Model):
    """That somebody finished a page, once (R-M7): no person stands here. Append-only.

    `nonce` is the one of the proof of the address: the same proof a second time finds its answer instead of writing
    again. `number` is the receipt's.
    """

    append_only = True

    page = models.ForeignKey(ConsentPage, models.PROTECT, related_name="answers")
    page_version = models.PositiveIntegerField()
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    number = models.CharField(max_length=30, unique=True)
    proof_sha256 = models.BinaryField(max_length=32)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer on a consent page")
        verbose_name_plural = _("answers on consent pages")

    def __str__(self) -> str:
        return self.number
