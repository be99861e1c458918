"""Is an error the registry's own passing trouble: a server that is away, a disk that is full?

What it hit did not happen and can be done again later as it was; nobody did anything wrong. Endless statements and
broken rows are none: they would fail again.
"""

import errno

import psycopg
import redis

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# SQLSTATE: classes (connection, resources), and single codes: shutdown and recovery, lock not available, deadlock.
CLASSES = frozenset({"08", "53"})
CODES = frozenset({"57P01", "57P02", "57P03", "55P03", "40001", "40P01"})


def is_outage(error: BaseException | None) -> bool:
    """Whether this error, or what caused it, passes by itself or with the operator's help."""
    while error is not None:
        if isinstance(error, redis.ConnectionError | redis.TimeoutError):
            return True
        if isinstance(error, psycopg.Error) and _passes(error):
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__
    return False


def _passes(error: psycopg.Error) -> bool:
    code = error.sqlstate
    if code is None:  # the line broke, or none came about
        return isinstance(error, psycopg.OperationalError)
    return code[:2] in CLASSES or code in CODES
