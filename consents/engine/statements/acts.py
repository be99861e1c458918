"""Acts on a record that stands: recipients' (R-M3, R-M4, R-Z3), and evidence that is completed (R-C16)."""

from .events import APPEND, APPENDED, FORMER

# Consents of a recipient's act, as arrays; locked in key order before the act is decided.
_ASKED = """unnest(
        %(recipients)s::text[], %(channels)s::smallint[], %(types)s::smallint[], %(versions)s::int[]
    ) AS asked(recipient, channel, recipient_type, version)"""

LOCK_ASKED = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM {_ASKED}
        JOIN consents_consent c ON c.recipient = asked.recipient AND c.brand_id = %(brand)s
            AND c.channel = asked.channel AND c.recipient_type = asked.recipient_type
        ORDER BY c.recipient, c.brand_id, c.channel, c.recipient_type
        FOR UPDATE OF c
    ) locked
"""

# R-M3, R-M4: a recipient confirms the very event that the notice told of; anything later stands above it.
CONFIRM = f"""
WITH decided AS MATERIALIZED (
    SELECT c.recipient, c.channel, c.recipient_type, NULL::int AS undoes_version,
        c.status AS status0, c.holds AS holds0, c.version AS version0,
        c.status, c.source, (c.holds & ~1)::smallint AS holds, c.consent_date, c.hold_from, c.text_version_id,
        c.retailer_id, c.evidence_kind, c.evidence_hash, 0 AS code
    FROM {_ASKED}
    JOIN consents_consent c ON c.recipient = asked.recipient AND c.brand_id = %(brand)s
        AND c.channel = asked.channel AND c.recipient_type = asked.recipient_type
    WHERE c.version = asked.version AND c.status = 1
){APPEND.format(kind=3)}
SELECT {APPENDED}, (SELECT jsonb_agg(jsonb_build_array(channel, recipient_type, version, event_id)) FROM w)
"""

# R-Z3: a recipient takes the own refusal back while it is the last word; the state before it returns.
TAKE_BACK = f"""
WITH decided AS MATERIALIZED (
    SELECT c.recipient, c.channel, c.recipient_type, c.version AS undoes_version,
        c.status AS status0, c.holds AS holds0, c.version AS version0, {FORMER}, 0 AS code
    FROM {_ASKED}
    JOIN consents_consent c ON c.recipient = asked.recipient AND c.brand_id = %(brand)s
        AND c.channel = asked.channel AND c.recipient_type = asked.recipient_type
    JOIN consents_consentevent e ON e.recipient = c.recipient AND e.brand_id = c.brand_id AND e.channel = c.channel
        AND e.recipient_type = c.recipient_type AND e.version = c.version
    LEFT JOIN consents_consentevent p ON p.recipient = c.recipient AND p.brand_id = c.brand_id
        AND p.channel = c.channel AND p.recipient_type = c.recipient_type AND p.version = c.version - 1
    WHERE c.version = asked.version AND e.kind = 1 AND e.status = 2 AND e.actor_kind = 3
){APPEND.format(kind=2)}
SELECT {APPENDED}, (SELECT jsonb_agg(jsonb_build_array(channel, recipient_type, version, event_id)) FROM w)
"""

# R-C16: a signed consent gets its evidence, while it still waits for it; `asked` brings what proves each.
COMPLETE = f"""
WITH decided AS MATERIALIZED (
    SELECT c.recipient, c.channel, c.recipient_type, NULL::int AS undoes_version,
        c.status AS status0, c.holds AS holds0, c.version AS version0,
        c.status, c.source, (c.holds & ~2)::smallint AS holds, c.consent_date, NULL::timestamptz AS hold_from,
        c.text_version_id, c.retailer_id, asked.evidence_kind, asked.evidence_hash, 0 AS code
    FROM unnest(
        %(recipients)s::text[], %(channels)s::smallint[], %(types)s::smallint[], %(versions)s::int[],
        %(evidence_kinds)s::smallint[], %(evidence_hashes)s::bytea[]
    ) AS asked(recipient, channel, recipient_type, version, evidence_kind, evidence_hash)
    JOIN consents_consent c ON c.recipient = asked.recipient AND c.brand_id = %(brand)s
        AND c.channel = asked.channel AND c.recipient_type = asked.recipient_type
    WHERE c.version = asked.version AND c.status = 1 AND c.holds & 2 > 0
){APPEND.format(kind=4)}
SELECT {APPENDED}, (SELECT jsonb_agg(jsonb_build_array(channel, recipient_type, version, event_id)) FROM w)
"""
