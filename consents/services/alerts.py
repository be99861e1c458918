"""Refusals that a provider has to act upon (R-R2): raised with the refusal, closed when it is taken back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from consents.enums import WebhookEvent
from consents.models import RefusalAlert
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.selectors import business_calendar

from .webhook_feed import announce

_COUNT = """
    INSERT INTO consents_refusalcounter AS counter (provider_id, due_on, total)
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[])
    ON CONFLICT (provider_id, due_on) DO UPDATE SET total = counter.total + excluded.total
"""


def stop_by(moment: datetime) -> date:
    """R-R2: the last day on which a provider may still stop after a refusal."""
    return business_calendar().add(moment.astimezone(ISTANBUL).date(), settings.REGISTRY["STOP_BUSINESS_DAYS"])


def raise_alerts(alerts: Sequence[RefusalAlert]) -> None:
    """Write new alerts and count them; the last statements of the refusal's transaction."""
    RefusalAlert.objects.bulk_create(alerts)
    _announce_wishes([alert for alert in alerts if alert.wish_id is not None])
    move_counters((alert.provider_id, alert.due_on, 1) for alert in alerts)


def _announce_wishes(alerts: Sequence[RefusalAlert]) -> None:
    """R-Z8: a wish is no event of the ledger, so programs hear of it here; of refusals the ledger tells them."""
    most = settings.REGISTRY["WEBHOOK_BATCH"]
    by_brand = sorted(alerts, key=lambda alert: (alert.provider_id, alert.brand_id, alert.pk))
    for (provider_id, brand_id), rows in groupby(by_brand, key=lambda alert: (alert.provider_id, alert.brand_id)):
        numbers = [alert.pk for alert in rows]
        for start in range(0, len(numbers), most):
            refs = numbers[start : start + most]
            announce(WebhookEvent.WISH, provider_id=provider_id, brand_id=brand_id, now=timezone.now(), refs=refs)


def close_alerts(alerts: Iterable[RefusalAlert], *, moment: datetime) -> None:
    """The recipients took these refusals back. The caller holds the alerts' locks."""
    alerts = list(alerts)
    RefusalAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(taken_back_at=moment)
    move_counters((alert.provider_id, alert.due_on, -1) for alert in alerts if alert.open)


def move_counters(moves: Iterable[tuple[int, date, int]]) -> None:
    """Move the counters of open refusals, in key order; a move is (provider, day, how many)."""
    deltas: Counter[tuple[int, date]] = Counter()
    for provider_id, day, total in moves:
        deltas[provider_id, day] += total
    rows = sorted((key, delta) for key, delta in deltas.items() if delta)
    if rows:
        with connection.cursor() as cursor:
            values: list[Any] = [[key[0] for key, _ in rows], [key[1] for key, _ in rows], [delta for _, delta in rows]]
            cursor.execute(_COUNT, values)
