"""What both undos do with the consents that they touch: lock, append counter-events, move the counters (R-L6)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from consents.enums import WayIn
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, end_of_day

from .terms import act_parameters
from .write import PLAN_BY_KEY, move_counters, move_notice_counters


@dataclass(frozen=True)
class Undone:
    """Consents by `UndoOutcome`, and the first and last counter-event."""

    counts: dict[int, int]
    first_event: int | None = None
    last_event: int | None = None


def undo_parameters(brand_id: int, *, actor: Actor, way: WayIn, moment: datetime) -> dict[str, Any]:
    day = moment.astimezone(ISTANBUL).date()
    return {**act_parameters(brand_id, actor=actor, way=way, moment=moment), "end_of_day": end_of_day(day)}


def undo_touched(locks: Sequence[str], undo: str, values: dict[str, Any]) -> Undone:
    """Run the statements of one chunk inside the caller's transaction; `values` as `undo_parameters` begins them."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        for lock in locks:
            cursor.execute(lock, values)
        cursor.execute(undo, values)
        found, moves, first, last, notices = cursor.fetchone()
        changed = [(date.fromisoformat(day), *rest) for day, *rest in json.loads(notices)]
        move_notice_counters(cursor, values["brand"], changed)
        move_counters(cursor, values["brand"], moves)
    return Undone(dict(json.loads(found or "[]")), first, last)
