"""How often something may be asked for: counters in Valkey, shared by every web process.

A window is a stretch of the clock (this second, this minute, this hour). It ends when it ends, and what was refused in
it is taken out of the count again, so asking again never makes the wait longer.
"""

import logging
import math
import time
from functools import lru_cache

import redis
from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)
TIMEOUT = 0.5  # seconds; whoever counts does not hold up what is counted


def take(name: str, *, limit: int, window: int, amount: int = 1) -> int:
    """Take `amount` out of the `limit` of this window (seconds) of `name`; 0, or the seconds until another try.

    One round trip. Where Valkey does not answer nothing is refused: limits protect, they do not decide.
    """
    now = time.time()
    number = int(now // window)
    # Test runs and installations share a server: each database counts for itself.
    key = f"limit:{connection.settings_dict['NAME']}:{name}:{window}:{number}"
    try:
        pipe = _valkey().pipeline(transaction=False)
        pipe.incrby(key, amount)
        pipe.expire(key, window + 1)
        total = pipe.execute()[0]
        if total <= limit:
            return 0
        _valkey().decrby(key, amount)
    except redis.RedisError as error:
        log.warning("limit_not_counted reason=%s", type(error).__name__)
        return 0
    return max(1, math.ceil((number + 1) * window - now))


@lru_cache(maxsize=1)
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
