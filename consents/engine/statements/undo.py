"""Undo of an import (R-L6)."""

from .events import APPEND, APPENDED, FORMER

# Consents that the import touched between two of its events, with its first and last version of each.
_TOUCHED = """
    SELECT k.recipient, k.channel, k.recipient_type, own.first_version, own.last_version
    FROM (
        SELECT DISTINCT recipient, channel, recipient_type FROM consents_consentevent
        WHERE event_id BETWEEN %(first_event)s AND %(last_event)s AND job_id = %(job)s AND kind = 1
    ) k
    CROSS JOIN LATERAL (
        SELECT min(e.version) AS first_version, max(e.version) AS last_version FROM consents_consentevent e
        WHERE e.recipient = k.recipient AND e.brand_id = %(brand)s AND e.channel = k.channel
          AND e.recipient_type = k.recipient_type AND e.job_id = %(job)s AND e.kind = 1
    ) own
"""

LOCK_FOR_UNDO = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM ({_TOUCHED}) t
        JOIN consents_consent c ON c.recipient = t.recipient AND c.brand_id = %(brand)s
            AND c.channel = t.channel AND c.recipient_type = t.recipient_type
        ORDER BY c.recipient, c.brand_id, c.channel, c.recipient_type
        FOR UPDATE OF c
    ) locked
"""

# Notices that no sender holds stay as they are until the undo has decided; after the consents, in key order.
LOCK_NOTICES_FOR_UNDO = """
    SELECT count(*) FROM (
        SELECT 1 FROM consents_notice WHERE event_id BETWEEN %(first_event)s AND %(last_event)s AND job_id = %(job)s
        ORDER BY event_id FOR UPDATE
    ) locked
"""

# R-L6: a counter-event carries the state from before the import; a new record becomes cancelled. Notices that wait
# are called off, people who were told get a correction.
UNDO = f"""
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
    WHERE NOT EXISTS (
        SELECT 1 FROM consents_consentevent u WHERE u.recipient = t.recipient AND u.brand_id = %(brand)s
            AND u.channel = t.channel AND u.recipient_type = t.recipient_type AND u.job_id = %(act_job)s
    )
){APPEND.format(kind=2)}, problems AS (
    INSERT INTO consents_importproblem (import_id, phase, line, problem, "column", value, details)
    SELECT %(import)s, 3, 0, code, '', NULL, jsonb_build_object('recipient', recipient, 'channel', channel)
    FROM decided WHERE code > 0
), told AS MATERIALIZED (
    SELECT o.event_id, o.recipient, o.means, o.state, o.registered_at, k.event_id AS undo_event
    FROM consents_notice o
    JOIN (SELECT recipient, min(event_id) AS event_id FROM w GROUP BY recipient) k ON k.recipient = o.recipient
    WHERE o.event_id BETWEEN %(first_event)s AND %(last_event)s AND o.job_id = %(job)s
), called_off AS (
    UPDATE consents_notice o SET state = 8 FROM told t
    WHERE o.event_id = t.event_id AND t.state = 1
      AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.recipient = t.recipient AND d.code > 0)
    RETURNING o.means, o.registered_at
), corrections AS (
    INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at,
        due_at, next_try_at, attempts, corrects)
    SELECT undo_event, 3, 2, means, 1, %(brand)s, recipient, %(act_job)s::bigint, %(moment)s, %(end_of_day)s,
        %(moment)s, 0, event_id
    FROM told WHERE state BETWEEN 2 AND 5 ORDER BY undo_event
    RETURNING means
)
SELECT
    (SELECT jsonb_agg(jsonb_build_array(code, total)) FROM (SELECT code, count(*) AS total FROM decided GROUP BY 1) c),
    {APPENDED},
    (SELECT min(event_id) FROM w),
    (SELECT max(event_id) FROM w),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(day, means, state, total)), '[]') FROM (
        SELECT (registered_at AT TIME ZONE 'Europe/Istanbul')::date AS day, means, state, sum(delta) AS total
        FROM called_off CROSS JOIN (VALUES (1, -1), (8, 1)) AS moved(state, delta) GROUP BY 1, 2, 3
        UNION ALL
        SELECT (%(moment)s AT TIME ZONE 'Europe/Istanbul')::date, means, 1, count(*) FROM corrections GROUP BY 2
    ) c)
"""
