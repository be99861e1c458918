"""How far a visitor of a consent page has come (R-M7): carried in the page's own form, because there is no cookie.

The field is encrypted and bound to its page (`opaque`): one that was changed, is of another page or too old is worth
nothing. Whoever copies it has proven no more than the visitor did, and a proof answers once (`ConsentPageAnswer`).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from iys_portal.core.actors import Actor, ActorKind

from .enums import Channel
from .opaque import seal, unseal

VISITOR = Actor(kind=ActorKind.RECIPIENT, id=0, name="", way="consent-page")
"""A recipient who is known by the proof of an address alone."""
VALID = timedelta(minutes=30)


@dataclass(frozen=True)
class Proven:
    """An address that the visitor has proven, and when."""

    address: str
    at: datetime

    @property
    def is_phone(self) -> bool:
        return self.address.startswith("+")


@dataclass(frozen=True)
class Visit:
    """One visit, from the first code on; `waiting` is the address that a code was sent to at `sent_at`."""

    page_version: int
    notice_id: int
    read_at: datetime  # the privacy notice (R-G6)
    nonce: uuid.UUID = field(default_factory=uuid.uuid4)
    waiting: str = ""
    sent_at: datetime | None = None
    proven: tuple[Proven, ...] = ()

    def waits_for(self, address: str, sent_at: datetime) -> "Visit":
        return replace(self, waiting=address, sent_at=sent_at)

    def with_proof(self, at: datetime) -> "Visit":
        """The address that was waited for is proven."""
        kept = tuple(one for one in self.proven if one.address != self.waiting)
        return replace(self, waiting="", sent_at=None, proven=(*kept, Proven(self.waiting, at)))

    def fitting(self, offered: Iterable[Channel]) -> dict[Channel, Proven]:
        """The offered channels that reach a proven address, with that address (R-C2)."""
        found = {}
        for channel in offered:
            for one in self.proven:
                if channel.takes_phone == one.is_phone:
                    found[channel] = one
        return found

    def still_open(self, offered: Iterable[Channel]) -> list[Channel]:
        """The offered channels for which another kind of address has to be proven."""
        fitting = self.fitting(offered)
        return [channel for channel in offered if channel not in fitting]


def packed(page_id: str, visit: Visit) -> str:
    """The visit as the form's hidden field."""
    value = {
        "version": visit.page_version,
        "notice": visit.notice_id,
        "read": visit.read_at.timestamp(),
        "nonce": visit.nonce.hex,
        "waiting": visit.waiting,
        "sent": visit.sent_at and visit.sent_at.timestamp(),
        "proven": [[one.address, one.at.timestamp()] for one in visit.proven],
    }
    return seal(_purpose(page_id), value, actor=VISITOR)


def unpacked(page_id: str, text: str, *, now: datetime) -> Visit | None:
    """The visit of a form; None where the field is worth nothing (any more)."""
    value: dict[str, Any] | None = unseal(_purpose(page_id), text, actor=VISITOR)
    if value is None:
        return None
    visit = Visit(
        page_version=value["version"],
        notice_id=value["notice"],
        read_at=_moment(value["read"]),
        nonce=uuid.UUID(hex=value["nonce"]),
        waiting=value["waiting"],
        sent_at=_moment(value["sent"]) if value["sent"] else None,
        proven=tuple(Proven(address, _moment(at)) for address, at in value["proven"]),
    )
    return visit if now < visit.read_at + VALID else None


def _purpose(page_id: str) -> str:
    return f"consent-page:{page_id}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
