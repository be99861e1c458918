"""The change feed: events of some brands in the order of their numbers, each exactly once (R-R2; docs/day-files.md).

Only events under a seal are told: nothing with a lower number can come behind them any more, so a cursor never skips.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from consents.enums import EventKind
from consents.models import ConsentEvent, LedgerSeal

SEALS = 64  # of a window: numbers are found by block ranges, so a read stays within its seals
WINDOWS = 32  # of one call


@dataclass(frozen=True)
class Changes:
    """Events in order. Go on from `cursor`; `more` says that it is worth asking again at once."""

    events: list[ConsentEvent]
    cursor: int
    more: bool


def changes_after(
    cursor: int, *, brands: Collection[int], limit: int, only: Q | None = None, kinds: Collection[int] = ()
) -> Changes:
    """At most `limit` events behind a cursor (0: from the beginning) that are final; `only` narrows them further.

    Where the brands are quiet, a call ends after `WINDOWS` windows with fewer events and a cursor that moved on.
    """
    found: list[ConsentEvent] = []
    for _window in range(WINDOWS):
        # By the number of seals, not of events: events per seal are bounded (SEAL_ROWS).
        ends = _ends(cursor)
        if not ends:
            return Changes(found, cursor, more=False)
        rows = ConsentEvent.objects.filter(event_id__gt=cursor, event_id__lte=ends[-1], brand_id__in=list(brands))
        rows = rows.filter(kind__in=kinds) if kinds else rows.exclude(kind=EventKind.ERASURE)  # about nobody (R-L5)
        if only is not None:
            rows = rows.filter(only)
        found += rows.order_by("event_id")[: limit - len(found)]
        if len(found) >= limit:
            return Changes(found, found[-1].event_id, more=True)
        cursor = ends[-1]
    return Changes(found, cursor, more=True)


def _ends(cursor: int) -> list[int]:
    """The last events of the next seals that hold events behind the cursor."""
    first = LedgerSeal.objects.filter(last_event__gt=cursor).order_by("number").first()
    if first is None:
        return []
    window = LedgerSeal.objects.filter(number__gte=first.number, number__lt=first.number + SEALS)
    return list(window.order_by("number").values_list("last_event", flat=True))


def last_final() -> int:
    """The last event under a seal, behind which nothing is told yet."""
    return LedgerSeal.objects.order_by("-number").values_list("last_event", flat=True).first() or 0


def cursor_before(moment: datetime) -> int:
    """A cursor behind which stands everything that was registered from a moment on, and perhaps a little before it."""
    seal = LedgerSeal.objects.filter(sealed_at__lt=moment).order_by("-number").first()
    return seal.last_event if seal and seal.last_event else 0


def transactions() -> tuple[int, int]:
    """The oldest transaction that may still be under way, and the first that has not begun."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
            " FROM (SELECT pg_current_snapshot() AS s) now"
        )
        oldest, coming = cursor.fetchone()
    return oldest, coming
