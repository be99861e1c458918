"""What a case gathers: moves, files, questions, the sender's answer, notes, decisions, and what was raised."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintState, ContestKind, ContestOutcome, Outcome, PaperKind, RefusalCause, Side
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.models import Document

from .answers import ANSWER_MOST
from .complaints import Complaint


class OfComplaintQuerySet(models.QuerySet):
    """Rows of complaints that the actor may see; of these each side those that are shown to it (R-K6)."""

    def visible_to(self, actor: Actor) -> "OfComplaintQuerySet":
        found = self.filter(complaint__in=Complaint.objects.visible_to(actor))
        if actor.all_providers:
            return found
        return (
            found.filter(for_complainant=True) if actor.kind is ActorKind.RECIPIENT else found.filter(for_provider=True)
        )


class ComplaintMove(models.Model):
    """One move: who, when, why, from where to where (R-K5), and which side sees it. Append-only."""

    append_only = True

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="moves")
    name = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, choices=ComplaintState)
    to_state = models.CharField(max_length=20, choices=ComplaintState)
    at = models.DateTimeField()
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    side = models.CharField(max_length=12, choices=Side)
    reason = models.TextField(blank=True)
    for_complainant = models.BooleanField(default=False)
    for_provider = models.BooleanField(default=False)

    objects = OfComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["complaint", "pk"]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class ComplaintPaper(models.Model):
    """A file of either side; judged by its content, kept with its hash, served by permission only (R-K2, R-K6)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="papers")
    side = models.CharField(max_length=12, choices=Side)
    kind = models.CharField(max_length=10, choices=PaperKind)
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="complaints", max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.BigIntegerField()
    for_complainant = models.BooleanField(default=True)
    for_provider = models.BooleanField(default=False)  # what a sender reads is said of each file (R-K6)

    objects = OfComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_paper_added_at_with_by",
                condition=Q(added_at__isnull=False, added_by__isnull=False, size__gt=0, sha256__regex="^[0-9a-f]{64}$"),
            ),
            # The same file twice is once.
            models.UniqueConstraint(fields=["complaint", "side", "sha256"], name="complaint_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ComplaintQuestion(models.Model):
    """What an officer asks one side (R-K5, R-K7), and what that side answers."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="questions")
    side = models.CharField(max_length=12, choices=[(s.value, s.label) for s in (Side.COMPLAINANT, Side.PROVIDER)])
    text = models.TextField(max_length=4000)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    answer = models.TextField(max_length=ANSWER_MOST, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "side"], condition=Q(answered_at=None), name="r_k5_one_open_question_to_a_side"
            ),
            models.CheckConstraint(
                name="complaint_question_asked_at_with_by",
                condition=Q(asked_at__isnull=False, asked_by__isnull=False) & ~Q(text=""),
            ),
            models.CheckConstraint(
                name="complaint_question_answered_at_with_by",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ComplaintDefence(models.Model):
    """The sender's answer (savunma, R-K6); the files beside it are `ComplaintPaper`s of that side. Append-only."""

    append_only = True

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="defences")
    text = models.TextField(max_length=ANSWER_MOST)
    in_time = models.BooleanField()
    given_at = models.DateTimeField()
    given_by = models.BigIntegerField()
    given_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_defence_given_at_with_by",
                condition=Q(given_at__isnull=False, given_by__isnull=False) & ~Q(text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OfStaffQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "OfStaffQuerySet":
        """Staff's alone."""
        return self.filter(complaint__in=Complaint.objects.visible_to(actor)) if actor.all_providers else self.none()


class ComplaintNote(models.Model):
    """An internal note of an officer (R-K7); neither side sees it. Append-only."""

    append_only = True

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="notes")
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField()
    written_by = models.BigIntegerField()
    written_name = models.CharField(max_length=200)

    objects = OfStaffQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_note_written_at_with_by",
                condition=Q(written_at__isnull=False, written_by__isnull=False) & ~Q(text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ComplaintDecision(models.Model):
    """One numbered decision (R-K7); a correction is a new one that points to the one it replaces. Append-only."""

    append_only = True

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="decisions")
    document = models.OneToOneField(Document, models.PROTECT, related_name="complaint_decision")
    outcome = models.CharField(max_length=15, choices=Outcome)
    reason = models.TextField(max_length=20_000)
    appeal = models.TextField()  # as the setting said on that day
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    decided_at = models.DateTimeField()
    decided_by = models.BigIntegerField()
    decided_name = models.CharField(max_length=200)
    proposed_by = models.BigIntegerField(null=True)  # four eyes: somebody else than who decides
    refusal_event = models.BigIntegerField(null=True)  # the refusal that was recorded in the same act
    refusal_cause = models.CharField(max_length=12, choices=RefusalCause, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="complaint_decision_decided_at_with_by",
                condition=Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="r_k7_decision_by_four_eyes",
                condition=Q(proposed_by=None) | ~Q(proposed_by=models.F("decided_by")),
                violation_error_message=_("Somebody else than who proposed it decides."),
            ),
            models.CheckConstraint(
                name="complaint_decision_refusal_with_cause",
                condition=Q(refusal_event=None, refusal_cause="")
                | (Q(refusal_event__isnull=False) & ~Q(refusal_cause="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} #{self.pk}"


class ComplaintContest(models.Model):
    """An objection or a court case against a decision (R-K5); while one is open the records are held (R-L5)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="contests")
    kind = models.CharField(max_length=10, choices=ContestKind)
    side = models.CharField(max_length=12, choices=Side)
    reference = models.CharField(max_length=100, blank=True)  # number of the objection or of the court's file
    raised_on = models.DateField(null=True)  # date of the paper by which it was raised
    paper = models.ForeignKey(ComplaintPaper, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(max_length=4000)
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=ContestOutcome, blank=True)
    result = models.TextField(max_length=4000, blank=True)

    objects = OfStaffQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(closed_at=None), name="r_k5_one_open_contest_of_a_complaint"
            ),
            models.CheckConstraint(
                name="complaint_contest_opened_at_with_by",
                condition=Q(opened_at__isnull=False, opened_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="complaint_contest_closed_at_with_by",
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
