"""What one key wrote is taken back: counter-events, nothing is deleted (R-L6)."""

from typing import Any

from django.db import connection

from consents.enums import WayIn
from consents.models import KeyUndo
from iys_portal.core.actors import Actor

from . import statements
from .undoing import undo_parameters, undo_touched
from .write import PLAN_BY_KEY

CHUNK = 2_000  # events
LOCKS = (statements.LOCK_FOR_KEY_UNDO, statements.LOCK_NOTICES_OF_KEY)


def undo_chunk(item: KeyUndo, *, final: int, actor: Actor) -> dict[str, int] | None:
    """Undo the next chunk up to the number `final`: how many by `UndoOutcome`; None where nothing is left.

    The caller holds the row, and saves `seen_event` that moved on. Locks the consents in key order, then their notices.
    """
    values: dict[str, Any] = {
        **undo_parameters(item.brand_id, actor=actor, way=WayIn.API, moment=item.moment),
        "key": item.key_id,
        "since": item.since,
        "until": item.until,
        "seen": item.seen_event,
        "final": final,
        "limit": CHUNK,
        "act_job": item.job_id,
        "include_refusals": item.include_refusals,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        cursor.execute(statements.NEXT_OF_KEY, values)
        first, last = cursor.fetchone()
    if first is None:
        return None
    done = undo_touched(LOCKS, statements.UNDO_KEY, {**values, "first_event": first, "last_event": last})
    item.seen_event = last
    return {str(code): total for code, total in done.counts.items()}
