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


def take_each(asked: Sequence[tuple[Limit, int]]) -> list[Taken]:
    """Take amounts out of several limits, all or nothing; in order, `wait` where there was too little.

    One round trip. Where Valkey does not answer nothing is refused: limits protect, they do not decide.
    """
    now = time.time()
    numbers = [int(now // limit.window) for limit, _amount in asked]
    ends = [max(1, math.ceil((n + 1) * limit.window - now)) for n, (limit, _) in zip(numbers, asked, strict=True)]
    keys = [_key(limit.name, limit.window, n) for n, (limit, _) in zip(numbers, asked, strict=True)]
    try:
        pipe = valkey.client().pipeline(transaction=False)
        for key, (limit, amount) in zip(keys, asked, strict=True):
            pipe.incrby(key, amount)
            pipe.expire(key, limit.window + 1)
        totals = pipe.execute()[::2]
        over = [total > limit.most for total, (limit, _) in zip(totals, asked, strict=True)]
        if any(over):
            back = valkey.client().pipeline(transaction=False)
            for key, (_, amount) in zip(keys, asked, strict=True):
                back.decrby(key, amount)
            totals = back.execute()
    except redis.RedisError as error:
        log.warning("limit_not_counted reason=%s", type(error).__name__)
        totals, over = [0] * len(asked), [False] * len(asked)
    return [
        Taken(limit.most, limit.window, max(0, limit.most - total), end, wait=end if refused else 0)
        for (limit, _), total, end, refused in zip(asked, totals, ends, over, strict=True)
    ]


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
