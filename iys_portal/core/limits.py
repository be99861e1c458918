"""How often something may be asked for: counters in Valkey, shared by every web process.

A window is a stretch of the clock (this second, this minute, this hour). It ends when it ends, and what was refused in
it is taken out of the count again, so asking again never makes the wait longer.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis
from django.db import connection

from . import valkey

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What is left of a window, when it ends (seconds), and how long to wait where nothing could be taken (or 0)."""

    limit: int
    window: int
    left: int
    ends: int
    wait: int = 0


@dataclass(frozen=True)
class Limit:
    """`most` in each window (seconds) of `name`."""

    name: str
    most: int
    window: int


def take_each(limits: Sequence[Limit], *, amount: int = 1) -> list[Taken]:
    """Take `amount` out of each limit, all or nothing; in order, `wait` where there was too little.

    One round trip, and one more for the first of a window, which says when its count is forgotten. Where Valkey does
    not answer nothing is refused: limits protect, they do not decide.
    """
    now = time.time()
    keys = [_key(limit.name, limit.window, int(now // limit.window)) for limit in limits]
    try:
        totals = _added(keys, amount)
        first = [(key, limit) for key, limit, total in zip(keys, limits, totals, strict=True) if total == amount]
        for key, limit in first:
            valkey.client().expire(key, limit.window + 1)
        over = [total > limit.most for total, limit in zip(totals, limits, strict=True)]
        if any(over):
            totals = _added(keys, -amount)
    except redis.RedisError as error:
        log.warning("limit_not_counted reason=%s", type(error).__name__)
        totals, over = [0] * len(limits), [False] * len(limits)
    return [_taken(*one, now) for one in zip(limits, totals, over, strict=True)]


def _added(keys: Sequence[str], amount: int) -> list[int]:
    """The counts after the amount was added to each; one key is asked for without the machinery of many."""
    if len(keys) == 1:
        return [valkey.client().incrby(keys[0], amount)]
    pipe = valkey.client().pipeline(transaction=False)
    for key in keys:
        pipe.incrby(key, amount)
    return pipe.execute()


def _taken(limit: Limit, total: int, refused: bool, now: float) -> Taken:
    ends = max(1, math.ceil((now // limit.window + 1) * limit.window - now))
    return Taken(limit.most, limit.window, max(0, limit.most - total), ends, wait=ends if refused else 0)


def used(windows: Sequence[tuple[str, int]]) -> list[int] | None:
    """What is taken of each (name, window) just now, without taking anything; None where Valkey does not answer."""
    if not windows:
        return []
    now = time.time()
    try:
        found: Any = valkey.client().mget([_key(name, window, int(now // window)) for name, window in windows])
    except redis.RedisError as error:
        log.warning("limit_not_read reason=%s", type(error).__name__)
        return None
    return [int(count or 0) for count in found]


def _key(name: str, window: int, number: int) -> str:
    # Test runs and installations share a server: each database counts for itself.
    return f"limit:{connection.settings_dict['NAME']}:{name}:{window}:{number}"


def network_of(ip: str) -> str:
    """The network that counts as one visitor: `/24` of IPv4, `/64` of IPv6 (a home or a mobile line has that much)."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))
