"""Undo of an import: counter-events, nothing is deleted (R-L6)."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from django.db import connection, transaction

from consents.enums import WayIn
from consents.models import ConsentImport, ImportChunk
from consents.written_moments import microseconds
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, end_of_day

from . import statements
from .terms import hmac_pads
from .write import PLAN_BY_KEY, move_counters, move_notice_counters

PHASE = ImportChunk.Phase.UNDO


def undo_chunks(
    item: ConsentImport,
    *,
    actor: Actor,
    moment: datetime,
    include_refusals: bool,
    progress: Callable[[int], None],
) -> Counter[int]:
    """Append a counter-event for each consent that the import left as it is now; one transaction per chunk.

    Returns how many by `UndoOutcome`. Chunks done by an earlier run are skipped.
    """
    done = {row.number: row for row in ImportChunk.objects.filter(import_id=item.pk, phase=PHASE)}
    counts: Counter[int] = Counter()
    for row in done.values():
        counts.update({int(code): total for code, total in row.counts.items()})
    applied = ImportChunk.objects.filter(import_id=item.pk, phase=ImportChunk.Phase.APPLY).order_by("number")
    for chunk in applied.defer("lines", "verdicts").iterator():
        if chunk.number in done:
            continue
        counts.update(_undo(item, chunk, actor, moment, include_refusals=include_refusals))
        progress(sum(counts.values()))
    return counts


def _undo(
    item: ConsentImport, chunk: ImportChunk, actor: Actor, moment: datetime, *, include_refusals: bool
) -> dict[int, int]:
    inner, outer = hmac_pads()
    values = {
        "import": item.pk,
        "brand": item.brand_id,
        "job": item.apply_job_id,
        "act_job": item.undo_job_id,
        "way": int(WayIn.IMPORT),
        "end_of_day": end_of_day(moment.astimezone(ISTANBUL).date()),
        "first_event": chunk.first_event,
        "last_event": chunk.last_event,
        "moment": moment,
        "moment_us": microseconds(moment),
        "actor_kind": int(actor.kind),
        "actor_id": actor.id,
        "include_refusals": include_refusals,
        "hmac_inner": inner,
        "hmac_outer": outer,
    }
    counts: dict[int, int] = {}
    with transaction.atomic():
        if chunk.first_event is not None:
            with connection.cursor() as cursor:
                cursor.execute(PLAN_BY_KEY)
                cursor.execute(statements.LOCK_FOR_UNDO, values)
                cursor.execute(statements.LOCK_NOTICES_FOR_UNDO, values)
                cursor.execute(statements.UNDO, values)
                found, moves, first, last, notices = cursor.fetchone()
                changed = [(date.fromisoformat(day), *rest) for day, *rest in json.loads(notices)]
                move_notice_counters(cursor, item.brand_id, changed)
                move_counters(cursor, item.brand_id, moves)
            counts = dict(json.loads(found or "[]"))
        else:
            first = last = None
        ImportChunk.objects.create(
            import_id=item.pk,
            phase=PHASE,
            number=chunk.number,
            last_recipient=chunk.last_recipient,
            last_line=chunk.last_line,
            last_channel=chunk.last_channel,
            rows=sum(counts.values()),
            counts={str(code): total for code, total in counts.items()},
            lines=b"",
            verdicts=b"",
            first_event=first,
            last_event=last,
        )
    return counts
