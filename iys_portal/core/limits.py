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
from hashlib import sha1
from typing import Any

import redis
from django.db import connection
from redis.exceptions import NoScriptError

from . import valkey

log = logging.getLogger(__name__)
# The amount, then what each key holds at most and when (seconds) it is forgotten. Answers the counts as they would be;
# where one is too high, none is kept.
_TAKE = """
local amount, over, totals = tonumber(ARGV[1]), false, {}
for place, key in ipairs(KEYS) do
    totals[place] = redis.call('INCRBY', key, amount)
    if totals[place] == amount then redis.call('EXPIRE', key, ARGV[2 * place + 1]) end
    over = over or totals[place] > tonumber(ARGV[2 * place])
end
if over then
    for _, key in ipairs(KEYS) do redis.call('DECRBY', key, amount) end
end
return totals
"""
_TAKE_HASH = sha1(_TAKE.encode(), usedforsecurity=False).hexdigest()  # the name that Valkey gives a script


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

    One round trip. Where Valkey does not answer nothing is refused: limits protect, they do not decide.
    """
    now = time.time()
    keys = _keys([(limit.name, limit.window) for limit in limits], now)
    values = [value for limit in limits for value in (limit.most, limit.window + 1)]
    try:
        totals = _added(keys, amount, *values)
    except redis.RedisError as error:
        log.warning("limit_not_counted reason=%s", type(error).__name__)
        totals = [0] * len(limits)
    over = [total > limit.most for total, limit in zip(totals, limits, strict=True)]
    if any(over):
        totals = [total - amount for total in totals]
    return [_taken(*one, now) for one in zip(limits, totals, over, strict=True)]


def _added(keys: Sequence[str], *values: int) -> list[int]:
    """The script by its hash; a server that does not know it learns it."""
    found: list[int]
    try:
        found = valkey.ask("EVALSHA", _TAKE_HASH, len(keys), *keys, *values)
    except NoScriptError:
        found = valkey.ask("EVAL", _TAKE, len(keys), *keys, *values)
    return found


def _taken(limit: Limit, total: int, refused: bool, now: float) -> Taken:
    ends = max(1, math.ceil((now // limit.window + 1) * limit.window - now))
    return Taken(limit.most, limit.window, max(0, limit.most - total), ends, wait=ends if refused else 0)


def used(windows: Sequence[tuple[str, int]]) -> list[int] | None:
    """What is taken of each (name, window) just now, without taking anything; None where Valkey does not answer."""
    if not windows:
        return []
    now = time.time()
    try:
        found: Any = valkey.client().mget(_keys(windows, now))
    except redis.RedisError as error:
        log.warning("limit_not_read reason=%s", type(error).__name__)
        return None
    return [int(count or 0) for count in found]


def _keys(windows: Sequence[tuple[str, int]], now: float) -> list[str]:
    # Test runs and installations share a server: each database counts for itself.
    database = connection.settings_dict["NAME"]
    return [f"limit:{database}:{name}:{window}:{int(now // window)}" for name, window in windows]


def network_of(ip: str) -> str:
    """The network that counts as one visitor: `/24` of IPv4, `/64` of IPv6 (a home or a mobile line has that much)."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))
