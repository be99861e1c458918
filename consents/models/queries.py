"""Queries before sending (R-S1): what was asked, what was answered, and until when the answer holds."""

import uuid
from datetime import datetime
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, QueryWay, RecipientType
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.models import Job, ScopedQuerySet
from providers.models import Brand, IntegratorPerson, Provider


class QueryQuerySet(ScopedQuerySet):
    """Queries: an integrator's people see those of their company, in the parts that they may read now (R-P12).

    A program that reaches a part of a provider sees its own.
    """

    def visible_to(self, actor: Actor) -> "QueryQuerySet":
        if actor.bound is None:
            return cast(QueryQuerySet, super().visible_to(actor))
        parts = Q(pk=None)
        for brand, channels in actor.bound.by_brand().items():
            parts |= Q(brand=brand, channel__in=channels)
        mine = self.filter(parts, provider_id=actor.provider_id, actor_kind=actor.kind)
        if actor.kind is ActorKind.API_KEY:
            return mine.filter(actor_id=actor.id)
        people = IntegratorPerson.objects.filter(integrator=actor.bound.party_id).order_by().values("user")
        return mine.filter(actor_id__in=people)


class RecipientQuery(models.Model):
    """One question about a list of addresses. The addresses themselves stand in the result's file alone.

    Unanswered without a job: its reader has still to say which column holds the addresses.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="queries", verbose_name=_("provider"))
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="queries", verbose_name=_("brand"))
    channel = models.SmallIntegerField(_("channel"), choices=Channel)
    recipient_type = models.SmallIntegerField(_("recipient type"), choices=RecipientType)
    way = models.CharField(_("asked by"), max_length=10, choices=QueryWay)
    file = models.FileField(upload_to="queries", max_length=200, blank=True)  # the upload, until it is answered
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)  # of what was asked
    layout = models.JSONField(default=dict)
    column = models.SmallIntegerField(null=True)  # index of the column that holds the addresses
    total = models.BigIntegerField(_("addresses"))
    counts = models.JSONField(default=dict)  # by number of `Reason`
    malformed = models.JSONField(default=dict)  # by number of `Problem`
    first_rows = models.JSONField(default=list)
    moment = models.DateTimeField(null=True)  # of every answer
    valid_until = models.DateTimeField(_("valid until"), null=True)
    result = models.FileField(upload_to="queries", max_length=200, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    result_size = models.BigIntegerField(default=0)
    book = models.FileField(upload_to="queries", max_length=200, blank=True)  # the result as a large workbook
    book_job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    signature = models.BinaryField(max_length=64, null=True)
    key_id = models.CharField(max_length=16, blank=True)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    actor_kind = models.SmallIntegerField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("asked"))

    objects = QueryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("query")
        verbose_name_plural = _("queries")
        indexes = [
            # What did this provider ask lately?
            models.Index(fields=["provider", "-created_at"], name="query_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                name="query_answered_whole",
                condition=Q(moment__isnull=True, valid_until__isnull=True, signature__isnull=True)
                | Q(moment__isnull=False, valid_until__gt=models.F("moment"), signature__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or self.number

    @property
    def answered(self) -> bool:
        return self.moment is not None

    @property
    def waits_for_column(self) -> bool:
        return self.column is None and not self.answered

    def holds_at(self, now: datetime) -> bool:
        """Whether the answer may still be used."""
        return self.valid_until is not None and now <= self.valid_until


class QueryDay(models.Model):
    """How many addresses a provider asked about on one day in Istanbul: what the daily quota is counted by."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    day = models.DateField()
    addresses = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="query_day_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.day}"
