"""The SQL of the consent engine: judge a set of rows against the stored state, and write what was accepted.

One statement decides a whole chunk. `fold` is a recursion over the rows of each key in file order: level n judges the
n-th row of every key against the state that row n-1 left (R-C10), so a file in which no key repeats is one level, and
`verdict` stands once for first rows and later ones, for dry run, apply, form and API.

Numbers in the CASE are `enums` values and `problems` numbers; below 100 a verdict, from 100 on a problem.
"""

from consents.erased import address_hash

# Rows of an import, between two positions of the staged table.
FROM_STAGE = """
    SELECT line, recipient, channel, recipient_type, status, source, consent_date, retailer_code,
           evidence_kind, evidence_hash, own_notice_at, own_notice_means
    FROM consents_stagedrow
    WHERE import_id = %(import)s
      AND (recipient, line, channel) > (%(after_recipient)s, %(after_line)s, %(after_channel)s)
      AND (recipient, line, channel) <= (%(upto_recipient)s, %(upto_line)s, %(upto_channel)s)
"""

# Rows of a call, as arrays.
FROM_CALL = """
    SELECT * FROM unnest(
        %(line)s::int[], %(recipient)s::text[], %(channel)s::smallint[], %(recipient_type)s::smallint[],
        %(status)s::smallint[], %(source)s::smallint[], %(consent_date)s::timestamptz[], %(retailer_code)s::text[],
        %(evidence_kind)s::smallint[], %(evidence_hash)s::bytea[],
        %(own_notice_at)s::timestamptz[], %(own_notice_means)s::smallint[]
    ) AS call(line, recipient, channel, recipient_type, status, source, consent_date, retailer_code,
              evidence_kind, evidence_hash, own_notice_at, own_notice_means)
"""

# Locks the existing rows of the chunk in key order, so that what is decided next still holds at commit.
LOCK = """
    SELECT count(*) FROM (
        SELECT 1 FROM ({source}) n
        JOIN consents_consent c ON c.recipient = n.recipient AND c.brand_id = %(brand)s
            AND c.channel = n.channel AND c.recipient_type = n.recipient_type
        ORDER BY c.recipient, c.brand_id, c.channel, c.recipient_type
        FOR UPDATE OF c
    ) locked
"""

# R-C14: the same status, source and date was accepted before and not undone (R-L6).
_REPEATED = """
    EXISTS (
        SELECT 1 FROM consents_consentevent e
        WHERE e.recipient = n.recipient AND e.brand_id = %(brand)s AND e.channel = n.channel
          AND e.recipient_type = n.recipient_type AND e.kind = 1 AND e.status = n.status
          AND e.source IS NOT DISTINCT FROM n.source AND e.consent_date IS NOT DISTINCT FROM n.consent_date
          AND NOT EXISTS (
              SELECT 1 FROM consents_consentevent u
              WHERE u.recipient = e.recipient AND u.brand_id = e.brand_id AND u.channel = e.channel
                AND u.recipient_type = e.recipient_type AND u.undoes_version <= e.version AND u.version > e.version
          )
    )
"""

# f is the state before the row, n the row. `f.stands` is false for no record and for a cancelled one.
_VERDICT = f"""
    CASE
    {{ungranted}}
    -- R-C6
    WHEN n.consent_date > %(latest)s THEN 162
    -- R-C7
    WHEN n.source = 12 AND n.consent_date IS DISTINCT FROM '2015-05-01 00:00:00+03'::timestamptz THEN 155
    WHEN n.consent_date < '2015-05-01 00:00:00+03'::timestamptz THEN 156
    -- R-C9
    WHEN n.source = 13 AND n.status <> 2 THEN 408
    -- R-C20
    WHEN n.retailer_code IS NOT NULL AND n.retailer_id IS NULL THEN 180
    -- The recipient's own act follows the stored state, whatever its date (R-C10, R-C11).
    WHEN %(registry)s THEN
        CASE
        WHEN NOT f.stands THEN 1
        WHEN n.status <> f.status THEN 2
        WHEN f.source >= 20 THEN 4
        ELSE 3
        END
    -- R-C14
    WHEN f.stands AND n.status = f.status AND n.source IS NOT DISTINCT FROM f.source
        AND n.consent_date IS NOT DISTINCT FROM f.consent_date THEN 4
    WHEN CASE WHEN n.same_as < n.round THEN get_bit(f.written_rounds, n.same_as - 1) = 1 ELSE FALSE END THEN 4
    WHEN f.version0 IS NOT NULL AND {_REPEATED} THEN 4
    WHEN NOT %(strict)s AND f.stands AND n.status = f.status
        AND (n.consent_date IS NULL OR n.consent_date <= f.consent_date) THEN 4
    WHEN f.stands AND n.status = 1 AND f.status = 2
        AND (n.consent_date IS NULL OR n.consent_date <= f.consent_date)
        THEN CASE WHEN n.consent_date IS NULL AND %(strict)s THEN 462 ELSE 514 END
    -- R-C8 with R-D2
    WHEN n.status = 1 AND NOT %(window_open)s AND n.consent_date < %(timely_from)s THEN
        CASE WHEN n.consent_date < %(window_until)s THEN 502 ELSE 467 END
    -- R-C13
    WHEN f.stands AND n.consent_date IS NULL THEN 462
    WHEN f.stands AND n.source IS NULL THEN 463
    -- R-C9
    WHEN NOT f.stands AND n.source = 13 THEN 486
    -- R-C12
    WHEN %(strict)s AND NOT f.stands AND n.status = 2 THEN 175
    -- R-C10: later than the stored one; at equal moments a refusal wins
    WHEN f.stands AND (
        n.consent_date < f.consent_date
        OR n.consent_date = f.consent_date AND NOT (n.status = 2 AND f.status = 1)
    ) THEN 178
    -- R-C11
    WHEN f.stands AND n.status = 2 AND f.status = 2 THEN CASE WHEN %(strict)s THEN 174 ELSE 4 END
    -- R-C15
    WHEN f.stands AND n.status = 1 AND f.status = 2 AND f.source >= 20 AND n.evidence_kind <> 2 THEN 515
    WHEN NOT f.stands THEN 1
    WHEN n.status <> f.status THEN 2
    ELSE 3
    END
"""

# R-P12: a channel that the provider did not open to the integrator who brings the row; nothing else is told of it.
_UNGRANTED = "WHEN NOT n.channel = ANY(%(granted)s) THEN 520"

# R-M4: an electronic ONAY waits for the recipient, unless what it renews is confirmed.
# R-C16: a signed one waits for its evidence.
_HOLDS = """
    CASE WHEN n.status <> 1 THEN 0 ELSE
        CASE WHEN %(double_opt_in)s AND n.source BETWEEN 4 AND 11
                  AND NOT (f.stands AND f.status = 1 AND f.holds & 1 = 0) THEN 1 ELSE 0 END
        + CASE WHEN n.source BETWEEN 1 AND 3 AND n.evidence_kind = 0 THEN 2 ELSE 0 END
    END
"""

# R-M2: told of new and changed consents, of renewed ones by a setting or while they still wait for confirmation.
_TELL = """
    CASE
    WHEN d.code < 3 THEN n.status = 1
    WHEN d.code = 3 THEN f.tell OR n.status = 1 AND (%(tell_renewed)s OR %(double_opt_in)s AND f.holds & 1 > 0)
    ELSE f.tell
    END
"""

# R-C20
_RETAILER = """(
    SELECT r.id FROM providers_retailer r
    WHERE r.brand_id = %(brand)s AND r.code = i.retailer_code AND r.is_active
)"""

# The stored state of `n`.
_STORED = """LEFT JOIN consents_consent c ON c.recipient = n.recipient AND c.brand_id = %(brand)s
        AND c.channel = n.channel AND c.recipient_type = n.recipient_type"""

# R-L5: where a brand has refusals whose addresses were forgotten, an address without a row is looked up by its keyed
# hash. Such a state has a version and counts nowhere: `status0` is 0.
_STORED_OR_ERASED = """LEFT JOIN LATERAL (
        SELECT version, status, status AS counted, source, holds, consent_date, retailer_id, evidence_kind,
            evidence_hash, event_id
        FROM consents_consent WHERE recipient = n.recipient AND brand_id = %(brand)s
            AND channel = n.channel AND recipient_type = n.recipient_type
      UNION ALL
        SELECT version, status, 0::smallint, source, 0::smallint, consent_date, NULL, 0::smallint, NULL, event_id
        FROM consents_erasedrefusal WHERE address_hash = {address_hash} AND brand_id = %(brand)s
            AND channel = n.channel AND recipient_type = n.recipient_type
    ) c ON TRUE"""

# `fold.round` 0 is the stored state; higher rounds are judged rows. `judge_sql` fills the names in.
_JUDGE = f"""
WITH RECURSIVE numbered AS (
    SELECT i.*,
        row_number() OVER key_rows AS round,
        lead(i.line) OVER key_rows IS NULL AS is_last,
        CASE WHEN i.retailer_code IS NOT NULL THEN {_RETAILER} END AS retailer_id
    FROM ({{source}}) i
    WINDOW key_rows AS (PARTITION BY i.recipient, i.channel, i.recipient_type ORDER BY i.line)
), n AS MATERIALIZED (
    SELECT numbered.*,
        CASE WHEN round = 1 THEN 1 ELSE min(round) OVER (
            PARTITION BY recipient, channel, recipient_type, status, source, consent_date) END::int AS same_as
    FROM numbered
), fold AS (
    SELECT n.recipient, n.channel, n.recipient_type, 0::bigint AS round, NULL::int AS line, FALSE AS is_last,
        NULL::int AS code, FALSE AS late, FALSE AS tell,
        c.version AS version0, coalesce({{counted}}, 0::smallint) AS status0, coalesce(c.holds, 0::smallint) AS holds0,
        B''::varbit AS written_rounds,
        coalesce(c.version, 0) AS version, coalesce(c.status <> 3, FALSE) AS stands,
        c.status, c.source, c.holds, c.consent_date, c.retailer_id, c.evidence_kind, c.evidence_hash, c.event_id,
        c.consent_date AS former_date, c.source AS former_source, c.status AS former_status
    FROM n
    {{stored}}
    WHERE n.round = 1
  UNION ALL
    SELECT n.recipient, n.channel, n.recipient_type, n.round, n.line, n.is_last,
        d.code, d.code < 4 AND n.status = 2 AND coalesce(n.consent_date < %(timely_from)s, FALSE),
        {_TELL},
        f.version0, f.status0, f.holds0,
        CASE WHEN n.is_last THEN B''::varbit ELSE f.written_rounds || (d.code < 4)::int::bit(1) END,
        CASE WHEN d.code < 4 THEN f.version + 1 ELSE f.version END, f.stands OR d.code < 4,
        CASE WHEN d.code < 4 THEN n.status ELSE f.status END,
        CASE WHEN d.code < 4 THEN n.source ELSE f.source END,
        CASE WHEN d.code < 4 THEN ({_HOLDS})::smallint ELSE f.holds END,
        CASE WHEN d.code < 4 THEN n.consent_date ELSE f.consent_date END,
        CASE WHEN d.code < 4 THEN n.retailer_id ELSE f.retailer_id END,
        CASE WHEN d.code < 4 THEN n.evidence_kind ELSE f.evidence_kind END,
        CASE WHEN d.code < 4 THEN n.evidence_hash ELSE f.evidence_hash END,
        CASE WHEN d.code < 4 THEN {{event_number}} ELSE f.event_id END,
        f.consent_date, f.source, f.status
    FROM fold f
    JOIN n ON n.recipient = f.recipient AND n.channel = f.channel AND n.recipient_type = f.recipient_type
        AND n.round = f.round + 1
    CROSS JOIN LATERAL (SELECT ({_VERDICT})::int AS code OFFSET 0) d
), judged AS MATERIALIZED (
    SELECT * FROM fold WHERE round > 0
)
"""

NEXT_EVENT = "nextval('consents_event_number')"
NO_EVENT = "NULL::bigint"


def judge_sql(source: str, event_number: str, *, erased: bool, bounded: bool) -> str:
    """The statement's first part, up to `judged`.

    `erased`: the brand has refusals whose addresses were forgotten. `bounded`: the actor writes the channels of the
    parameter `granted` only (R-P12).
    """
    stored = _STORED_OR_ERASED.format(address_hash=address_hash("n.recipient")) if erased else _STORED
    counted = "c.counted" if erased else "c.status"
    ungranted = _UNGRANTED if bounded else ""
    return _JUDGE.format(source=source, event_number=event_number, stored=stored, counted=counted, ungranted=ungranted)
