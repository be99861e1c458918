"""What happened last to something: short lists in Valkey, a list a day, gone after a week. Nothing depends on them."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import redis
from django.db import connection

from . import valkey
from .calendar import ISTANBUL, end_of_day

log = logging.getLogger(__name__)
DAYS = 7
MOST, SLACK = 200, 50
"""How many of a name and a day are kept, and how many more may gather until the list is cut."""


def keep(name: str, entry: str, *, now: datetime) -> None:
    """Put an entry before the others of its name and day; one round trip, now and then a second to cut the list.

    Where Valkey does not answer it is lost, and nothing else. A day's list ends six days after the day, so no entry
    grows older than a week.
    """
    key = _key(name, now)
    try:
        client = valkey.client()
        pipe = client.pipeline(transaction=False)
        pipe.lpush(key, entry)
        pipe.expireat(key, end_of_day(now.astimezone(ISTANBUL).date()) + timedelta(days=DAYS - 1))
        length, _ends = pipe.execute()
        if length >= MOST + SLACK:
            client.ltrim(key, 0, MOST - 1)
    except redis.RedisError as error:
        log.warning("recent_not_kept reason=%s", type(error).__name__)


def kept(names: Sequence[str], *, now: datetime, most: int) -> Iterator[list[list[str]]]:
    """Day by day from today back: the newest `most` entries of each name, in the order of the names.

    One round trip a day, made when the day is asked for. Ends where Valkey does not answer.
    """
    for back in range(DAYS):
        try:
            pipe = valkey.client().pipeline(transaction=False)
            for name in names:
                pipe.lrange(_key(name, now - timedelta(days=back)), 0, most - 1)
            found = pipe.execute()
        except redis.RedisError as error:
            log.warning("recent_not_read reason=%s", type(error).__name__)
            return
        yield [[entry.decode() for entry in entries] for entries in found]


def _key(name: str, day: datetime) -> str:
    # Test runs and installations share a server: each database keeps its own.
    return f"recent:{connection.settings_dict['NAME']}:{name}:{day.astimezone(ISTANBUL):%Y%m%d}"
