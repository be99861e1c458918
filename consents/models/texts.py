"""Texts that people agree to, by version (R-C18)."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.text_rules import TextState, Wording, state_on
from providers.models import Brand, OfBrandQuerySet


class ConsentTextQuerySet(OfBrandQuerySet):
    """Texts, found by brand."""

    def published(self) -> "ConsentTextQuerySet":
        return self.filter(published_at__isnull=False)

    def valid_on(self, day: date) -> "ConsentTextQuerySet":
        open_ended = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.published().filter(open_ended, valid_from__lte=day)

    def with_replaced(self, day: date) -> "ConsentTextQuerySet":
        """Rows with `replaced`: whether a newer version is valid on that day for all of their channels."""
        newer = ConsentText.objects.valid_on(day).filter(
            brand=OuterRef("brand"), version__gt=OuterRef("version"), channels__contains=OuterRef("channels")
        )
        return self.annotate(replaced=Exists(newer))


class ConsentText(models.Model):
    """One version of the text by which a brand asks for consent on some channels.

    A draft has no number. Publishing gives the next one of its brand and channels and fixes the words: the database
    refuses to change or delete a published text, except that its use may end.
    """

    class Language(models.TextChoices):
        TURKISH = "tr", _("Turkish")
        ENGLISH = "en", _("English")

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="consent_texts", verbose_name=_("brand"))
    channels = ArrayField(models.SmallIntegerField(choices=Channel), verbose_name=_("channels"))
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.TURKISH)
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=10_000)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    checklist = models.JSONField(default=dict, blank=True)  # its version, what was ticked, what the program found
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.BigIntegerField(null=True, blank=True)
    published_name = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(_("ended"), null=True, blank=True)
    retired_by = models.BigIntegerField(null=True, blank=True)
    retired_name = models.CharField(max_length=200, blank=True)

    replaced = False  # an annotation of `with_replaced`

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        ordering = ["brand", F("version").desc(nulls_first=True), "-pk"]
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["brand", "version"],
                    condition=Q(channels__contains=[channel.value]),
                    name=f"text_version_once_{channel.name.lower()}",
                    violation_error_message=_("This version number is taken for one of the channels."),
                )
                for channel in Channel
            ),
            models.CheckConstraint(
                name="text_has_channels",
                condition=Q(channels__len__gte=1) & Q(channels__contained_by=[channel.value for channel in Channel]),
                violation_error_message=_("Choose at least one channel."),
            ),
            models.CheckConstraint(
                name="text_published_at_with_by",
                condition=Q(published_at__isnull=True, published_by__isnull=True, version__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False, version__isnull=False),
            ),
            models.CheckConstraint(
                name="text_retired_at_with_by",
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(
                    retired_at__isnull=False,
                    retired_by__isnull=False,
                    published_at__isnull=False,
                    valid_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="text_valid_until_after_from",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day is not before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}" if self.version else self.title

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def channel_labels(self) -> list[str]:
        return [str(Channel(channel).label) for channel in sorted(self.channels)]

    @property
    def wording(self) -> Wording:
        senders = (self.brand.name, self.brand.short_name, self.brand.provider.title)
        return Wording.of(self.title, self.text, senders=senders, channels=self.channels)

    def state(self, today: date) -> TextState:
        return state_on(
            today,
            published=self.is_published,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            replaced=self.replaced,
        )

    def serves(self, channels: list[Channel], day: date) -> bool:
        """Whether consents on these channels, given on this day, can have been given to this text."""
        within = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return self.is_published and within and set(channels) <= set(self.channels)
