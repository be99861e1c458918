"""What stands out (R-K8, R-K10): signals of messages and of their brands, and the numbers that brands are judged by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.enums import BrandSignal, DeadlineKind
from complaints.models import Complaint, ComplaintDeadline, ComplaintSignal
from complaints.signals import BrandNumbers
from consents.enums import Status
from consents.models import BrandCounter, Message
from providers.models import Brand

MOST = 50
_BRAND_TONES = {BrandSignal.UNUSUAL: "warning", BrandSignal.SILENT: "danger"}


@dataclass(frozen=True)
class Shown:
    """One signal as a badge; `since` is the day from which it stands."""

    label: str | Promise
    tone: str
    since: datetime | None = None


def signals_of(complaints: Sequence[Complaint]) -> dict[int, list[Shown]]:
    """The signals of each complaint by its key; one query. For staff: a sender is not told of its own marks."""
    brands = brand_signals({one.brand_id for one in complaints if one.brand_id})
    found: dict[int, list[Shown]] = {}
    for one in complaints:
        shown = []
        if one.after_refusal:
            shown.append(Shown(_("After a refusal"), "danger", one.filed_at))
        if one.without_consent:
            shown.append(Shown(_("Without consent"), "warning", one.filed_at))
        found[one.pk] = shown + (brands.get(one.brand_id, []) if one.brand_id else [])
    return found


def brand_signals(brands: Iterable[int]) -> dict[int, list[Shown]]:
    """What stands now about these brands."""
    found: dict[int, list[Shown]] = {}
    for row in ComplaintSignal.objects.filter(brand__in=list(brands), ended_at=None).order_by("kind"):
        kind = BrandSignal(row.kind)
        found.setdefault(row.brand_id, []).append(Shown(kind.label, _BRAND_TONES[kind], row.since))
    return found


def standing_numbers() -> tuple[int, int]:
    """How many brands stand out by number, and how many by silence."""
    found = dict(ComplaintSignal.objects.filter(ended_at=None).order_by().values_list("kind").annotate(Count("pk")))
    return found.get(BrandSignal.UNUSUAL, 0), found.get(BrandSignal.SILENT, 0)


def standing_brands() -> list[tuple[Brand, list[Shown]]]:
    """Brands that stand out now, the newest first."""
    rows = ComplaintSignal.objects.filter(ended_at=None).select_related("brand__provider").order_by("-since")[:MOST]
    brands = {row.brand_id: row.brand for row in rows}
    shown = brand_signals(brands)
    return [(brand, shown.get(key, [])) for key, brand in brands.items()]


def signal_history(brand: Brand) -> list[ComplaintSignal]:
    return list(ComplaintSignal.objects.filter(brand=brand)[:20])


def numbers_of(brands: Sequence[int], *, days: int, now: datetime) -> dict[int, BrandNumbers]:
    """What these brands are judged by; five queries, however many they are."""
    since = now - timedelta(days=days)
    owners = dict(Brand.objects.filter(pk__in=brands).values_list("pk", "provider"))
    filed = Complaint.objects.filter(brand__in=brands, filed_at__gte=since, filed_at__lte=now).order_by()
    complaints = dict(filed.values_list("brand").annotate(Count("pk")))
    held = BrandCounter.objects.filter(brand_id__in=brands, status=Status.ONAY)
    consents = dict(held.values_list("brand_id").annotate(Sum("total")))
    sent = Message.objects.filter(brand__in=brands, planned_at__gte=since, released_at__isnull=False).order_by()
    allowed = Sum(Cast(KeyTextTransform("allowed", "counts"), BigIntegerField()))
    recipients = {brand: total or 0 for brand, total in sent.values_list("brand").annotate(total=allowed)}
    clocks = ComplaintDeadline.objects.filter(
        kind=DeadlineKind.DEFENCE, started_at__gte=since, complaint__brand__provider__in=set(owners.values())
    ).order_by()
    over = clocks.values("complaint__brand__provider").annotate(
        met=Count("pk", filter=Q(met_at__isnull=False)), late=Count("pk", filter=Q(ran_out_at__isnull=False))
    )
    answers = {row["complaint__brand__provider"]: (row["met"], row["late"]) for row in over}
    found = {}
    for brand, provider in owners.items():
        met, late = answers.get(provider, (0, 0))
        size = max(consents.get(brand, 0), recipients.get(brand, 0))
        found[brand] = BrandNumbers(complaints.get(brand, 0), size, met + late, met)
    return found
