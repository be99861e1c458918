"""Undo of what one key wrote in a time (R-L6)."""

from .events import APPEND
from .undoing import CALLED_OFF, CORRECTIONS, DECIDED, LOCK_TOUCHED, SUMMED_UP

_MINE = """e.kind = 1 AND e.actor_kind = 2 AND e.actor_id = %(key)s
    AND e.registered_at >= %(since)s AND e.registered_at < %(until)s"""
_OF_KEY = """e.recipient = k.recipient AND e.brand_id = %(brand)s AND e.channel = k.channel
    AND e.recipient_type = k.recipient_type"""

# The key's next events, found by block ranges of their numbers; up to where the ledger is final, for behind a number
# that was looked at a lower one may still commit.
NEXT_OF_KEY = f"""
    SELECT min(event_id), max(event_id) FROM (
        SELECT e.event_id FROM consents_consentevent e
        WHERE e.event_id > %(seen)s AND e.event_id <= %(final)s AND e.brand_id = %(brand)s AND {_MINE}
        ORDER BY e.event_id LIMIT %(limit)s
    ) part
"""

# Consents whose last event of the key is between two numbers, with the first one of its last unbroken run: what
# anybody else did before that run stays, and so does what it left.
_TOUCHED = f"""
    SELECT k.recipient, k.channel, k.recipient_type, newest.last_version, run.first_version
    FROM (
        SELECT DISTINCT e.recipient, e.channel, e.recipient_type FROM consents_consentevent e
        WHERE e.event_id BETWEEN %(first_event)s AND %(last_event)s AND e.brand_id = %(brand)s AND {_MINE}
    ) k
    CROSS JOIN LATERAL (
        SELECT e.version AS last_version, e.event_id FROM consents_consentevent e
        WHERE {_OF_KEY} AND {_MINE} ORDER BY e.version DESC LIMIT 1
    ) newest
    CROSS JOIN LATERAL (
        SELECT coalesce(max(e.version), 0) + 1 AS first_version FROM consents_consentevent e
        WHERE {_OF_KEY} AND e.version < newest.last_version AND NOT ({_MINE})
    ) run
    WHERE newest.event_id BETWEEN %(first_event)s AND %(last_event)s
"""

LOCK_FOR_KEY_UNDO = LOCK_TOUCHED.format(touched=_TOUCHED)

LOCK_NOTICES_OF_KEY = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM ({_TOUCHED}) k
        JOIN consents_consentevent e ON {_OF_KEY} AND e.version BETWEEN k.first_version AND k.last_version
        JOIN consents_notice o ON o.event_id = e.event_id
        ORDER BY o.event_id FOR UPDATE OF o
    ) locked
"""

UNDO_KEY = f"""
WITH touched AS MATERIALIZED ({_TOUCHED}), decided AS MATERIALIZED ({DECIDED}){APPEND.format(kind=2)}
, told AS MATERIALIZED (
    SELECT o.event_id, o.recipient, o.means, o.state, o.registered_at, k.event_id AS undo_event
    FROM w k
    JOIN consents_consentevent e ON {_OF_KEY} AND e.version BETWEEN k.first_version AND k.last_version
    JOIN consents_notice o ON o.event_id = e.event_id
), called_off AS ({CALLED_OFF}), corrections AS ({CORRECTIONS})
SELECT {SUMMED_UP}
"""
