"""Seal what has become final in ledger and audit log (R-L2). Runs every few seconds; never blocks a writer.

Numbers are given before commit. So a mark is set: the highest numbers given by now. A little later, when whoever took
such a number has shown itself to the database, the horizon is noted: the transactions that may still be under way. Once
all before the horizon have ended, every row up to the mark is either there or will never be, and is sealed. Rows that
commit out of order are thus neither skipped nor sealed twice (docs/seals.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consents.enums import Sealed
from consents.models import LedgerSeal, SealLeaves, SealMark
from consents.proof import form, keys, merkle
from consents.proof.leaves import Packed, end_of, leaves_between
from consents.selectors.feed import transactions

LOCK = 7_300_105
BATCH_SEALS = 32  # seals written in one transaction
NOTHING = Packed(b"", b"")


@dataclass(frozen=True)
class Sealing:
    """What a run did: seals written, rows under them, and whether rows up to an older mark still wait for somebody."""

    seals: int
    events: int
    entries: int
    waits: bool


def seal_ledger(*, now: datetime | None = None) -> Sealing:
    """Seal what is final, and set the next mark. One at a time: a second caller finds nothing to do.

    Committed in transactions of `BATCH_SEALS`; a crash leaves whole seals and the rest for the next run.
    """
    now = now or timezone.now()
    with transaction.atomic():
        if not _alone():
            return Sealing(0, 0, 0, waits=True)
        mark = SealMark.objects.select_for_update(of=("self",)).first()
        final = mark is not None and _is_final(mark, now)
    done = Sealing(0, 0, 0, waits=False)
    if final:
        assert mark is not None
        while (part := _seal_part(mark, now)) is not None and part.seals:
            done = Sealing(done.seals + part.seals, done.events + part.events, done.entries + part.entries, waits=False)
        if part is None:  # another sealer took over
            return Sealing(done.seals, done.events, done.entries, waits=True)
    if final or mark is None:
        _set_mark(mark, now)
    return Sealing(done.seals, done.events, done.entries, waits=mark is not None and not final)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _set_mark(former: SealMark | None, now: datetime) -> None:
    """Note the highest numbers given so far."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM consents_event_number")
        (event,) = cursor.fetchone()
        cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence('core_auditentry', 'id'))")
        (entry,) = cursor.fetchone()
        values = {"event": event, "entry": entry or 0, "at": now, "horizon": None}
        if former is None:
            SealMark.objects.create(**values)
        else:
            SealMark.objects.filter(pk=former.pk).update(**values, sealed_until=former.at)


def _is_final(mark: SealMark, now: datetime) -> bool:
    """Whether every row up to the mark is there or will never be; notes the horizon when its time has come."""
    oldest, coming = transactions()
    if mark.horizon is None or mark.horizon > coming:  # none yet, or from before a restore
        if mark.at > now:  # the clock went back: waited is from now on
            mark.at = now
            mark.save(update_fields=["at"])
        if now - mark.at < settings.REGISTRY["SEAL_SETTLE"]:
            return False
        mark.horizon = coming
        mark.save(update_fields=["horizon"])
    return oldest >= mark.horizon


def _seal_part(mark: SealMark, now: datetime) -> Sealing | None:
    """Write up to `BATCH_SEALS` seals of what is final; None where another sealer is at work."""
    rows = settings.REGISTRY["SEAL_ROWS"]
    with transaction.atomic():
        if not _alone():
            return None
        last = LedgerSeal.objects.order_by("-number").first()
        after = (last.last_event, last.last_entry) if last else (0, 0)
        limit = BATCH_SEALS * rows
        events, entries = (
            leaves_between(tree, start, end_of(tree, start, end, limit=limit))
            for tree, start, end in ((Sealed.EVENTS, after[0], mark.event), (Sealed.ENTRIES, after[1], mark.entry))
        )
        seals, leaves = [], []
        for part, other in _slices(events, entries, rows):
            last = _next_seal(last, part, other, now)
            seals.append(last)
            leaves += [_leaves(last, Sealed.EVENTS, part), _leaves(last, Sealed.ENTRIES, other)]
        LedgerSeal.objects.bulk_create(seals)
        SealLeaves.objects.bulk_create(leaf for leaf in leaves if leaf.numbers)
    return Sealing(len(seals), len(events), len(entries), waits=False)


def _slices(events: Packed, entries: Packed, rows: int) -> Iterator[tuple[Packed, Packed]]:
    for start in range(0, max(len(events), len(entries)), rows):
        yield events.part(start, start + rows), entries.part(start, start + rows)


def _next_seal(last: LedgerSeal | None, events: Packed, entries: Packed, now: datetime) -> LedgerSeal:
    content = form.SealContent(
        number=last.number + 1 if last else 1,
        sealed_at=now,
        last_event=events.number(-1 + len(events)) if len(events) else (last.last_event if last else 0),
        events=len(events),
        events_root=merkle.root_of(events.leaves),
        last_entry=entries.number(-1 + len(entries)) if len(entries) else (last.last_entry if last else 0),
        entries=len(entries),
        entries_root=merkle.root_of(entries.leaves),
        previous=bytes(last.hash) if last else form.BEFORE_FIRST,
    )
    name, signature = keys.sign(content.canonical)
    return LedgerSeal(**vars(content), hash=content.hash, key_id=name, signature=signature)


def _leaves(seal: LedgerSeal, tree: Sealed, rows: Packed) -> SealLeaves:
    return SealLeaves(
        seal_number=seal.number,
        tree=tree,
        first=rows.number(0) if len(rows) else None,
        last=rows.number(len(rows) - 1) if len(rows) else None,
        numbers=rows.numbers,
        leaves=rows.leaves,
    )
