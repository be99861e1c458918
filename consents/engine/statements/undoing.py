"""What both undos share (R-L6): of an import, and of what one key wrote. Each says which consents it `touched`."""

from consents.enums import UndoOutcome

from .events import APPENDED, FORMER

# The state of a touched consent `t`, and the one that it had before: `first_version` and `last_version` are those of
# what is undone.
_STATES = """
    JOIN consents_consent c ON c.recipient = t.recipient AND c.brand_id = %(brand)s
        AND c.channel = t.channel AND c.recipient_type = t.recipient_type"""

LOCK_TOUCHED = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM ({{touched}}) t{_STATES}
        ORDER BY c.recipient, c.brand_id, c.channel, c.recipient_type
        FOR UPDATE OF c
    ) locked
"""

# A counter-event carries the state from before; a new record becomes cancelled. No refusal becomes an approval.
DECIDED = f"""
    SELECT t.*, t.first_version AS undoes_version, c.status AS status0, c.holds AS holds0, c.version AS version0,
        {FORMER},
        CASE
        WHEN c.version <> t.last_version THEN {UndoOutcome.CHANGED_SINCE:d}
        WHEN c.status = 2 AND coalesce(p.status, 3) = 1 THEN {UndoOutcome.WOULD_APPROVE:d}
        WHEN c.status = 2 AND NOT %(include_refusals)s THEN {UndoOutcome.REFUSAL_STAYS:d}
        ELSE {UndoOutcome.DONE:d}
        END AS code
    FROM touched t{_STATES}
    LEFT JOIN consents_consentevent p ON p.recipient = t.recipient AND p.brand_id = %(brand)s
        AND p.channel = t.channel AND p.recipient_type = t.recipient_type AND p.version = t.first_version - 1
"""

# Notices that wait are called off, people who were told get a correction. `told` has the notices of what is undone,
# each with its counter-event.
CALLED_OFF = """
    UPDATE consents_notice o SET state = 8 FROM told t
    WHERE o.event_id = t.event_id AND t.state = 1
      AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.recipient = t.recipient AND d.code > 0)
    RETURNING o.means, o.registered_at
"""
CORRECTIONS = """
    INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at,
        due_at, next_try_at, attempts, corrects)
    SELECT undo_event, 3, 2, means, 1, %(brand)s, recipient, %(act_job)s::bigint, %(moment)s, %(end_of_day)s,
        %(moment)s, 0, min(event_id)
    FROM told WHERE state BETWEEN 2 AND 5 GROUP BY undo_event, means, recipient ORDER BY undo_event
    RETURNING means
"""

# Consents by code, movements of the counters, first and last counter-event, movements of the counters of notices.
SUMMED_UP = f"""
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
