"""Reasons of decisions that are often needed (R-K7): kept by registry admins, with every version of their words."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import Outcome
from complaints.reason_words import known_places


class ReasonTemplate(models.Model):
    """One reason with its words of today. A decision keeps the words that it was made with, never a link."""

    title = models.CharField(_("name"), max_length=120, unique=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    text = models.TextField(
        _("text"),
        max_length=8000,
        validators=[known_places],
        help_text=_(
            "Filled from the case: {gonderici} sender, {kanal} channel, {ileti_zamani} time of the message, "
            "{takip_no} tracking number, {basvuru_gunu} day of filing."
        ),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["outcome", "title"]
        verbose_name = _("reason of decisions")
        verbose_name_plural = _("reasons of decisions")
        constraints = [models.CheckConstraint(name="reason_template_has_text", condition=~Q(text="") & ~Q(title=""))]

    def __str__(self) -> str:
        return self.title


class ReasonTemplateVersion(models.Model):
    """The words of one version, who wrote them, and when. Append-only."""

    append_only = True

    template = models.ForeignKey(ReasonTemplate, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    text = models.TextField(_("text"), max_length=8000)
    written_at = models.DateTimeField(_("written"))
    written_by = models.BigIntegerField()
    written_name = models.CharField(_("written by"), max_length=200)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["template", "number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="reason_version_once"),
            models.CheckConstraint(
                name="reason_version_written_at_with_by",
                condition=Q(written_at__isnull=False, written_by__isnull=False) & ~Q(text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}/{self.number}"
