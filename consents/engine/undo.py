"""Undo of an import: counter-events, nothing is deleted (R-L6)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from consents.enums import WayIn
from consents.models import ConsentImport, ImportChunk
from iys_portal.core.actors import Actor

from . import statements
from .undoing import Undone, undo_parameters, undo_touched

PHASE = ImportChunk.Phase.UNDO
LOCKS = (statements.LOCK_FOR_UNDO, statements.LOCK_NOTICES_FOR_UNDO)


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
    values = {
        **undo_parameters(item.brand_id, actor=actor, way=WayIn.IMPORT, moment=moment),
        "import": item.pk,
        "job": item.apply_job_id,
        "act_job": item.undo_job_id,
        "first_event": chunk.first_event,
        "last_event": chunk.last_event,
        "include_refusals": include_refusals,
    }
    done = Undone({})
    with transaction.atomic():
        if chunk.first_event is not None:
            done = undo_touched(LOCKS, statements.UNDO, values)
        ImportChunk.objects.create(
            import_id=item.pk,
            phase=PHASE,
            number=chunk.number,
            last_recipient=chunk.last_recipient,
            last_line=chunk.last_line,
            last_channel=chunk.last_channel,
            rows=sum(done.counts.values()),
            counts={str(code): total for code, total in done.counts.items()},
            lines=b"",
            verdicts=b"",
            first_event=done.first_event,
            last_event=done.last_event,
        )
    return done.counts
