"""Proofs (R-L3): that events stand under seals, told so completely that anybody can check it without us."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from consents.canonical import SEPARATOR, canonical_v1, fields_of
from consents.document_kinds import PROOF
from consents.enums import Sealed
from consents.models import Consent, ConsentEvent, LedgerSeal, SealLeaves
from consents.proof import merkle
from consents.selectors.seals import published, published_keys
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.models import Document
from providers.models import Brand

from .history import events_of

FORM = "iys-proof-v1"


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


@dataclass(frozen=True)
class Proof:
    """What proves consents: the file's plain values (`docs/seals.md`, "Proof") and the rows it was made from."""

    values: dict[str, Any]
    seals: list[LedgerSeal]
    newest: Inclusion | None  # of the newest event that is sealed


def proof_of(
    consents: Sequence[Consent], brands: Iterable[Brand], *, now: datetime, since: datetime | None = None
) -> Proof:
    """Everything that the ledger holds about these consents, with what proves it.

    Events that no seal covers yet stand in it without a proof of their own. `since` leaves out what was registered
    before.
    """
    events = (event for consent in consents for event in events_of(consent, since=since).order_by("version"))
    told = [(event, inclusion_of(event.event_id)) for event in events]
    inclusions = [proof for _, proof in told if proof is not None]
    seals = {proof.seal.number: proof.seal for proof in inclusions}
    values = {
        "form": FORM,
        "made_at": now.isoformat(timespec="seconds"),
        "brands": {
            str(brand.pk): {"name": brand.name, "code": brand.brand_code, "provider": brand.provider.title}
            for brand in brands
        },
        "events": [_told(event, proof) for event, proof in told],
        "seals": {str(number): published(seal) for number, seal in sorted(seals.items())},
        "keys": dict(published_keys()),
    }
    newest = max(inclusions, key=lambda proof: proof.event_id, default=None)
    return Proof(values, [seals[number] for number in sorted(seals)], newest)


def proof_document(actor: Actor, brand: Brand, public_id: UUID) -> Document | None:
    """An evidence PDF about a consent of the brand, in a channel that the actor reads now (R-P12); None for any other.

    Who made it counts as everywhere: a program that reaches a part reads the documents that it had made.
    """
    document = documents.readable(actor, str(public_id))
    if document is None or document.kind != PROOF:
        return None
    event = ConsentEvent.objects.filter(event_id=int(document.subject_id), brand_id=brand.pk)
    channel = event.values_list("channel", flat=True).first()
    if channel is None or (actor.bound is not None and (brand.pk, channel) not in actor.bound.reads):
        return None
    return document


def _told(event: ConsentEvent, proof: Inclusion | None) -> dict[str, Any]:
    fields: Sequence[str] = canonical_v1(fields_of(event)).decode().split(SEPARATOR)
    return {
        "event": event.event_id,
        "salt": event.salt.hex,
        "fields": list(fields),
        "proof": proof and {name: value for name, value in proof.as_json().items() if name != "event"},
    }
