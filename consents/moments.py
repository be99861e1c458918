"""What stood at a moment, on both clocks (R-L4): pure rules over the events of one consent.

*Known*: what the registry would have answered at T, because it decided sends and complaints are judged by it.
*Now known*: what is known today to have been true at T: consents and refusals that were registered late count from
their own date, and undone ones (R-L6) for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from .enums import EventKind, Hold, Source, Status

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Recorded(Protocol):
    """The columns of an event that the rules read; `ConsentEvent` has them."""

    version: Any
    kind: Any
    status: Any
    source: Any
    holds: Any
    consent_date: Any
    registered_at: Any
    hold_from: Any
    undoes_version: Any


@dataclass(frozen=True)
class StateAt:
    """What stood, the event that decided it, and later events that completed it (holds that were lifted)."""

    event: Recorded
    status: Status
    source: int | None
    holds: int
    hold_from: datetime | None
    completed_by: tuple[Recorded, ...] = ()


class Difference(models.TextChoices):
    """Why the two answers are not the same."""

    REGISTERED_LATER = "registered_later", _("What decides was registered only after this moment.")
    UNDONE_LATER = "undone_later", _("What stood then was undone later, so it counts for nothing now.")
    COMPLETED_LATER = "completed_later", _("The missing evidence was completed later.")


def known_at(events: Iterable[Recorded], at: datetime) -> StateAt | None:
    """As the registry knew it at T: the last event, by version, that was registered by then."""
    registered = [event for event in events if event.registered_at <= at]
    if not registered:
        return None
    last = max(registered, key=lambda event: event.version)
    return StateAt(last, Status(last.status), last.source, last.holds, last.hold_from)


def now_known_at(events: Iterable[Recorded], at: datetime) -> StateAt | None:
    """As it is now known to have been at T: the last not undone record whose own moment is at or before T.

    At equal moments RET wins. A confirmation is the recipient's act and counts from its registration; evidence
    proves what was signed at the consent's date, so it counts from then.
    """
    valid = [(record, later) for record, later in _records(events) if moment_of(record) <= at]
    if not valid:
        return None
    record, later = max(valid, key=lambda pair: _order(pair[0]))
    holds, before, used = record.holds, record.holds, []
    for event in later:
        lifted = before & ~event.holds
        if lifted and (event.kind == EventKind.EVIDENCE or event.registered_at <= at):
            holds &= ~lifted
            used.append(event)
        before = event.holds
    hold_from = record.hold_from if holds & Hold.EVIDENCE_MISSING else None
    return StateAt(record, Status(record.status), record.source, holds, hold_from, tuple(used))


def moment_of(event: Recorded) -> datetime:
    """The moment that a record speaks of.

    A recipient's own act counts from its registration. A provider's date counts, but never as later than its
    registration (R-C6 forgives clocks that run ahead), so that no act of the recipient that followed comes before
    it. No date is earlier than any date (R-C13).
    """
    if event.source is not None and event.source >= Source.IYS_WEB:
        return event.registered_at
    if event.consent_date is None:
        return EARLIEST
    return min(event.consent_date, event.registered_at)


def differences(
    events: Sequence[Recorded], at: datetime, known: StateAt | None, now_known: StateAt | None
) -> list[Difference]:
    """Why the two answers differ; empty where nothing that came later bears on them."""
    found = []
    if now_known is not None and now_known.event.registered_at > at:
        found.append(Difference.REGISTERED_LATER)
    undone_later = (event for event in events if event.kind == EventKind.UNDO and event.registered_at > at)
    if known is not None and any(
        (event.undoes_version or event.version) <= known.event.version < event.version for event in undone_later
    ):
        found.append(Difference.UNDONE_LATER)
    if now_known is not None and any(event.registered_at > at for event in now_known.completed_by):
        found.append(Difference.COMPLETED_LATER)
    return found


def _order(event: Recorded) -> tuple[datetime, bool, int]:
    return moment_of(event), event.status == Status.RET, event.version


def _records(events: Iterable[Recorded]) -> list[tuple[Recorded, list[Recorded]]]:
    """The records that nothing undid, oldest first, each with the confirmations and evidence that followed it."""
    standing: list[Recorded] = []
    bound: int | None = None
    for event in sorted(events, key=lambda event: event.version, reverse=True):
        if bound is not None and event.version >= bound:
            continue
        if event.kind == EventKind.UNDO:
            bound = event.undoes_version
        else:
            standing.append(event)
    records: list[tuple[Recorded, list[Recorded]]] = []
    for event in reversed(standing):
        if event.kind == EventKind.RECORD:
            records.append((event, []))
        elif event.kind in (EventKind.CONFIRM, EventKind.EVIDENCE) and records:
            records[-1][1].append(event)
    return records
