"""A decision as one officer proposes it, until another one confirms it (four eyes, R-K7)."""

from django.db import models
from django.db.models import Q

from complaints.enums import Outcome

from .complaints import Complaint


class ComplaintProposal(models.Model):
    """One proposal; a newer one takes the place of the one before. No side ever sees it."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="proposals")
    outcome = models.CharField(max_length=15, choices=Outcome)
    reason = models.TextField(max_length=20_000)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField()
    proposed_name = models.CharField(max_length=200)
    refuses = models.BooleanField(default=False)  # the complainant's consent is withdrawn with the decision
    shared_with = models.ForeignKey("self", models.PROTECT, null=True, related_name="shared")  # proposed together
    closed_at = models.DateTimeField(null=True)  # decided, or replaced by a newer one

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_proposal_at_with_by",
                condition=models.Q(proposed_at__isnull=False, proposed_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(closed_at=None), name="r_k7_one_open_proposal_of_a_complaint"
            ),
            models.CheckConstraint(name="complaint_proposal_has_its_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} #{self.pk}"
