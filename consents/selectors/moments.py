"""The state at a moment, read from the ledger (R-L4): one index range for one consent or one address."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from consents.effective import Key, Reason, Standing, judge_states
from consents.enums import Status
from consents.models import Consent, ConsentEvent
from consents.moments import Difference, Recorded, StateAt, differences, known_at, now_known_at
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry
from providers.models import Brand


@dataclass(frozen=True)
class Answer:
    """One clock's answer: what stood (None: nothing), and whether the address might be used."""

    state: StateAt | None
    reason: Reason

    @property
    def status(self) -> Status | None:
        return self.state.status if self.state else None


@dataclass(frozen=True)
class Moment:
    """Both answers for one consent at one moment."""

    key: Key
    at: datetime
    known: Answer
    now_known: Answer
    differences: tuple[Difference, ...]

    @property
    def differ(self) -> bool:
        return (self.known.status, self.known.reason) != (self.now_known.status, self.now_known.reason)


def at_moment(consent: Consent, at: datetime) -> Moment:
    """Both answers for one consent. The range holds both recipient types, since the rule asks about both."""
    events = ConsentEvent.objects.filter(
        recipient=consent.recipient, brand_id=consent.brand_id, channel=consent.channel
    )
    return next(moment for moment in _moments(events, at) if moment.key == consent.key)


def of_address(actor: Actor, recipient: str, at: datetime) -> list[Moment]:
    """Both answers for every consent of an address that the actor may see, in key order."""
    return _moments(ConsentEvent.objects.visible_to(actor).filter(recipient=recipient), at)


def _moments(found: Iterable[ConsentEvent], at: datetime) -> list[Moment]:
    histories: dict[Key, list[ConsentEvent]] = defaultdict(list)
    for event in found:
        histories[event.key].append(event)
    owners = owners_at({key[1] for key in histories}, at)
    known = {key: known_at(events, at) for key, events in histories.items()}
    now_known = {key: now_known_at(events, at) for key, events in histories.items()}
    then, today = _judge(known, owners, at), _judge(now_known, owners, at)
    return [
        Moment(
            key=key,
            at=at,
            known=Answer(known[key], then[key]),
            now_known=Answer(now_known[key], today[key]),
            differences=tuple(differences(events, at, known[key], now_known[key])),
        )
        for key, events in sorted(histories.items())
    ]


def _judge(states: dict[Key, StateAt | None], owners: dict[int, str], at: datetime) -> dict[Key, Reason]:
    standing = {
        key: Standing(state.status, state.source, state.holds, state.hold_from, state.event.consent_date)
        if state
        else Standing()
        for key, state in states.items()
    }
    return judge_states(standing, owners=owners, now=at)


def owners_at(brand_ids: Collection[int], at: datetime) -> dict[int, str]:
    """The state of each brand's provider at a moment, from the audit log that holds each of its moves (R-P6)."""
    brands = Brand.objects.filter(pk__in=brand_ids).values_list("pk", "provider_id", "provider__state")
    moves: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
    entries = AuditEntry.objects.filter(
        target_type="providers.provider",
        target_id__in={str(provider) for _brand, provider, _state in brands},
        old__has_key="state",
        new__has_key="state",
    ).order_by("target_type", "target_id", "id")
    for target, moved_at, old, new in entries.values_list("target_id", "at", "old__state", "new__state"):
        moves[target].append((moved_at, str(old), str(new)))
    return {brand: _state_at(moves[str(provider)], at, present) for brand, provider, present in brands}


def _state_at(moves: Sequence[tuple[datetime, str, str]], at: datetime, present: str) -> str:
    """After the last move by then; before the first one, where it started from."""
    for moved_at, _old, new in reversed(moves):
        if moved_at <= at:
            return new
    return moves[0][1] if moves else present


@dataclass(slots=True)
class _Event:
    """The columns that the rules read, without a model's cost: for lists."""

    version: int
    kind: int
    status: int
    source: int | None
    holds: int
    consent_date: datetime | None
    registered_at: datetime
    hold_from: datetime | None
    undoes_version: int | None


_OF_KEYS = f"""
    SELECT recipient, brand_id, channel, recipient_type, {", ".join(_Event.__slots__)}
    FROM unnest(%s::text[], %s::int[], %s::smallint[], %s::smallint[])
        AS asked(recipient, brand_id, channel, recipient_type)
    JOIN consents_consentevent USING (recipient, brand_id, channel, recipient_type)
"""  # noqa: S608 (constant text)


def statuses_at(keys: Sequence[Key], at: datetime) -> dict[Key, tuple[Status | None, Status | None]]:
    """What stood on both clocks for many consents, by key: (known, now known). One statement."""
    if not keys:
        return {}
    histories: dict[Any, list[Recorded]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_OF_KEYS, [list(column) for column in zip(*keys, strict=True)])
        for row in cursor.fetchall():
            histories[row[:4]].append(_Event(*row[4:]))
    return {key: (_status(known_at(found, at)), _status(now_known_at(found, at))) for key, found in histories.items()}


def _status(state: StateAt | None) -> Status | None:
    return state.status if state else None
