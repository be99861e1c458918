"""The audit trail, newest first, a page at a time by key: the hundredth page costs what the first costs.

Entries stand in the order of their numbers, which is the order of their moments, give or take what the servers' clocks
differ. A day of the filter is therefore found by halving the numbers, with an hour to spare, and the moment itself is
asked again: no entry is missed as long as no clock is wrong by more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from consents.models import ConsentEvent
from consents.opaque import fingerprint
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry

from . import audit_words

PAGE = 50
SLICE = 2_000
CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True)
class Trail:
    """What the trail is narrowed to; empty means all."""

    group: str = ""
    provider_id: int | None = None
    doer: tuple[int, int] | None = None  # kind and number of the actor
    target_type: str = ""
    target_id: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class TrailPage:
    """Entries, newest first; `newer` and `older` are the numbers to go on from, None at the ends."""

    entries: list[AuditEntry] = field(default_factory=list)
    newer: int | None = None
    older: int | None = None


def trail_page(
    actor: Actor, trail: Trail, *, older_than: int | None = None, newer_than: int | None = None
) -> TrailPage:
    """One page of the trail beyond a number."""
    return _page(_narrowed(actor, trail), audit_words.verbs_of(trail.group), older_than, newer_than)


def _page(found: Any, verbs: list[str], older_than: int | None, newer_than: int | None) -> TrailPage:
    if newer_than is not None:
        rows = _first(found.filter(pk__gt=newer_than), verbs, "pk", PAGE + 1)
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        if not rows:
            return _page(found, verbs, None, None)
        return TrailPage(rows, rows[0].pk if more else None, rows[-1].pk)
    rows = _first(found.filter(pk__lt=older_than) if older_than else found, verbs, "-pk", PAGE + 1)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if not rows:
        return TrailPage()
    return TrailPage(rows, rows[0].pk if older_than else None, rows[-1].pk if more else None)


def _first(found: Any, verbs: list[str], order: str, limit: int) -> list[AuditEntry]:
    """The first rows in one order. Several verbs are walked each in its own index and merged."""
    if not verbs:
        return list(found.order_by(order)[:limit])
    parts = [found.filter(verb=verb).order_by(order)[:limit] for verb in verbs]
    merged: QuerySet[AuditEntry] = reduce(lambda left, right: left.union(right, all=True), parts)
    return list(merged.order_by("-id" if order == "-pk" else "id")[:limit])


def _narrowed(actor: Actor, trail: Trail) -> Any:
    found = AuditEntry.objects.visible_to(actor)
    if trail.provider_id is not None:
        found = found.filter(provider_id=trail.provider_id)
    if trail.doer is not None:
        found = found.filter(actor_kind=trail.doer[0], actor_id=trail.doer[1])
    if trail.target_type:
        found = found.filter(target_type=trail.target_type)
    if trail.target_id:
        found = found.filter(target_id=trail.target_id)
    if trail.since is not None:
        found = found.filter(pk__gte=_number_at(trail.since - CLOCKS_DIFFER), at__gte=trail.since)
    if trail.before is not None:
        found = found.filter(pk__lt=_number_at(trail.before + CLOCKS_DIFFER), at__lt=trail.before)
    return found


def _number_at(moment: datetime) -> int:
    """The number of the first entry at or after a moment, by halving: some two dozen look-ups by key."""
    ends = AuditEntry.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return 0
    low, high = ends["low"], ends["high"] + 1
    while low < high:
        middle = (low + high) // 2
        found = AuditEntry.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low


def trail_slices(actor: Actor, trail: Trail) -> Iterator[list[AuditEntry]]:
    """The whole narrowed trail for a file, newest first, in short queries of their own."""
    found, verbs, last = _narrowed(actor, trail), audit_words.verbs_of(trail.group), None
    while True:
        rows = _first(found.filter(pk__lt=last) if last else found, verbs, "-pk", SLICE)
        if rows:
            yield rows
            last = rows[-1].pk
        if len(rows) < SLICE:
            return


def person_page(
    actor: Actor, recipient: str, *, reads_only: bool, older_than: int | None = None, newer_than: int | None = None
) -> TrailPage:
    """Who read (or did anything to) the records of an address: by the numbers of its events and its keyed hash."""
    events = ConsentEvent.objects.visible_to(actor).filter(recipient=recipient).values_list("event_id", flat=True)
    about = Q(target_type="consents.consent", target_id__in=[str(number) for number in events])
    about |= Q(target_type="consents.search", target_id=fingerprint(recipient))
    found = AuditEntry.objects.visible_to(actor).filter(about)
    if reads_only:
        found = found.filter(verb__in=audit_words.verbs_of(audit_words.Group.READ))
    return _page(found, [], older_than, newer_than)


def address_of_event(actor: Actor, event_id: int) -> str | None:
    """The address that an event of the ledger is about."""
    found = ConsentEvent.objects.visible_to(actor).filter(event_id=event_id).order_by()
    return found.values_list("recipient", flat=True).first()
