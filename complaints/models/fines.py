"""Administrative fines (R-K9): amounts of each year, as information. Nothing is computed with them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import Breach


class FineAmount(models.Model):
    """What a breach may cost from a day on; a later row of the same breach takes its place."""

    breach = models.CharField(_("breach"), max_length=20, choices=Breach)
    valid_from = models.DateField(_("valid from"))
    least = models.PositiveIntegerField(_("from (TL)"))
    most = models.PositiveIntegerField(_("up to (TL)"))
    times = models.PositiveSmallIntegerField(
        _("up to so many times"),
        default=1,
        help_text=_("For messages to many people at once; 1 where it is not raised."),
    )
    reference = models.CharField(_("reference"), max_length=300, blank=True)

    class Meta:
        ordering = ["breach", "-valid_from"]
        verbose_name = _("administrative fine")
        verbose_name_plural = _("administrative fines")
        constraints = [
            models.UniqueConstraint(
                fields=["breach", "valid_from"],
                name="r_k9_one_amount_a_day",
                violation_error_message=_("This breach has an amount from this day already."),
            ),
            models.CheckConstraint(
                name="r_k9_least_not_above_most",
                condition=Q(least__lte=F("most"), least__gte=1, times__gte=1),
                violation_error_message=_("The smaller amount is not above the larger one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_breach_display()} ({self.valid_from:%Y})"
