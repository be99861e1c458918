"""The connection to Valkey for what may be lost: counts of limits, and what happened last."""

import os
import threading
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection
from redis.retry import Retry

TIMEOUT = 0.5  # seconds; it does not hold up what it serves
_own = threading.local()


def quick() -> dict[str, Any]:
    """Options of a connection that does not hold up what it serves.

    One more try, for a line that a restart had closed; the client's own ten tries with pauses take seconds.
    """
    return {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 1)}


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, **quick())


def ask(*command: str | int) -> Any:
    """What one command answers, on a connection of the thread's own: for what each call of a program asks.

    The client's pool, retries and measures cost more than the answer. Raises `redis.RedisError`; a line that a restart
    had closed is tried once more, as in `quick`.
    """
    line = _line()
    try:
        return _answer(line, command)
    except (redis.ConnectionError, redis.TimeoutError):
        line.disconnect()
        return _answer(line, command)


def _answer(line: AbstractConnection, command: tuple[str | int, ...]) -> Any:
    line.send_command(*command)
    return line.read_response()


def _line() -> AbstractConnection:
    """The thread's connection; a fork, and another address in the settings, begin anew."""
    owner = (client(), os.getpid())
    if getattr(_own, "owner", None) != owner:
        _own.owner, _own.line = owner, owner[0].connection_pool.make_connection()
    found: AbstractConnection = _own.line
    return found
