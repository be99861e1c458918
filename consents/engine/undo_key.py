"""What one key wrote is taken back: counter-events, nothing is deleted (R-L6)."""

import json
from datetime import date
from typing import Any

from django.db import connection

from consents.enums import WayIn
from consents.models import KeyUndo
from consents.written_moments import microseconds
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, end_of_day

from . import statements
from .terms import hmac_pads
from .write import PLAN_BY_KEY, move_counters, move_notice_counters

CHUNK = 2_000  # events


def undo_chunk(item: KeyUndo, *, final: int, actor: Actor) -> dict[str, int] | None:
    """Undo the next chunk up to the number `final`: how many by `UndoOutcome`; None where nothing is left.

    The caller holds the row, and saves `seen_event` that moved on.

    Locks the consents in key order, then their notices.
    """
    inner, outer = hmac_pads()
    day = item.moment.astimezone(ISTANBUL).date()
    values: dict[str, Any] = {
        "key": item.key_id,
        "brand": item.brand_id,
        "since": item.since,
        "until": item.until,
        "seen": item.seen_event,
        "final": final,
        "limit": CHUNK,
        "act_job": item.job_id,
        "way": int(WayIn.API),
        "end_of_day": end_of_day(day),
        "moment": item.moment,
        "moment_us": microseconds(item.moment),
        "actor_kind": int(actor.kind),
        "actor_id": actor.id,
        "include_refusals": item.include_refusals,
        "hmac_inner": inner,
        "hmac_outer": outer,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        cursor.execute(statements.NEXT_OF_KEY, values)
        first, last = cursor.fetchone()
        if first is None:
            return None
        values |= {"first_event": first, "last_event": last}
        cursor.execute(statements.LOCK_FOR_KEY_UNDO, values)
        cursor.execute(statements.LOCK_NOTICES_OF_KEY, values)
        cursor.execute(statements.UNDO_KEY, values)
        found, moves, _first, _last, notices = cursor.fetchone()
        changed = [(date.fromisoformat(on), *rest) for on, *rest in json.loads(notices)]
        move_notice_counters(cursor, item.brand_id, changed)
        move_counters(cursor, item.brand_id, moves)
    item.seen_event = last
    return {str(code): total for code, total in json.loads(found or "[]")}
