"""The last calls of keys, as the developer's corner shows them, and what is taken of their limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from iys_portal.core import limits, recent
from providers.models import ApiKey

LIMITS_OF_KEYS = ("calls", "lookups", "history")


@dataclass(frozen=True)
class LoggedCall:
    """One call as it is kept: `path` is a template, `codes` are the answer's errors."""

    at: datetime
    method: str
    path: str
    status: int
    ms: int
    codes: tuple[str, ...] = ()
    key: ApiKey | None = None

    @property
    def refused(self) -> bool:
        return self.status >= 400

    def __str__(self) -> str:
        """As it is kept."""
        values = [round(self.at.timestamp() * 1000), self.method, self.path, self.status, self.ms, self.codes]
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str, key: ApiKey) -> "LoggedCall":
        at, method, path, status, ms, codes = json.loads(text)
        return cls(datetime.fromtimestamp(at / 1000, tz=UTC), method, path, status, ms, tuple(codes), key)


def name_of(key: UUID, *, refused: bool) -> str:
    """Refusals have lists of their own: a busy program's good calls do not push them out."""
    return f"calls:{key.hex}:{'refused' if refused else 'good'}"


def last_calls(keys: Sequence[ApiKey], *, now: datetime, most: int, only_refused: bool = False) -> list[LoggedCall]:
    """The newest calls of some keys, of the last seven days. Asks Valkey day by day until there are enough."""
    kinds = (True,) if only_refused else (True, False)
    named = [(key, name_of(key.public_id, refused=kind)) for key in keys for kind in kinds]
    found: list[LoggedCall] = []
    if not named:
        return found
    for lists in recent.kept([name for _key, name in named], now=now, most=most):
        for (key, _name), entries in zip(named, lists, strict=True):
            found += [LoggedCall.from_text(entry, key) for entry in entries]
        if len(found) >= most:
            break
    return sorted(found, key=lambda call: call.at, reverse=True)[:most]


@dataclass(frozen=True)
class LimitUse:
    """What a key took of one limit in the window that runs: `used` of `limit` in `window` seconds."""

    kind: str
    used: int
    limit: int
    window: int


def limits_of(key: ApiKey) -> list[LimitUse] | None:
    """What a key has taken of each of its limits just now; None where the counters do not answer."""
    rows = [LimitUse(kind, 0, *settings.API_LIMITS[kind]) for kind in LIMITS_OF_KEYS]
    taken = limits.used([(f"key:{key.pk}:{row.kind}", row.window) for row in rows])
    if taken is None:
        return None
    return [replace(row, used=used) for row, used in zip(rows, taken, strict=True)]
