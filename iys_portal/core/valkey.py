"""The connection to Valkey for what may be lost: counts of limits, and what happened last."""

from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 0.5  # seconds; it does not hold up what it serves


def quick() -> dict[str, Any]:
    """Options of a connection that does not hold up what it serves.

    One more try, for a line that a restart had closed; the client's own ten tries with pauses take seconds.
    """
    return {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 1)}


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, **quick())
