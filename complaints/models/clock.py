"""Running clocks of a complaint (R-K6): each keeps its own days, so that a changed setting moves none."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import DeadlineKind, ExtensionState

from .complaints import Complaint


class ComplaintDeadlineQuerySet(models.QuerySet["ComplaintDeadline"]):
    def running(self) -> "ComplaintDeadlineQuerySet":
        """Neither met, nor run out, nor stopped."""
        return self.filter(met_at=None, ran_out_at=None, stopped_at=None)


class ComplaintDeadline(models.Model):
    """One clock. It ends by being met, by running out, or because the case went another way (`stopped_at`)."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="deadlines")
    kind = models.CharField(max_length=12, choices=DeadlineKind)
    started_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()  # calendar days, those of an extension included
    due_on = models.DateField(_("due"))  # its midnight in Istanbul ends the time
    first_due_on = models.DateField()
    moved_because = models.TextField(blank=True)  # a day that was added later to the holidays, by name
    half_reminded_at = models.DateTimeField(null=True)
    day_reminded_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    ran_out_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = ComplaintDeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind"],
                condition=Q(met_at=None, ran_out_at=None, stopped_at=None),
                name="r_k6_one_running_clock_of_a_kind",
            ),
            models.CheckConstraint(
                name="r_k6_clock_ends_once",
                condition=Q(met_at=None, ran_out_at=None)
                | Q(met_at=None, stopped_at=None)
                | Q(ran_out_at=None, stopped_at=None),
            ),
            # A clock is only ever moved in favour of who has to answer.
            models.CheckConstraint(name="r_k6_due_never_earlier", condition=Q(due_on__gte=F("first_due_on"))),
        ]
        indexes = [
            # Which clocks are running, the next to end first?
            models.Index(
                fields=["due_on"],
                name="complaint_clock_running",
                condition=Q(met_at=None, ran_out_at=None, stopped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on:%d.%m.%Y}"

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.ran_out_at is None and self.stopped_at is None


class ComplaintExtension(models.Model):
    """More time that a provider asks for (R-K6), and what the officer says to it."""

    deadline = models.ForeignKey(ComplaintDeadline, models.CASCADE, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=ExtensionState, default=ExtensionState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answer = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline"], condition=Q(state="asked"), name="r_k6_one_open_request_for_time"
            ),
            models.CheckConstraint(
                name="complaint_extension_asked_at_with_by",
                condition=Q(asked_at__isnull=False, asked_by__isnull=False, days__gte=1) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="complaint_extension_answered_at_with_by",
                condition=Q(state="asked", answered_at=None, answered_by=None)
                | (~Q(state="asked") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} #{self.pk}"
