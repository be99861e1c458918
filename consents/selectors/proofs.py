"""Inclusion proofs (R-L3): that one event stands under a seal, from that seal alone."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from consents.enums import Sealed
from consents.models import LedgerSeal, SealLeaves
from consents.proof import merkle


@dataclass(frozen=True)
class Inclusion:
    """The leaf of an event, its place under the seal, and the siblings up to the seal's root."""

    seal: LedgerSeal
    event_id: int
    place: int
    leaf: bytes
    path: list[merkle.Step]

    @property
    def holds(self) -> bool:
        return merkle.root_by(self.leaf, self.path) == bytes(self.seal.events_root)

    def as_json(self) -> dict[str, Any]:
        """Plain values, as `docs/seals.md` describes them."""
        return {
            "event": self.event_id,
            "seal": self.seal.number,
            "place": self.place,
            "leaf": self.leaf.hex(),
            "path": [{"hash": step.hash.hex(), "left": step.left} for step in self.path],
            "root": bytes(self.seal.events_root).hex(),
        }


class _Numbers:
    """Packed numbers, to be searched without unpacking them."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return len(self.packed) // 8

    def __getitem__(self, place: int) -> int:
        return int.from_bytes(self.packed[8 * place : 8 * place + 8], "big", signed=True)


def inclusion_of(event_id: int) -> Inclusion | None:
    """The proof for an event; None while it is not sealed yet. Reads one seal, however long the ledger is."""
    row = SealLeaves.objects.filter(tree=Sealed.EVENTS, last__gte=event_id).order_by("last").first()
    if row is None:
        return None
    numbers = _Numbers(bytes(row.numbers))
    place = bisect_left(numbers, event_id)  # type: ignore[arg-type]
    if place >= len(numbers) or numbers[place] != event_id:
        return None
    leaves = merkle.split(bytes(row.leaves))
    seal = LedgerSeal.objects.get(number=row.seal_number)
    return Inclusion(seal, event_id, place, leaves[place], merkle.path_of(leaves, place))
