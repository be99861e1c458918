"""Agreements of applications (R-P4): each issued version, and the signed files that came back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.models import Document
from providers.enums import AgreementStage, ApplicationDocumentKind

from .applications import Application, OfApplicationQuerySet


class Agreement(models.Model):
    """One version of an application's agreement. Its data, number and issued bytes are the document's.

    The version in force has no `voided_at`; a changed field of the application makes it void, and it stays.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField(_("version"))
    text_version = models.PositiveSmallIntegerField(_("version of the text"))
    document = models.OneToOneField(Document, models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)  # keyed hash of what it says of the applicant
    issued_at = models.DateTimeField(_("issued"))
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application", "-version"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="agreement_version_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(voided_at__isnull=True), name="agreement_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class AgreementFileQuerySet(models.QuerySet["AgreementFile"]):
    def visible_to(self, actor: Actor) -> "AgreementFileQuerySet":
        return self.filter(agreement__in=Agreement.objects.visible_to(actor).order_by())


class AgreementFile(models.Model):
    """A signed file of an agreement, with the result of its check as evidence; replaced ones stay."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="files")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stage = models.CharField(_("stage"), max_length=20, choices=AgreementStage)
    paper = models.CharField(
        _("document"), max_length=30, choices=ApplicationDocumentKind, default=ApplicationDocumentKind.COMMITMENT
    )
    current = models.BooleanField(_("in force"), default=True)
    file = models.FileField(upload_to="agreements", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("size"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    report = models.JSONField(_("checks"), default=dict, blank=True)  # of providers.agreements.reports; names only
    kept_at = models.DateTimeField(_("kept"))

    objects = AgreementFileQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "-pk"]
        verbose_name = _("signed agreement")
        verbose_name_plural = _("signed agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "stage", "paper"], condition=Q(current=True), name="agreement_file_one_current"
            ),
            models.CheckConstraint(
                name="agreement_file_hash", condition=Q(sha256__regex="^[0-9a-f]{64}$", size__gt=0, pages__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)
