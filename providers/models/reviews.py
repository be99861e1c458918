"""What a reviewer checked before an application was decided (R-P1, R-P10)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .applications import Application, OfApplicationQuerySet


class ApplicationReview(models.Model):
    """The kept checklist of one proposal to approve; `current` until the application is returned or rejected.

    Where four eyes are asked for, somebody else than who proposed it decides.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews")
    current = models.BooleanField(default=True)
    mersis_checked_on = models.DateField(_("MERSİS looked up on"))
    mersis_result = models.CharField(_("what MERSİS says"), max_length=300)
    # What the look-up showed, as one PDF (R-P1); empty in reviews from before it was kept.
    mersis_copy = models.FileField(_("picture of the look-up"), upload_to="reviews", max_length=200, blank=True)
    mersis_copy_sha256 = models.CharField(max_length=64, blank=True)
    title_matches = models.BooleanField(_("the trade name is the one in MERSİS"), default=False)
    gazette_date = models.DateField(_("date of the trade registry gazette"))
    gazette_number = models.CharField(_("number of the gazette"), max_length=30)
    signatory_in_gazette = models.BooleanField(_("the gazette names the signatory"), default=False)
    circular_notary = models.CharField(_("notary of the circular or declaration"), max_length=150)
    circular_number = models.CharField(_("its number"), max_length=30)
    joint_authority = models.BooleanField(_("authority is joint"), default=False)
    signature_matches = models.BooleanField(_("the signature on the agreement is the circular's"), default=False)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("proposed"))
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    four_eyes = models.BooleanField(default=True)  # whether the setting asked for a second person

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("review of an application")
        verbose_name_plural = _("reviews of applications")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(current=True), name="review_one_current"),
            models.CheckConstraint(
                name="review_approved_at_with_by",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="review_mersis_copy_with_hash",
                condition=Q(mersis_copy="", mersis_copy_sha256="")
                | (~Q(mersis_copy="") & Q(mersis_copy_sha256__regex="^[0-9a-f]{64}$")),
            ),
            models.CheckConstraint(
                name="review_four_eyes",
                condition=Q(approved_by__isnull=True) | Q(four_eyes=False) | ~Q(approved_by=F("reviewer")),
                violation_error_message=_("Somebody else than who proposed it approves."),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
