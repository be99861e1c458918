"""Cut the staged rows of an import into chunks and run them, each one transaction, each once."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import groupby, pairwise
from threading import Barrier
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from consents.models import Consent, ConsentImport, ImportChunk, ImportProblem
from iys_portal.core.jobs import JobLost

from .terms import Terms
from .write import ChunkResult, judge_chunk

log = logging.getLogger(__name__)
Position = tuple[str, int, int]
START: Position = ("", 0, 0)
END: Position = ("\U0010ffff", 2_147_483_647, 32_767)
HEAVY_ROWS = 500  # rows of one address from which it gets chunks of its own
MAX_TRIES = 5
ALONE_FROM = 2
"""From this try on a chunk keeps other writers out, for its half second: new consents keep falling into it."""
CHECK, APPLY = int(ImportChunk.Phase.CHECK), int(ImportChunk.Phase.APPLY)

# Every HEAVY_ROWS-th row of the next chunk: two equal neighbours are an address with very many rows.
_MARKS = """
    SELECT recipient, line, channel FROM (
        SELECT recipient, line, channel, row_number() OVER (ORDER BY recipient, line, channel) AS place
        FROM (SELECT recipient, line, channel FROM consents_stagedrow
              WHERE import_id = %s AND (recipient, line, channel) > (%s, %s, %s)
              ORDER BY recipient, line, channel LIMIT %s) part
    ) numbered WHERE place %% %s = 0 OR place = 1
"""


_ALONE = f"LOCK TABLE {Consent._meta.db_table} IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True)
class Chunk:
    """Rows after one position up to another. `heavy` chunks cut one address's rows."""

    number: int
    after: Position
    upto: Position
    heavy: bool

    @property
    def bounds(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "after_recipient": self.after[0],
            "after_line": self.after[1],
            "after_channel": self.after[2],
            "upto_recipient": self.upto[0],
            "upto_line": self.upto[1],
            "upto_channel": self.upto[2],
        }


def plan(import_id: int, size: int) -> Iterator[Chunk]:
    """The chunks of an import in key order; the same staged rows always give the same chunks.

    A chunk ends with all rows of its last address, so that repeated keys are judged together; an address
    with more than `HEAVY_ROWS` rows is cut into chunks of that many, because each of its rows is a level
    of the engine's recursion.
    """
    after, number = START, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_MARKS, [import_id, *after, size, HEAVY_ROWS])
            marks = cursor.fetchall()
        if not marks:
            return
        upto, heavy = _cut(marks, size)
        number += 1
        yield Chunk(number, after, upto, heavy)
        after = upto


def _cut(marks: list[Position], size: int) -> tuple[Position, bool]:
    for before, mark in pairwise(marks):
        if before[0] != mark[0]:
            continue
        if before == marks[0]:
            return mark, True
        # All before the heavy address; its own rows begin the next chunk.
        return (before[0], 0, 0), False
    if len(marks) <= size // HEAVY_ROWS:
        return END, False
    return (marks[-1][0], END[1], END[2]), False


def run_chunks(
    item: ConsentImport,
    terms: Terms,
    *,
    phase: ImportChunk.Phase,
    progress: Callable[[int], None],
) -> Counter[int]:
    """Judge (and for APPLY write) every chunk that is not done yet; returns the counts by code of all.

    Several writers work side by side on neighbouring chunks (setting IMPORT_WRITERS); their keys differ.
    Raises what a chunk raised; what was committed stays and is skipped by the next run.
    """
    done = {
        row.number: row for row in ImportChunk.objects.filter(import_id=item.pk, phase=phase).defer("lines", "verdicts")
    }
    counts: Counter[int] = Counter()
    for row in done.values():
        counts.update({int(code): total for code, total in row.counts.items()})
    todo = (chunk for chunk in plan(item.pk, settings.REGISTRY["IMPORT_CHUNK_ROWS"]) if chunk.number not in done)
    if phase == ImportChunk.Phase.CHECK:
        results = _checked(item, terms, todo)
    else:
        results = _side_by_side(todo, lambda chunk: _apply(item, terms, chunk))
    for result in results:
        counts.update(result.counts)
        progress(sum(counts.values()))
    return counts


def _side_by_side(chunks: Iterator[Chunk], work: Callable[[Chunk], ChunkResult]) -> Iterator[ChunkResult]:
    writers = settings.REGISTRY["IMPORT_WRITERS"]
    if writers == 1:
        yield from map(work, chunks)
        return

    everyone = Barrier(writers)

    def leave() -> None:
        everyone.wait()
        connection.close()

    with ThreadPoolExecutor(writers) as pool:
        running: set[Future[ChunkResult]] = set()
        try:
            for chunk in chunks:
                # A heavy address's chunks follow one another: each builds on the state the former left.
                if chunk.heavy:
                    yield from _finish(running)
                running.add(pool.submit(work, chunk))
                if chunk.heavy or len(running) > writers:
                    ready, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            yield from _finish(running)
        finally:
            for future in running:
                future.cancel()
            wait(running)
            # Each thread closes its own connection: the barrier keeps one from taking two turns.
            wait([pool.submit(leave) for _ in range(writers)])


def _finish(running: set[Future[ChunkResult]]) -> Iterator[ChunkResult]:
    ready, _ = wait(running)
    running.clear()
    yield from (future.result() for future in ready)


def _apply(item: ConsentImport, terms: Terms, chunk: Chunk) -> ChunkResult:
    for attempt in range(MAX_TRIES):
        try:
            with transaction.atomic():
                if attempt >= ALONE_FROM:
                    _keep_others_out()
                result = judge_chunk(terms, {"import": item.pk, **chunk.bounds}, write=True, phase=APPLY)
                _keep(item, chunk, result, ImportChunk.Phase.APPLY)
                return result
        except IntegrityError:
            # Either another worker did this very chunk, or somebody created one of its consents meanwhile.
            if ImportChunk.objects.filter(
                import_id=item.pk, phase=ImportChunk.Phase.APPLY, number=chunk.number
            ).exists():
                raise JobLost(terms.job_id) from None
            if attempt == MAX_TRIES - 1:
                raise
            log.info("chunk_retried import=%s number=%s", item.pk, chunk.number)
    raise AssertionError("unreachable")


def _keep_others_out() -> None:
    """Whoever writes is let end, and others wait for this transaction; readers do not notice."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)


def _checked(item: ConsentImport, terms: Terms, chunks: Iterator[Chunk]) -> Iterator[ChunkResult]:
    """Judge without writing. The pieces of a heavy address are rehearsed together, for each needs the one before."""
    for heavy_address, group in groupby(chunks, key=lambda chunk: chunk.upto[0] if chunk.heavy else None):
        if heavy_address is not None:
            log.info("heavy_address import=%s", item.pk)
            yield from _rehearse(item, terms, list(group))
        else:
            yield from _side_by_side(group, lambda chunk: _check(item, terms, chunk))


def _check(item: ConsentImport, terms: Terms, chunk: Chunk) -> ChunkResult:
    with transaction.atomic():
        result = judge_chunk(terms, {"import": item.pk, **chunk.bounds}, write=False, phase=CHECK)
        _keep(item, chunk, result, ImportChunk.Phase.CHECK)
    return result


def _rehearse(item: ConsentImport, terms: Terms, chunks: list[Chunk]) -> list[ChunkResult]:
    """Write a heavy address's rows, keep what was judged, and roll the writing back."""
    results: list[ChunkResult] = []
    with transaction.atomic():
        before = ImportProblem.objects.filter(import_id=item.pk).aggregate(last=Max("pk"))["last"] or 0
        with transaction.atomic():
            for chunk in chunks:
                bounds = {"import": item.pk, **chunk.bounds}
                results.append(judge_chunk(terms, bounds, write=True, phase=CHECK, counters=False))
            found = list(ImportProblem.objects.filter(import_id=item.pk, phase=CHECK, pk__gt=before))
            transaction.set_rollback(True)
        ImportProblem.objects.bulk_create(found)
        for chunk, result in zip(chunks, results, strict=True):
            _keep(item, chunk, result, ImportChunk.Phase.CHECK)
    return results


def _keep(item: ConsentImport, chunk: Chunk, result: ChunkResult, phase: ImportChunk.Phase) -> None:
    ImportChunk.objects.create(
        import_id=item.pk,
        phase=phase,
        number=chunk.number,
        last_recipient=chunk.upto[0],
        last_line=chunk.upto[1],
        last_channel=chunk.upto[2],
        rows=len(result.lines) // 4,
        counts={str(code): total for code, total in result.counts.items()},
        lines=result.lines,
        verdicts=result.verdicts,
        notices=result.told,
        first_event=result.first_event,
        last_event=result.last_event,
    )
