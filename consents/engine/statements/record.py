"""Write what was judged, say why rows were refused, and sum up."""

from consents.erased import address_hash

from .events import STATE_COLUMNS, STATE_VALUES, TEXT_VERSION, TRANSACTION_ID
from .told import TOLD_COUNTS

_WRITE = f"""
, events AS (
    INSERT INTO consents_consentevent ({STATE_COLUMNS}, kind, late, undoes_version, job_id, actor_kind, actor_id, way,
        salt, transaction_id)
    SELECT {STATE_VALUES}, 1, w.late, NULL, %(job)s::bigint, %(actor_kind)s, %(actor_id)s, %(way)s,
        gen_random_uuid(), {TRANSACTION_ID}
    FROM judged w WHERE w.code < 4
), first_states AS (
    INSERT INTO consents_consent ({STATE_COLUMNS})
    SELECT {STATE_VALUES} FROM judged w WHERE w.is_last AND w.status0 = 0 AND w.version > coalesce(w.version0, 0)
), next_states AS (
    UPDATE consents_consent c SET
        version = w.version, status = w.status, source = w.source, holds = w.holds, consent_date = w.consent_date,
        registered_at = %(moment)s, hold_from = CASE WHEN w.holds & 2 > 0 THEN %(evidence_from)s::timestamptz END,
        text_version_id = {TEXT_VERSION},
        retailer_id = w.retailer_id, evidence_kind = w.evidence_kind, evidence_hash = w.evidence_hash,
        event_id = w.event_id
    FROM judged w
    WHERE w.is_last AND w.version > w.version0 AND c.recipient = w.recipient AND c.brand_id = %(brand)s
        AND c.channel = w.channel AND c.recipient_type = w.recipient_type
)
"""

# R-L5: what is written anew under its address needs no keyed hash any more. `{address_hash}` is filled in.
_REMEMBER = """
, remembered AS (
    DELETE FROM consents_erasedrefusal e USING judged w
    WHERE w.is_last AND w.status0 = 0 AND w.version > w.version0 AND e.address_hash = {address_hash}
        AND e.brand_id = %(brand)s AND e.channel = w.channel AND e.recipient_type = w.recipient_type
)
"""


def write_sql(*, erased: bool) -> str:
    return _WRITE + (_REMEMBER.format(address_hash=address_hash("w.recipient")) if erased else "")


# Rows that were refused, with what their sentence needs.
PROBLEMS = """
, problems AS (
    INSERT INTO consents_importproblem (import_id, phase, line, problem, "column", value, details)
    SELECT %(import)s, %(phase)s, w.line, w.code, '', NULL, jsonb_strip_nulls(jsonb_build_object(
        'recipient', w.recipient, 'channel', w.channel, 'date', n.consent_date,
        'former_date', CASE WHEN w.code <> 520 THEN w.former_date END,
        'former_source', CASE WHEN w.code <> 520 THEN w.former_source END,
        'former_status', CASE WHEN w.code <> 520 THEN w.former_status END,
        'retailer', n.retailer_code, 'until', CASE WHEN w.code = 502 THEN %(window_until)s::timestamptz END))
    FROM judged w JOIN n ON n.recipient = w.recipient AND n.channel = w.channel
        AND n.recipient_type = w.recipient_type AND n.round = w.round
    WHERE w.code >= 100
)
"""

_COUNTER_CHANGES = """(SELECT coalesce(jsonb_agg(jsonb_build_array(
            channel, recipient_type, status0, holds0, status, holds, total)), '[]')
     FROM (SELECT channel, recipient_type, status0, holds0, status, holds, count(*) AS total FROM judged
           WHERE is_last AND (version0 IS NULL AND version > 0 OR version > version0) GROUP BY 1, 2, 3, 4, 5, 6) c),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(channel, status, code, total)), '[]')
     FROM (SELECT channel, status, code, count(*) AS total FROM judged WHERE code < 4 GROUP BY 1, 2, 3) c)"""

# What the chunk did: counts by code, changes of the counters, and the rows' verdicts as two packed arrays.
SUMMARY = f"""
SELECT
    (SELECT coalesce(jsonb_object_agg(code, total), '{{}}')
     FROM (SELECT code, count(*) AS total FROM judged GROUP BY 1) c),
    {_COUNTER_CHANGES},
    (SELECT string_agg(int4send(line), '') FROM judged),
    (SELECT string_agg(int2send(code::smallint), '') FROM judged),
    (SELECT min(event_id) FROM judged WHERE code < 4),
    (SELECT max(event_id) FROM judged WHERE code < 4),
    {TOLD_COUNTS}
"""

# The outcome of each row of a call, in its order, and the changes of the counters.
CALL_SUMMARY = f"""
SELECT
    (SELECT jsonb_agg(jsonb_build_array(w.code, w.version, w.event_id, w.former_date, w.former_source,
        w.former_status, CASE WHEN w.code < 4 THEN encode({TRANSACTION_ID}, 'hex') END) ORDER BY w.line)
     FROM judged w),
    {_COUNTER_CHANGES},
    {TOLD_COUNTS}
"""

# R-C14: the transaction number that a repeat is answered with is the first one's.
FIRST_OF_CONTENT = """
    SELECT event_id, version, transaction_id FROM consents_consentevent
    WHERE recipient = %(recipient)s AND brand_id = %(brand)s AND channel = %(channel)s
      AND recipient_type = %(recipient_type)s AND kind = 1 AND status = %(status)s
    ORDER BY source IS NOT DISTINCT FROM %(source)s AND consent_date IS NOT DISTINCT FROM %(consent_date)s DESC, version
    LIMIT 1
"""
