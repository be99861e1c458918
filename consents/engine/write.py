"""Run the engine's statements on one set of rows, inside the caller's transaction."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from consents.enums import NoticeState
from consents.erased import any_erased
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.jobs import nudge
from providers.selectors import held_channels

from . import statements
from .terms import Terms, parameters

SEND_NOTICES = "consents.send_notices"
# A chunk must find its keys by index; a planner's hash or merge join over the whole table halves the speed.
# The transaction shows itself before it takes event numbers, so that no seal passes it by (docs/seals.md).
PLAN_BY_KEY = (
    "SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;"
    " SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_generic_plan; SELECT pg_current_xact_id()"
)


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk did; `lines` and `verdicts` are packed big-endian int4 and int2, one a row."""

    counts: dict[int, int]
    lines: bytes
    verdicts: bytes
    first_event: int | None
    last_event: int | None
    told: dict[str, int]  # how many people are told, by `told_key`


def judge_chunk(terms: Terms, bounds: dict[str, Any], *, write: bool, phase: int, counters: bool = True) -> ChunkResult:
    """Judge the staged rows between two positions and, for an apply, write what is accepted.

    An integrator's grants are held first (R-P12): rows of a channel that is not granted any more are refused. Locks the
    existing consents of the chunk in key order; the counters are the last rows touched. A rehearsal
    that is rolled back leaves the counters alone.
    """
    granted = held_channels(terms.actor, terms.brand_id, now=timezone.now())
    values = {**parameters(terms), **bounds, "phase": phase, "granted": granted}
    source = statements.FROM_STAGE
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        if write:
            cursor.execute(statements.LOCK.format(source=source), values)
        sql = sql_of(cursor, terms, source, write=write, bounded=granted is not None)
        cursor.execute(sql + statements.PROBLEMS + statements.SUMMARY, values)
        counts, moves, days, lines, verdicts, first, last, told = cursor.fetchone()
        if write and counters:
            count(cursor, terms, moves, days, told)
    return ChunkResult(
        counts={int(code): total for code, total in json.loads(counts).items()},
        lines=bytes(lines or b""),
        verdicts=bytes(verdicts or b""),
        first_event=first,
        last_event=last,
        told=told_counts(told),
    )


def sql_of(cursor: Any, terms: Terms, source: str, *, write: bool, bounded: bool) -> str:
    """The statement that judges the rows of a source and, where it writes, writes them; a summary follows.

    Asked after the locks: an address that was forgotten before is found by its hash, and none is forgotten meanwhile.
    """
    erased = any_erased(cursor, terms.brand_id)
    number = statements.NEXT_EVENT if write else statements.NO_EVENT
    return statements.judge_sql(source, number, erased=erased, bounded=bounded) + told_sql(
        terms, write=write, erased=erased
    )


def told_sql(terms: Terms, *, write: bool, erased: bool) -> str:
    """The statement's part that says who is told and, where it writes, puts the notices into the outbox."""
    if not terms.tells:
        return statements.TOLD_NOBODY + (statements.write_sql(erased=erased) if write else "")
    told = statements.TOLD_WITH_OWN if terms.own_notices else statements.TOLD
    if not write:
        return told
    return (
        told
        + statements.write_sql(erased=erased)
        + (statements.NOTICES if terms.job_id is None else statements.NOTICE_BATCH)
    )


def told_counts(told: str) -> dict[str, int]:
    """How many people are told, by `told_key`: whom no text reaches counts once, whenever the day was."""
    counts: Counter[str] = Counter()
    for means, state, later, total in json.loads(told):
        counts[told_key(means, state, later=later)] += total
    return dict(counts)


def told_key(means: int, state: int, *, later: bool) -> str:
    """Name of a count of people to be told: `mail`, `text`, `text_later` (registered later) or `untellable`."""
    if state == NoticeState.UNTELLABLE:
        return "untellable"
    return Means(means).name.lower() + ("_later" if later else "")


def count(cursor: Any, terms: Terms, moves: str, days: str, told: str) -> None:
    """Move the counters of a batch by one statement, and see to it that the notices leave after the commit."""
    day = terms.moment.astimezone(ISTANBUL).date()
    found = json.loads(told)
    for means in sorted({row[0] for row in found if row[1] == NoticeState.WAITING}):
        nudge(SEND_NOTICES, int(terms.lane), means)
    notices = _notice_values((day, means, state, total) for means, state, _, total in found)
    values = {"brand": terms.brand_id, "day": day} | notices | _counter_values(moves) | _day_values(days)
    cursor.execute(statements.COUNT_BATCH, values)


def move_notice_counters(cursor: Any, brand_id: int, moves: Iterable[tuple[date, int, int, int]]) -> None:
    """Move a brand's counters of notices in key order; a move is (day, means, state, how many)."""
    if (values := _notice_values(moves))["means"]:
        cursor.execute(statements.NOTICE_COUNTERS, {"brand": brand_id} | values)


def move_counters(cursor: Any, brand_id: int, moves: str) -> None:
    """Move a brand's counters in key order: the last statement of a writing transaction.

    `moves` is the JSON of `statements._COUNTER_CHANGES`.
    """
    if (values := _counter_values(moves))["types"]:
        cursor.execute(statements.COUNTERS, {"brand": brand_id} | values)


def _notice_values(moves: Iterable[tuple[date, int, int, int]]) -> dict[str, list[Any]]:
    deltas: Counter[tuple[date, int, int]] = Counter()
    for day, means, state, total in moves:
        deltas[day, means, state] += total
    rows = sorted((*key, delta) for key, delta in deltas.items() if delta)
    return _columns(rows, "notice_days", "means", "states", "notice_deltas")


def _counter_values(moves: str) -> dict[str, list[Any]]:
    deltas: Counter[tuple[int, int, int, int]] = Counter()
    for channel, recipient_type, status0, holds0, status, holds, total in json.loads(moves):
        if status0:
            deltas[channel, recipient_type, status0, holds0] -= total
        deltas[channel, recipient_type, status, holds] += total
    rows = sorted((*key, delta) for key, delta in deltas.items() if delta)
    return _columns(rows, "channels", "types", "statuses", "holds", "deltas")


def _day_values(days: str) -> dict[str, list[Any]]:
    return _columns(sorted(json.loads(days)), "day_channels", "day_statuses", "verdicts", "totals")


def _columns(rows: Sequence[Sequence[Any]], *names: str) -> dict[str, list[Any]]:
    """Rows as one list for each column, as `unnest` takes them."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
