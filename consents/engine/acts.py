"""What happens to a record that stands: its recipient confirms it or takes the own refusal back, its evidence comes.

Like undo, these append events that carry a whole state; nothing is judged by dates. A refusal or a consent of a
recipient is a record like any other and goes through `services.records`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from consents.enums import WayIn
from iys_portal.core.actors import Actor

from . import statements
from .terms import act_parameters
from .write import PLAN_BY_KEY, move_counters


@dataclass(frozen=True)
class Asked:
    """One consent of the brand and the version that the act is about."""

    recipient: str
    channel: int
    recipient_type: int
    version: int


@dataclass(frozen=True)
class Proven(Asked):
    """A consent and what proves it."""

    evidence_kind: int
    evidence_hash: bytes


@dataclass(frozen=True)
class Appended:
    """One event that an act appended."""

    channel: int
    recipient_type: int
    version: int
    event_id: int


def confirm(brand_id: int, asked: Sequence[Asked], *, actor: Actor, way: WayIn, moment: datetime) -> list[Appended]:
    """Confirm consents whose last event is the asked version (R-M3, R-M4); others are left alone.

    One transaction; locks the consents in key order.
    """
    return _append(statements.CONFIRM, brand_id, asked, actor=actor, way=way, moment=moment)


def take_back(brand_id: int, asked: Sequence[Asked], *, actor: Actor, way: WayIn, moment: datetime) -> list[Appended]:
    """Undo the recipient's own refusals whose event is still the last one (R-Z3): the state before returns."""
    return _append(statements.TAKE_BACK, brand_id, asked, actor=actor, way=way, moment=moment)


def complete(brand_id: int, proven: Sequence[Proven], *, actor: Actor, way: WayIn, moment: datetime) -> list[Appended]:
    """Complete the evidence of consents that still wait for it (R-C16); others are left alone."""
    more = {
        "evidence_kinds": [one.evidence_kind for one in proven],
        "evidence_hashes": [one.evidence_hash for one in proven],
    }
    return _append(statements.COMPLETE, brand_id, proven, actor=actor, way=way, moment=moment, more=more)


def _append(
    sql: str,
    brand_id: int,
    asked: Sequence[Asked],
    *,
    actor: Actor,
    way: WayIn,
    moment: datetime,
    more: Mapping[str, Any] | None = None,
) -> list[Appended]:
    if not asked:
        return []
    values: dict[str, Any] = {
        **act_parameters(brand_id, actor=actor, way=way, moment=moment),
        "recipients": [one.recipient for one in asked],
        "channels": [int(one.channel) for one in asked],
        "types": [int(one.recipient_type) for one in asked],
        "versions": [one.version for one in asked],
        "act_job": None,
        **(more or {}),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        cursor.execute(statements.LOCK_ASKED, values)
        cursor.execute(sql, values)
        moves, appended = cursor.fetchone()
        move_counters(cursor, brand_id, moves)
    return [Appended(*row) for row in json.loads(appended or "[]")]
