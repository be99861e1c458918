"""Django's cache in Valkey for what may be lost: where Valkey does not answer, pages go on without it.

It counts (networks that ask for codes, tries to sign in) and remembers what was seen lately. Limits protect, they do
not decide (`core.limits`): while Valkey is away nothing is counted and nothing is refused, so that a refusal (R-R1) or
a sign-in never waits for it. `/readyz` and the alerts say that it is away.
"""

import logging
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from .valkey import quick

log = logging.getLogger(__name__)


class _Client(RedisCacheClient):
    """As Django's; a failure of Valkey gives the answer of an empty cache that takes everything."""

    def add(self, *arguments: Any) -> Any:
        return _or(True, super().add, *arguments)

    def get(self, key: Any, default: Any) -> Any:
        return _or(default, super().get, key, default)

    def set(self, *arguments: Any) -> Any:
        return _or(None, super().set, *arguments)

    def touch(self, *arguments: Any) -> Any:
        return _or(False, super().touch, *arguments)

    def delete(self, *arguments: Any) -> Any:
        return _or(False, super().delete, *arguments)

    def get_many(self, *arguments: Any) -> Any:
        return _or({}, super().get_many, *arguments)

    def has_key(self, *arguments: Any) -> Any:
        return _or(False, super().has_key, *arguments)

    def incr(self, *arguments: Any) -> Any:
        found = _or(None, super().incr, *arguments)
        if found is None:
            raise ValueError("no such key")  # as Django says where it ran out
        return found

    def set_many(self, *arguments: Any) -> Any:
        return _or(None, super().set_many, *arguments)

    def delete_many(self, *arguments: Any) -> Any:
        return _or(None, super().delete_many, *arguments)


class ForgivingCache(RedisCache):
    """In place of `RedisCache`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": {**quick(), **params.get("OPTIONS", {})}})
        self._class = _Client


def _or(empty: Any, ask: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return ask(*arguments)
    except redis.RedisError as error:
        log.warning("cache_away reason=%s", type(error).__name__)
        return empty
