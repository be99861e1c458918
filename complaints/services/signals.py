"""Signals of brands (R-K10): judged whenever something of a brand was counted, and every night, because days pass."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from complaints.models import ComplaintFact, ComplaintSignal
from complaints.selectors.signals import numbers_of
from complaints.signals import BrandNumbers, Limits, standing
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from providers.models import Brand

from .statistics import count_changes

log = logging.getLogger(__name__)
BATCH = 500


def count_and_judge(*, now: datetime | None = None) -> int:
    """Count what moved, and judge the brands concerned; returns how many signals began or ended."""
    return judge_brands(count_changes(), now=now or timezone.now())


def judge_all(*, now: datetime | None = None) -> int:
    """Judge every brand that was ever complained about."""
    brands = ComplaintFact.objects.exclude(brand=None).order_by("brand").values_list("brand", flat=True).distinct()
    return judge_brands(brands, now=now or timezone.now())


def judge_brands(brands: Iterable[int], *, now: datetime) -> int:
    """Begin and end signals; one brand that cannot be judged holds up no other.

    Only brands of which something stands, by the numbers or from before, are locked and written.
    """
    keys, limits, total = sorted(brands), Limits.of(settings.REGISTRY), 0
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        kept = set(ComplaintSignal.objects.filter(brand__in=part, ended_at=None).values_list("brand", flat=True))
        for brand, numbers in numbers_of(part, days=limits.days, now=now).items():
            if brand not in kept and not standing(numbers, limits):
                continue
            try:
                total += _judge(brand, numbers, limits, now)
            except Exception:
                log.exception("complaint_signal_not_judged brand=%s", brand)
    return total


@transaction.atomic
def _judge(brand_id: int, numbers: BrandNumbers, limits: Limits, now: datetime) -> int:
    """Locks the brand, so that two workers begin no signal twice."""
    brand = Brand.objects.select_for_update(of=("self",), no_key=True).get(pk=brand_id)
    wanted, told = standing(numbers, limits), {**asdict(numbers), "limits": asdict(limits)}
    kept = {row.kind: row for row in ComplaintSignal.objects.filter(brand=brand, ended_at=None)}
    began, ended = wanted - kept.keys(), kept.keys() - wanted
    for kind in wanted & kept.keys():
        ComplaintSignal.objects.filter(pk=kept[kind].pk).update(numbers=told, judged_at=now)
    for kind in sorted(began):
        ComplaintSignal.objects.create(brand=brand, kind=kind, since=now, judged_at=now, numbers=told)
        audit.record("complaint.signal_began", brand, actor=SYSTEM, new={"kind": str(kind), **asdict(numbers)})
    for gone in sorted(ended):
        ComplaintSignal.objects.filter(pk=kept[gone].pk).update(ended_at=now)
        audit.record("complaint.signal_ended", brand, actor=SYSTEM, new={"kind": str(gone), **asdict(numbers)})
    return len(began) + len(ended)
