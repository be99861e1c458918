"""Recompute everything that was sealed, and name what does not hold (R-L2). Reads only."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from consents.enums import Sealed
from consents.models import Consent, LedgerSeal, SealLeaves
from consents.proof import form, keys, merkle
from consents.proof.leaves import Packed, leaves_between
from consents.proof.publish import content_of
from consents.selectors import tombstones

from .stamp_checks import Dated, check_stamps

BATCH = 32  # seals whose rows are read at a time
READERS = 2
MOST = 100  # problems that are named


@dataclass(frozen=True)
class Flaw:
    """One thing that does not hold. `number` is the row's (event or audit entry), where it is about one.

    Kinds: `changed`, `missing`, `added` (rows); `leaves`, `seal`, `signature`, `key`, `chain`, `gap` (seals); `tail`
    and `other` (against a seal that was kept elsewhere); `erasure` (a row that stands though it was erased, or a
    tombstone that no sealed erasure vouches for); `state` (what stands is not what the ledger says; `number` is
    the last event of the consent); `stamp` (the authority's time stamp of a seal does not hold, or is older than it).
    """

    kind: str
    seal: int
    tree: str = ""
    number: int | None = None


@dataclass
class Result:
    """What was checked. The ledger is whole where `flaws` is empty; they are in the order of the chain."""

    seals: int = 0
    events: int = 0
    entries: int = 0
    erased: int = 0  # rows that expired (R-L5): their tombstones hold what was sealed
    flaws: list[Flaw] = field(default_factory=list)
    dated: Dated = field(default_factory=Dated)

    @property
    def whole(self) -> bool:
        return not self.flaws

    def as_json(self) -> dict[str, Any]:
        return {
            "whole": self.whole,
            "seals": self.seals,
            "events": self.events,
            "entries": self.entries,
            "erased": self.erased,
            "dated": self.dated.as_json(),
            "flaws": [vars(flaw) for flaw in self.flaws],
        }


def verify_ledger(
    *, kept: dict[str, Any] | None = None, states: bool = False, progress: Callable[[int], None] = lambda seals: None
) -> Result:
    """Check every seal, and every row under a seal; stops after `MOST` flaws.

    With `states` also that what stands is what each consent's last event left (R-L1): a pass over both big tables.

    `kept` is a seal that was exported and kept elsewhere (`exported`): a chain that was cut or rolled back behind it
    is whole in itself, and only that seal tells. `progress` is told how many seals were checked.
    """
    result = Result()
    trusted = keys.public_keys()
    former: LedgerSeal | None = None
    for batch, rows in _with_rows():
        former = _check_batch(result, former, batch, rows, trusted)
        progress(result.seals)
        if len(result.flaws) >= MOST:
            break
    result.flaws += [Flaw("stamp", number) for number in check_stamps(result.dated, most=MOST)]
    result.flaws += [Flaw("erasure", 0, tree.name, number) for tree, number in tombstones.without_erasure(MOST)]
    if states:
        result.flaws += _wrong_states()
    if kept is not None:
        result.flaws += _against(kept)
    return result


def _batches() -> Iterator[list[LedgerSeal]]:
    after = 0
    while batch := list(LedgerSeal.objects.filter(number__gt=after).order_by("number")[:BATCH]):
        yield batch
        after = batch[-1].number


Rows = tuple[Packed, Packed]


def _with_rows() -> Iterator[tuple[list[LedgerSeal], Rows]]:
    """Batches of seals with the rows between them as they are now.

    Readers work ahead, each on its own session: the database computes leaves on other cores while the present ones are
    compared.
    """
    with ThreadPoolExecutor(READERS) as pool:
        ahead: deque[tuple[list[LedgerSeal], Future[Rows]]] = deque()
        former: LedgerSeal | None = None
        try:
            for batch in _batches():
                ahead.append((batch, pool.submit(_read, former, batch[-1])))
                former = batch[-1]
                if len(ahead) > READERS:
                    seals, rows = ahead.popleft()
                    yield seals, rows.result()
            for seals, rows in ahead:
                yield seals, rows.result()
        finally:
            for _, rows in ahead:
                rows.cancel()


def _read(former: LedgerSeal | None, last: LedgerSeal) -> Rows:
    try:
        events = leaves_between(Sealed.EVENTS, former.last_event if former else 0, last.last_event)
        return events, leaves_between(Sealed.ENTRIES, former.last_entry if former else 0, last.last_entry)
    finally:
        connection.close()


def _check_batch(
    result: Result, former: LedgerSeal | None, batch: Sequence[LedgerSeal], rows: Rows, trusted: dict[str, bytes]
) -> LedgerSeal:
    kept = {
        (leaf.seal_number, leaf.tree): Packed(bytes(leaf.numbers), bytes(leaf.leaves))
        for leaf in SealLeaves.objects.filter(seal_number__gte=batch[0].number, seal_number__lte=batch[-1].number)
    }
    nothing = Packed(b"", b"")
    for seal in batch:
        result.flaws += _check_seal(former, seal, trusted)
        for tree, root in ((Sealed.EVENTS, seal.events_root), (Sealed.ENTRIES, seal.entries_root)):
            leaves = kept.get((seal.number, tree), nothing)
            if merkle.root_of(leaves.leaves) != bytes(root):
                result.flaws.append(Flaw("leaves", seal.number, tree.name))
        former = seal
    for place, tree in enumerate((Sealed.EVENTS, Sealed.ENTRIES)):
        parts = [kept.get((seal.number, tree), nothing) for seal in batch]
        sealed = Packed(b"".join(part.numbers for part in parts), b"".join(part.leaves for part in parts))
        if sealed != rows[place]:
            kept_leaves = tombstones.leaves_of(tree, sealed)
            result.erased += len(kept_leaves)
            result.flaws += _differences(tree, batch, parts, rows[place], kept_leaves)
    result.seals += len(batch)
    result.events += len(rows[0])
    result.entries += len(rows[1])
    return batch[-1]


def _check_seal(former: LedgerSeal | None, seal: LedgerSeal, trusted: dict[str, bytes]) -> Iterator[Flaw]:
    content = content_of(seal)
    if seal.number != (former.number + 1 if former else 1):
        yield Flaw("gap", seal.number)
    if content.previous != (bytes(former.hash) if former else form.BEFORE_FIRST):
        yield Flaw("chain", seal.number)
    if content.hash != bytes(seal.hash):
        yield Flaw("seal", seal.number)
    public = trusted.get(seal.key_id)
    if public is None:
        yield Flaw("key", seal.number)
    elif not form.signed_by(content.canonical, bytes(seal.signature), public):
        yield Flaw("signature", seal.number)


def _differences(
    tree: Sealed, batch: Sequence[LedgerSeal], parts: Sequence[Packed], found: Packed, erased: dict[int, bytes]
) -> list[Flaw]:
    """Rows that differ from what was sealed, by number; of erased ones the tombstone's leaf counts (R-L5)."""
    sealed = {
        part.number(n): (seal, part.leaf(n)) for seal, part in zip(batch, parts, strict=True) for n in range(len(part))
    }
    present = {found.number(n): found.leaf(n) for n in range(len(found))}
    flaws = [Flaw("erasure", sealed[number][0].number, tree.name, number) for number in sorted(erased.keys() & present)]
    present = erased | present
    for number in sorted(sealed.keys() | present.keys()):
        if number not in sealed:
            last = [seal.last_event if tree is Sealed.EVENTS else seal.last_entry for seal in batch]
            seal = next(seal for seal, end in zip(batch, last, strict=True) if number <= end)
            flaws.append(Flaw("added", seal.number, tree.name, number))
        elif number not in present:
            flaws.append(Flaw("missing", sealed[number][0].number, tree.name, number))
        elif present[number] != sealed[number][1]:
            flaws.append(Flaw("changed", sealed[number][0].number, tree.name, number))
        if len(flaws) >= MOST:
            break
    return flaws


def _wrong_states() -> list[Flaw]:
    columns = [field.column for field in Consent._meta.concrete_fields if field.column and field.column != "event_id"]
    stands, said = (", ".join(f"{table}.{name}" for name in [*columns, "event_id"]) for table in ("c", "e"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(e.event_id, c.event_id) FROM consents_consent c
            FULL JOIN (
                SELECT DISTINCT ON (recipient, brand_id, channel, recipient_type) * FROM consents_consentevent
                WHERE kind <> 5
                ORDER BY recipient, brand_id, channel, recipient_type, version DESC
            ) e USING (recipient, brand_id, channel, recipient_type)
            WHERE ({stands}) IS DISTINCT FROM ({said}) ORDER BY 1 LIMIT %s
            """,  # noqa: S608 (names of columns)
            [MOST],
        )
        wrong = [number for (number,) in cursor.fetchall()]
    return [Flaw("state", 0, Sealed.EVENTS.name, number) for number in (*wrong, *tombstones.lost_refusals(MOST))]


def _against(kept: dict[str, Any]) -> list[Flaw]:
    seal = LedgerSeal.objects.filter(number=kept["number"]).first()
    if seal is None:
        return [Flaw("tail", kept["number"])]
    return [] if bytes(seal.hash).hex() == kept["hash"] else [Flaw("other", kept["number"])]
