"""A sender's answer while it is being written."""

from django.db import models

from .complaints import Complaint

ANSWER_MOST = 20_000
"""Characters of whatever a sender says in a case: its answer, an addition, its draft."""


class ComplaintAnswerDraft(models.Model):
    """What was typed and not sent yet; one for a case, for all who answer for the sender. Nobody else reads it."""

    complaint = models.OneToOneField(Complaint, models.CASCADE, related_name="answer_draft", primary_key=True)
    text = models.TextField(max_length=ANSWER_MOST)
    saved_at = models.DateTimeField()
    saved_by = models.BigIntegerField()
    saved_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="complaint_answer_draft_saved_at_with_by",
                condition=models.Q(saved_at__isnull=False, saved_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
