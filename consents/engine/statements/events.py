"""What every writing statement shares: the columns of a state, transaction numbers, and appending an event."""

# HMAC-SHA-256 (RFC 2104) over key, version and content: nobody can guess an address from it (design 3).
TRANSACTION_ID = """
    sha256(%(hmac_outer)s::bytea || sha256(%(hmac_inner)s::bytea || convert_to(concat_ws('|',
        w.recipient, %(brand)s::int, w.channel, w.recipient_type, w.version, 1, w.status, w.source,
        date_part('epoch', w.consent_date)::bigint, %(moment_us)s::bigint
    ), 'UTF8')))
"""

STATE_COLUMNS = """
    recipient, brand_id, channel, recipient_type, version, status, source, holds, consent_date, registered_at,
    hold_from, text_version_id, retailer_id, evidence_kind, evidence_hash, event_id
"""

# R-C18: a consent points to the text that was named for it, where that text is for its channel and its day.
TEXT_VERSION = """CASE WHEN w.status = 1 AND w.channel = ANY(%(text_channels)s::smallint[])
        AND w.consent_date >= %(text_from)s::timestamptz
        AND (%(text_until)s::timestamptz IS NULL OR w.consent_date < %(text_until)s::timestamptz)
    THEN %(text_version)s::bigint END"""

STATE_VALUES = f"""
    w.recipient, %(brand)s::int, w.channel, w.recipient_type, w.version, w.status, w.source, w.holds, w.consent_date,
    %(moment)s::timestamptz, CASE WHEN w.holds & 2 > 0 THEN %(evidence_from)s::timestamptz END,
    {TEXT_VERSION}, w.retailer_id, w.evidence_kind, w.evidence_hash,
    w.event_id
"""

# Appends the events of `w` (a consent's key with the whole state to leave, its former version, and `undoes_version`)
# and moves the states. `{kind}` is the events' kind.
APPEND = f"""
, w AS MATERIALIZED (
    SELECT d.*, version0 + 1 AS version, nextval('consents_event_number') AS event_id
    FROM (SELECT * FROM decided WHERE code = 0 ORDER BY recipient, channel, recipient_type) d
), events AS (
    INSERT INTO consents_consentevent ({STATE_COLUMNS}, kind, late, undoes_version, job_id, actor_kind, actor_id, way,
        salt, transaction_id)
    SELECT recipient, %(brand)s, channel, recipient_type, version, status, source, holds, consent_date, %(moment)s,
        hold_from, text_version_id, retailer_id, evidence_kind, evidence_hash, event_id, {{kind}}, FALSE,
        undoes_version, %(act_job)s::bigint, %(actor_kind)s, %(actor_id)s, %(way)s, gen_random_uuid(),
        {TRANSACTION_ID.replace(", 1, w.status", ", {kind}, w.status")}
    FROM w
), states AS (
    UPDATE consents_consent c SET
        version = w.version, status = w.status, source = w.source, holds = w.holds, consent_date = w.consent_date,
        registered_at = %(moment)s, hold_from = w.hold_from, text_version_id = w.text_version_id,
        retailer_id = w.retailer_id, evidence_kind = w.evidence_kind, evidence_hash = w.evidence_hash,
        event_id = w.event_id
    FROM w
    WHERE c.recipient = w.recipient AND c.brand_id = %(brand)s AND c.channel = w.channel
        AND c.recipient_type = w.recipient_type
)
"""

APPENDED = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(channel, recipient_type, status0, holds0, status, holds, total)), '[]')
     FROM (SELECT channel, recipient_type, status0, holds0, status, holds, count(*) AS total
           FROM w GROUP BY 1, 2, 3, 4, 5, 6) c)"""

# The state that an event left, as the state to return to; without an event the consent becomes cancelled.
FORMER = """coalesce(p.status, 3::smallint) AS status, p.source, coalesce(p.holds, 0::smallint) AS holds,
        p.consent_date, p.hold_from, p.text_version_id, p.retailer_id,
        coalesce(p.evidence_kind, 0::smallint) AS evidence_kind, p.evidence_hash"""
