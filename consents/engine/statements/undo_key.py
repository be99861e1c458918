"""Undo of what one key wrote in a time (R-L6's spirit): counter-events, and no refusal that becomes an approval."""

from .events import APPEND, APPENDED, FORMER

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

LOCK_FOR_KEY_UNDO = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM ({_TOUCHED}) t
        JOIN consents_consent c ON c.recipient = t.recipient AND c.brand_id = %(brand)s
            AND c.channel = t.channel AND c.recipient_type = t.recipient_type
        ORDER BY c.recipient, c.brand_id, c.channel, c.recipient_type
        FOR UPDATE OF c
    ) locked
"""

LOCK_NOTICES_OF_KEY = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM ({_TOUCHED}) k
        JOIN consents_consentevent e ON {_OF_KEY} AND e.version BETWEEN k.first_version AND k.last_version
        JOIN consents_notice o ON o.event_id = e.event_id
        ORDER BY o.event_id FOR UPDATE OF o
    ) locked
"""

UNDO_KEY = f"""
WITH touched AS MATERIALIZED ({_TOUCHED}), decided AS MATERIALIZED (
    SELECT t.*, t.first_version AS undoes_version, c.status AS status0, c.holds AS holds0, c.version AS version0,
        {FORMER},
        CASE
        WHEN c.version <> t.last_version THEN 601
        WHEN c.status = 2 AND coalesce(p.status, 3) = 1 THEN 603
        WHEN c.status = 2 AND NOT %(include_refusals)s THEN 602
        ELSE 0
        END AS code
    FROM touched t
    JOIN consents_consent c ON c.recipient = t.recipient AND c.brand_id = %(brand)s
        AND c.channel = t.channel AND c.recipient_type = t.recipient_type
    LEFT JOIN consents_consentevent p ON p.recipient = t.recipient AND p.brand_id = %(brand)s
        AND p.channel = t.channel AND p.recipient_type = t.recipient_type AND p.version = t.first_version - 1
){APPEND.format(kind=2)}, told AS MATERIALIZED (
    SELECT o.event_id, o.recipient, o.means, o.state, o.registered_at, k.event_id AS undo_event
    FROM w k
    JOIN consents_consentevent e ON {_OF_KEY} AND e.version BETWEEN k.first_version AND k.last_version
    JOIN consents_notice o ON o.event_id = e.event_id
), called_off AS (
    UPDATE consents_notice o SET state = 8 FROM told t
    WHERE o.event_id = t.event_id AND t.state = 1
      AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.recipient = t.recipient AND d.code > 0)
    RETURNING o.means, o.registered_at
), corrections AS (
    INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at,
        due_at, next_try_at, attempts, corrects)
    SELECT undo_event, 3, 2, means, 1, %(brand)s, recipient, %(act_job)s::bigint, %(moment)s, %(end_of_day)s,
        %(moment)s, 0, min(event_id)
    FROM told WHERE state BETWEEN 2 AND 5 GROUP BY undo_event, means, recipient ORDER BY undo_event
    RETURNING means
)
SELECT
    (SELECT jsonb_agg(jsonb_build_array(code, total)) FROM (SELECT code, count(*) AS total FROM decided GROUP BY 1) c),
    {APPENDED},
    (SELECT coalesce(jsonb_agg(jsonb_build_array(day, means, state, total)), '[]') FROM (
        SELECT (registered_at AT TIME ZONE 'Europe/Istanbul')::date AS day, means, state, sum(delta) AS total
        FROM called_off CROSS JOIN (VALUES (1, -1), (8, 1)) AS moved(state, delta) GROUP BY 1, 2, 3
        UNION ALL
        SELECT (%(moment)s AT TIME ZONE 'Europe/Istanbul')::date, means, 1, count(*) FROM corrections GROUP BY 2
    ) c)
"""
