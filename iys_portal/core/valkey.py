"""The connection to Valkey for what may be lost: counts of limits, and what happened last."""

from functools import lru_cache

import redis
from django.conf import settings

TIMEOUT = 0.5  # seconds; it does not hold up what it serves


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
