"""How often something may be asked for: counters in Valkey, shared by every web process.

A window is a stretch of the clock (this second, this minute, this hour). It ends when it ends, and what was refused in
it is taken out of the count again, so asking again never makes the wait longer.
"""

import ipaddress
import logging
import math
import time
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)
TIMEOUT = 0.5  # seconds; whoever counts does not hold up what is counted


@dataclass(frozen=True)
class Taken:
    """What is left of a window, when it ends (seconds), and how long to wait where nothing could be taken (or 0)."""

    limit: int
    window: int
    left: int
    ends: int
    wait: int = 0


def take(name: str, *, limit: int, window: int, amount: int = 1) -> Taken:
    """Take `amount` out of the `limit` of this window (seconds) of `name`.

    One round trip. Where Valkey does not answer nothing is refused: limits protect, they do not decide.
    """
    now = time.time()
    number = int(now // window)
    ends = max(1, math.ceil((number + 1) * window - now))
    # Test runs and installations share a server: each database counts for itself.
    key = f"limit:{connection.settings_dict['NAME']}:{name}:{window}:{number}"
    try:
        pipe = _valkey().pipeline(transaction=False)
        pipe.incrby(key, amount)
        pipe.expire(key, window + 1)
        total = pipe.execute()[0]
        if total <= limit:
            return Taken(limit, window, limit - total, ends)
        _valkey().decrby(key, amount)
    except redis.RedisError as error:
        log.warning("limit_not_counted reason=%s", type(error).__name__)
        return Taken(limit, window, limit, ends)
    return Taken(limit, window, max(0, limit - total + amount), ends, wait=ends)


def network_of(ip: str) -> str:
    """The network that counts as one visitor: `/24` of IPv4, `/64` of IPv6 (a home or a mobile line has that much)."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


@lru_cache(maxsize=1)
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
