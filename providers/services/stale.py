"""Drafts that nobody goes on with are reminded once, then expire (R-P6); what ended without a provider is forgotten
after a time (R-G5). All of it may run twice at any time.
"""

from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from providers.enums import ApplicationState
from providers.models import (
    Agreement,
    AgreementFile,
    Application,
    ApplicationDocument,
    ApplicationMove,
    ApplicationReview,
)
from providers.models.applications import FINAL, WITH_APPLICANT
from providers.notices import post_application_mail

from .moves import make_move

BATCH = 200
WITHOUT_PROVIDER = FINAL - {ApplicationState.APPROVED}
PERSONAL = (
    "title", "mersis", "tax_office", "tax_number", "address", "province", "district", "declared_consents", "email",
    "manager_name", "manager_email", "access_hash",
)  # fmt: skip


def remind_stale(*, now: datetime | None = None) -> int:
    """Mail whoever left a draft alone for `APPLICATION_REMIND_AFTER`; once until it is changed again."""
    now = now or timezone.now()
    before = now - settings.REGISTRY["APPLICATION_REMIND_AFTER"]
    total = 0
    for key in _stale(before, Q(reminded_at=None) | Q(reminded_at__lt=F("changed_at"))):
        with transaction.atomic():
            row = _locked_stale(key, before)
            if row is None:
                continue
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            until = max(row.changed_at + settings.REGISTRY["APPLICATION_EXPIRE_AFTER"], now)
            cause = f"reminder:{row.pk}:{row.changed_at:%Y%m%d%H%M%S}"
            post_application_mail(row, "reminder", cause=cause, context={"until": until})
            total += 1
    return total


def expire_stale(*, now: datetime | None = None) -> int:
    """End drafts that were left alone for `APPLICATION_EXPIRE_AFTER` and whose applicant was reminded."""
    now = now or timezone.now()
    before = now - settings.REGISTRY["APPLICATION_EXPIRE_AFTER"]
    total = 0
    for key in _stale(before, Q(reminded_at__gte=F("changed_at"))):
        with transaction.atomic():
            row = _locked_stale(key, before)
            if row is None:
                continue
            move = make_move(row, "expire", actor=SYSTEM, now=now)
            post_application_mail(row, "expired", cause=f"move:{move.pk}")
            total += 1
    return total


def forget_ended(*, now: datetime | None = None) -> int:
    """Erase the personal data of applications that ended without a provider `APPLICATION_KEEP` ago (R-G5).

    The number, the moves and their dates stay. Files go first, so that a crash leaves none without a row.
    """
    now = now or timezone.now()
    ended = ApplicationMove.objects.filter(
        application=OuterRef("pk"), to_state=OuterRef("state"), at__gt=now - settings.REGISTRY["APPLICATION_KEEP"]
    )
    rows = Application.objects.filter(state__in=WITHOUT_PROVIDER, forgotten_at=None).exclude(Exists(ended))
    total = 0
    for key in list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for name in _files(key):
            default_storage.delete(name)
        with transaction.atomic():
            row = Application.objects.select_for_update(of=("self",)).get(pk=key)
            if row.forgotten_at is None:
                _forget(row, now)
                total += 1
    return total


def _files(key: int) -> list[str]:
    """Papers, pictures of look-ups, issued agreements and signed ones, by their names in the storage."""
    looked_up = ApplicationReview.objects.filter(application=key).exclude(mersis_copy="")
    papers = ApplicationDocument.objects.filter(application=key).values_list("file", flat=True)
    issued = (
        Agreement.objects.filter(application=key).exclude(document__file="").values_list("document__file", flat=True)
    )
    signed = AgreementFile.objects.filter(agreement__application=key).values_list("file", flat=True)
    return [*papers, *looked_up.values_list("mersis_copy", flat=True).distinct(), *issued, *signed]


def _forget_agreements(row: Application) -> None:
    AgreementFile.objects.filter(agreement__application=row).delete()
    for agreement in row.agreements.select_related("document"):  # the newest first: each points to the one it replaced
        document = agreement.document
        agreement.delete()
        document.delete()


def _forget(row: Application, now: datetime) -> None:
    _forget_agreements(row)
    for parts in (row.documents, row.signatories, row.brands, row.rounds, row.reviews):
        parts.all().delete()
    for name in PERSONAL:
        setattr(row, name, None if name == "declared_consents" else "")
    row.forgotten_at = now
    row.save(update_fields=[*PERSONAL, "forgotten_at"])
    audit.record("application.forgotten", row, actor=SYSTEM)


def _stale(before: datetime, more: Q) -> list[int]:
    rows = Application.objects.filter(more, state__in=WITH_APPLICANT, changed_at__lte=before)
    return list(rows.order_by("changed_at").values_list("pk", flat=True)[:BATCH])


def _locked_stale(key: int, before: datetime) -> Application | None:
    """The draft under lock, unless it was changed in between."""
    rows = Application.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(pk=key, state__in=WITH_APPLICANT, changed_at__lte=before).first()
