"""The outbox of notices (design 5): unfold, claim with a lease, record what became of each.

A claim is committed before anything is sent, with the message id and the hash of the link's token in it. A worker that
dies leaves a lease that runs out; the next one sends under the same message id (R-M5).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from consents.engine import statements
from consents.engine.terms import mobile_pattern
from consents.engine.write import move_notice_counters
from consents.enums import Lane, NoticeKind, NoticeState
from consents.models import NoticeLink, NoticePace
from consents.selectors.links import token_hash
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.delivery import LEASE
from iys_portal.core.enums import Means

SLICE = 500  # notices unfolded at a time
LARGEST_CLAIM = 50
AHEAD = timedelta(milliseconds=100)  # how early a claim may take its turn
TOKEN_BYTES = 16

_CLAIM = """
    WITH due AS (
        SELECT event_id FROM consents_notice
        WHERE lane = %(lane)s AND means = %(means)s AND state <= 2 AND next_try_at <= %(now)s
        ORDER BY next_try_at, event_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE consents_notice n SET state = 2, next_try_at = %(lease)s, attempts = attempts + 1,
        message_id = coalesce(message_id, '<n.' || gen_random_uuid() || '@' || %(host)s || '>')
    FROM due WHERE n.event_id = due.event_id
    RETURNING n.event_id, n.kind, n.means, n.brand_id, n.recipient, n.registered_at, n.due_at, n.attempts,
        n.message_id, n.corrects
"""

_OPEN_BATCH = """
    SELECT id, job_id, brand_id, registered_at, initial_before,
        events[unfolded + 1 : unfolded + %(limit)s], own_notices_at[unfolded + 1 : unfolded + %(limit)s],
        own_notice_means[unfolded + 1 : unfolded + %(limit)s]
    FROM consents_noticebatch
    WHERE unfolded < total AND {which}
    ORDER BY number, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""

# One notice leaves the queue, or goes back into it: only for the claim that was made with this lease.
_SETTLE = """
    WITH settled AS (
        UPDATE consents_notice SET state = %(state)s, sent_at = %(sent_at)s, answer = coalesce(%(answer)s, answer),
            next_try_at = %(next_try_at)s, attempts = attempts - %(forgiven)s
        WHERE event_id = %(event)s AND state = 2 AND next_try_at = %(lease)s
        RETURNING event_id, recipient, brand_id, means, state,
            (registered_at AT TIME ZONE 'Europe/Istanbul')::date AS day
    ), counted AS (
        INSERT INTO consents_noticecounter AS counter (brand_id, day, means, state, total)
        SELECT brand_id, day, means, moved.state, moved.delta
        FROM settled CROSS JOIN (VALUES (1::smallint, -1::bigint), (%(state)s::smallint, 1)) AS moved(state, delta)
        WHERE %(state)s > 2
        ORDER BY brand_id, day, means, moved.state
        ON CONFLICT (brand_id, day, means, state) DO UPDATE SET total = counter.total + excluded.total
    ), reported AS ({report})
    SELECT count(*) FROM settled
"""
_REPORT = statements.NOTICE_REPORT.format(told="(SELECT * FROM settled WHERE state > 2)")


@dataclass(frozen=True)
class Claimed:
    """A notice that this worker may send until `lease`. `token` opens its link; only its hash is stored."""

    event_id: int
    kind_code: int
    means_code: int
    brand_id: int
    recipient: str
    registered_at: datetime
    due_at: datetime
    attempts: int
    message_id: str
    corrects: int | None
    lease: datetime
    token: str

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind(self.kind_code)

    @property
    def means(self) -> Means:
        return Means(self.means_code)

    def timing(self, sent_at: datetime) -> NoticeState:
        """R-M1: the same calendar day, or late, or the day was over when the consent was registered."""
        if self.due_at <= self.registered_at:
            return NoticeState.REGISTERED_LATER
        return NoticeState.ON_TIME if sent_at < self.due_at else NoticeState.LATE


def rate_of(means: Means) -> float:
    """R-M6: messages a second that the bulk lane may send by these means, over all workers."""
    name = "NOTICE_MAILS_PER_SECOND" if means is Means.MAIL else "NOTICE_TEXTS_PER_SECOND"
    return float(settings.REGISTRY[name])


def claim(lane: Lane, means: Means, *, now: datetime) -> tuple[list[Claimed], timedelta | None]:
    """Take the next due notices; what is left of the bulk lane's pause where it has one, else None.

    The bulk lane moves its pace by what it took, under the pace's lock: over all workers it sends steadily (R-M6).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")  # the message id has to outlive a crash
        if lane is Lane.SINGLE:
            return _claim(cursor, lane, means, limit=LARGEST_CLAIM, now=now), None
        NoticePace.objects.get_or_create(means=means, defaults={"free_from": now})
        pace = NoticePace.objects.select_for_update(of=("self",)).get(means=means)
        if pace.free_from - now > AHEAD:
            return [], pace.free_from - now
        rate = rate_of(means)
        limit = max(1, min(LARGEST_CLAIM, int(rate / 2)))
        claimed = _claim(cursor, lane, means, limit=limit, now=now)
        if len(claimed) < limit and unfold(means):
            claimed += _claim(cursor, lane, means, limit=limit - len(claimed), now=now)
        if claimed:
            pace.free_from = max(pace.free_from, now) + timedelta(seconds=len(claimed) / rate)
            pace.save(update_fields=["free_from"])
        return claimed, None


def _claim(cursor: Any, lane: Lane, means: Means, *, limit: int, now: datetime) -> list[Claimed]:
    lease = now + LEASE
    values = {"lane": int(lane), "means": int(means), "now": now, "limit": limit, "lease": lease, "host": _host()}
    cursor.execute(_CLAIM, values)
    rows: list[list[Any]] = [[*row, lease, secrets.token_urlsafe(TOKEN_BYTES)] for row in cursor.fetchall()]
    claimed = [Claimed(*row) for row in rows]
    NoticeLink.objects.bulk_create(
        NoticeLink(
            token_hash=token_hash(one.token),
            notice_id=one.event_id,
            recipient=one.recipient,
            brand_id=one.brand_id,
            registered_at=one.registered_at,
            created_at=now,
        )
        for one in claimed
        if one.kind is not NoticeKind.CORRECTION
    )
    return claimed


def _host() -> str:
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"


def unfold(means: Means, *, limit: int = SLICE) -> int:
    """Make rows of the next notices of an import; returns how many, 0 where every batch is unfolded."""
    return _unfold("means = %(means)s", {"means": int(means)}, limit=limit)


def unfold_all(job_id: int) -> int:
    """Make rows of all notices of an import, before it is undone or shown; returns how many."""
    total = 0
    while made := _unfold("job_id = %(job)s", {"job": job_id}, limit=10 * SLICE):
        total += made
    return total


def _unfold(which: str, values: dict[str, Any], *, limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN_BATCH.format(which=which), {**values, "limit": limit})
        found = cursor.fetchone()
        if found is None:
            return 0
        batch, job, brand, moment, initial_before, events, own_at, own_means = found
        asked = {
            "events": events,
            "own_at": own_at or [None] * len(events),
            "own_means": own_means or [None] * len(events),
            "first": events[0],
            "last": events[-1],
            "job": job,
            "brand": brand,
            "moment": moment,
            "initial_before": initial_before,
            "text_pattern": mobile_pattern(),
        }
        cursor.execute(statements.UNFOLD, asked)
        gone = [by for by, state in cursor.fetchall() if state == NoticeState.CANCELLED]
        cursor.execute("UPDATE consents_noticebatch SET unfolded = unfolded + %s WHERE id = %s", [len(events), batch])
        day = moment.astimezone(ISTANBUL).date()
        moves = [
            (state, by, delta)
            for by in gone
            for state, delta in ((NoticeState.WAITING, -1), (NoticeState.CANCELLED, 1))
        ]
        move_notice_counters(cursor, brand, [(day, by, int(state), delta) for state, by, delta in moves])
        return len(events)


def settle(one: Claimed, state: NoticeState, *, answer: str, sent_at: datetime | None = None) -> bool:
    """Record the end of a notice; False where the lease was lost meanwhile."""
    return _settle(one, state, answer=answer, sent_at=sent_at, next_try_at=one.lease, forgiven=0)


def put_back(one: Claimed, *, at: datetime, answer: str | None = None, forgiven: bool = False) -> bool:
    """Return a notice to the queue, to be tried at `at`; `forgiven` where the try does not count."""
    return _settle(one, NoticeState.WAITING, answer=answer, sent_at=None, next_try_at=at, forgiven=int(forgiven))


def put_all_back(claimed: Sequence[Claimed], *, at: datetime) -> None:
    """Return notices that were not tried."""
    for one in claimed:
        put_back(one, at=at, forgiven=True)


def _settle(
    one: Claimed,
    state: NoticeState,
    *,
    answer: str | None,
    sent_at: datetime | None,
    next_try_at: datetime,
    forgiven: int,
) -> bool:
    values: dict[str, Any] = {
        "event": one.event_id,
        "lease": one.lease,
        "state": int(state),
        "sent_at": sent_at,
        "answer": answer and answer[:500],
        "next_try_at": next_try_at,
        "forgiven": forgiven,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(report=_REPORT), values)
        return bool(cursor.fetchone()[0])
