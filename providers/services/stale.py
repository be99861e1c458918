"""Drafts that nobody goes on with: reminded once, then expired (R-P6). Both may run twice at any time."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from iys_portal.core.actors import SYSTEM
from providers.models import Application
from providers.models.applications import WITH_APPLICANT
from providers.notices import post_application_mail

from .moves import make_move

BATCH = 200


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


def _stale(before: datetime, more: Q) -> list[int]:
    rows = Application.objects.filter(more, state__in=WITH_APPLICANT, changed_at__lte=before)
    return list(rows.order_by("changed_at").values_list("pk", flat=True)[:BATCH])


def _locked_stale(key: int, before: datetime) -> Application | None:
    """The draft under lock, unless it was changed in between."""
    rows = Application.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(pk=key, state__in=WITH_APPLICANT, changed_at__lte=before).first()
