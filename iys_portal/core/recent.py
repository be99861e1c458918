"""What happened last to something: short lists in Valkey, a list a day, gone after a week. Nothing depends on them."""

import atexit
import logging
import os
import threading
import time
from collections import deque
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
GATHERED = 0.1  # seconds in which entries gather to go in one round trip

_waiting: deque[tuple[str, object, datetime]] = deque()
_came, _writing = threading.Event(), threading.Lock()
_writer_of: int | None = None  # the process that has a writer: a fork has none


def keep(name: str, entry: object, *, now: datetime) -> None:
    """Put an entry before the others of its name and day; written (by `str`) within a moment, and nobody waits for it.

    Where Valkey does not answer, or the process is killed, it is lost, and nothing else. A day's list ends six days
    after the day, so no entry grows older than a week.
    """
    _waiting.append((name, entry, now))
    _have_writer()
    _came.set()


def _have_writer() -> None:
    global _writer_of
    if _writer_of == os.getpid():
        return
    with _writing:
        if _writer_of == os.getpid():
            return
        _writer_of = os.getpid()
        threading.Thread(target=_write_on, name="recent", daemon=True).start()
        atexit.register(write)


def _write_on() -> None:
    while True:
        _came.wait()
        time.sleep(GATHERED)
        _came.clear()
        write()


def write() -> None:
    """Write what gathered so far; one round trip, now and then a second to cut lists."""
    with _writing:
        lists: dict[str, tuple[list[str], datetime]] = {}
        while _waiting:
            name, entry, at = _waiting.popleft()
            ends = end_of_day(at.astimezone(ISTANBUL).date()) + timedelta(days=DAYS - 1)
            lists.setdefault(_key(name, at), ([], ends))[0].append(str(entry))
        if not lists:
            return
        try:
            client = valkey.client()
            pipe = client.pipeline(transaction=False)
            for key, (entries, ends) in lists.items():
                pipe.lpush(key, *entries)
                pipe.expireat(key, ends)
            lengths = pipe.execute()[::2]
            for key, length in zip(lists, lengths, strict=True):
                if length >= MOST + SLACK:
                    client.ltrim(key, 0, MOST - 1)
        except redis.RedisError as error:
            log.warning("recent_not_kept reason=%s", type(error).__name__)


def kept(names: Sequence[str], *, now: datetime, most: int) -> Iterator[list[list[str]]]:
    """Day by day from today back: the newest `most` entries of each name, in the order of the names.

    One round trip a day, made when the day is asked for. Ends where Valkey does not answer. What other processes kept
    in the last moment may be missing.
    """
    write()
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
