"""Undo of an import (R-L6)."""

from .events import APPEND
from .undoing import CALLED_OFF, CORRECTIONS, DECIDED, LOCK_TOUCHED, SUMMED_UP

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

LOCK_FOR_UNDO = LOCK_TOUCHED.format(touched=_TOUCHED)

# Notices that no sender holds stay as they are until the undo has decided; after the consents, in key order.
LOCK_NOTICES_FOR_UNDO = """
    SELECT count(*) FROM (
        SELECT 1 FROM consents_notice WHERE event_id BETWEEN %(first_event)s AND %(last_event)s AND job_id = %(job)s
        ORDER BY event_id FOR UPDATE
    ) locked
"""

UNDO = f"""
WITH touched AS MATERIALIZED ({_TOUCHED}), decided AS MATERIALIZED ({DECIDED}
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
), called_off AS ({CALLED_OFF}), corrections AS ({CORRECTIONS})
SELECT {SUMMED_UP}
"""
