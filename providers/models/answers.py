"""What a program was answered, so that a repeat of its call does nothing twice (docs/api.md, "Idempotency")."""

from django.db import models
from django.db.models import Q


class ApiAnswer(models.Model):
    """The answer of a call with an `Idempotency-Key`, written in the call's own transaction and kept for a day.

    `owner` is whose key it was: a provider, an integrator, or one key where that reaches a part only.
    """

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=32)  # of method, address and body
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="api_answer_once"),
            models.CheckConstraint(name="api_answer_of_success", condition=Q(status__gte=200, status__lt=300)),
        ]
        indexes = [
            # Which can be forgotten?
            models.Index(fields=["answered_at"], name="api_answer_over"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
