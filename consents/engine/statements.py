"""The SQL of the consent engine: judge a set of rows against the stored state, and write what was accepted.

One statement decides a whole chunk. `fold` is a recursion over the rows of each key in file order: level n judges the
n-th row of every key against the state that row n-1 left (R-C10), so a file in which no key repeats is one level, and
`verdict` stands once for first rows and later ones, for dry run, apply, form and API.

Numbers in the CASE are `enums` values and `problems` numbers; below 100 a verdict, from 100 on a problem.
"""

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

# `fold.round` 0 is the stored state; higher rounds are judged rows. `{source}` and `{event_number}` are filled in.
JUDGE = f"""
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
        c.version AS version0, coalesce(c.status, 0::smallint) AS status0, coalesce(c.holds, 0::smallint) AS holds0,
        B''::varbit AS written_rounds,
        coalesce(c.version, 0) AS version, coalesce(c.status <> 3, FALSE) AS stands,
        c.status, c.source, c.holds, c.consent_date, c.retailer_id, c.evidence_kind, c.evidence_hash, c.event_id,
        c.consent_date AS former_date, c.source AS former_source, c.status AS former_status
    FROM n
    LEFT JOIN consents_consent c ON c.recipient = n.recipient AND c.brand_id = %(brand)s
        AND c.channel = n.channel AND c.recipient_type = n.recipient_type
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

# HMAC-SHA-256 (RFC 2104) over key, version and content: nobody can guess an address from it (design 3).
_TRANSACTION_ID = """
    sha256(%(hmac_outer)s::bytea || sha256(%(hmac_inner)s::bytea || convert_to(concat_ws('|',
        w.recipient, %(brand)s::int, w.channel, w.recipient_type, w.version, 1, w.status, w.source,
        date_part('epoch', w.consent_date)::bigint, %(moment_us)s::bigint
    ), 'UTF8')))
"""

_STATE_COLUMNS = """
    recipient, brand_id, channel, recipient_type, version, status, source, holds, consent_date, registered_at,
    hold_from, text_version_id, retailer_id, evidence_kind, evidence_hash, event_id
"""

_STATE_VALUES = """
    w.recipient, %(brand)s::int, w.channel, w.recipient_type, w.version, w.status, w.source, w.holds, w.consent_date,
    %(moment)s::timestamptz, CASE WHEN w.holds & 2 > 0 THEN %(evidence_from)s::timestamptz END,
    CASE WHEN w.status = 1 THEN %(text_version)s::bigint END, w.retailer_id, w.evidence_kind, w.evidence_hash,
    w.event_id
"""

WRITE = f"""
, events AS (
    INSERT INTO consents_consentevent ({_STATE_COLUMNS}, kind, late, undoes_version, job_id, actor_kind, actor_id, way,
        salt, transaction_id)
    SELECT {_STATE_VALUES}, 1, w.late, NULL, %(job)s::bigint, %(actor_kind)s, %(actor_id)s, %(way)s,
        gen_random_uuid(), {_TRANSACTION_ID}
    FROM judged w WHERE w.code < 4
), first_states AS (
    INSERT INTO consents_consent ({_STATE_COLUMNS})
    SELECT {_STATE_VALUES} FROM judged w WHERE w.is_last AND w.version0 IS NULL AND w.version > 0
), next_states AS (
    UPDATE consents_consent c SET
        version = w.version, status = w.status, source = w.source, holds = w.holds, consent_date = w.consent_date,
        registered_at = %(moment)s, hold_from = CASE WHEN w.holds & 2 > 0 THEN %(evidence_from)s::timestamptz END,
        text_version_id = CASE WHEN w.status = 1 THEN %(text_version)s::bigint END,
        retailer_id = w.retailer_id, evidence_kind = w.evidence_kind, evidence_hash = w.evidence_hash,
        event_id = w.event_id
    FROM judged w
    WHERE w.is_last AND w.version > w.version0 AND c.recipient = w.recipient AND c.brand_id = %(brand)s
        AND c.channel = w.channel AND c.recipient_type = w.recipient_type
)
"""

# R-M1, R-M2: who is told what the batch leaves, once per address. Consents from electronic sources are told the same
# day; those that only an open initial load lets in get one notice of their own, whatever their source.
# `{own}` and `{join}` bring the provider's own notices where the rows may have any.
_TOLD = """
, told AS MATERIALIZED (
    SELECT recipient, min(event_id) AS event_id, means, bool_and(initial) AS initial,
        min(consent_date) FILTER (WHERE NOT initial) AS first_date,
        CASE WHEN means = 2 AND recipient NOT LIKE '+905%%' AND recipient !~ %(text_pattern)s THEN 7 ELSE 1
        END AS state, {own}
    FROM (
        SELECT w.*, CASE WHEN w.channel = 3 THEN 1 ELSE 2 END AS means,
            %(window_open)s AND coalesce(w.consent_date < %(timely_from)s, FALSE) AS initial
        FROM judged w
        WHERE w.is_last AND w.tell AND w.status = 1
    ) part {join}
    WHERE initial OR part.source BETWEEN 4 AND 11
    GROUP BY recipient, means
)
"""
TOLD = _TOLD.format(own="NULL::timestamptz AS own_notice_at, NULL::smallint AS own_notice_means", join="")
TOLD_WITH_OWN = _TOLD.format(
    own="max(own_notice_at) AS own_notice_at, max(own_notice_means) AS own_notice_means",
    join="JOIN (SELECT recipient, channel, recipient_type, round, own_notice_at, own_notice_means FROM n) own"
    " USING (recipient, channel, recipient_type, round)",
)
TOLD_NOBODY = """
, told AS (SELECT 0 AS means, 0 AS state, NULL::timestamptz AS first_date WHERE FALSE)
"""

# The end of a moment's day in Istanbul: until then a notice is on time (R-M1).
_END_OF_DAY = (
    "(date_trunc('day', {moment} AT TIME ZONE 'Europe/Istanbul') + interval '1 day') AT TIME ZONE 'Europe/Istanbul'"
)

# A call's notices are in the outbox with its consents.
NOTICES = f"""
, notices AS (
    INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at,
        due_at, next_try_at, attempts, own_notice_at, own_notice_means)
    SELECT event_id, CASE WHEN initial THEN 2 ELSE 1 END, %(lane)s, means, state, %(brand)s, recipient, NULL,
        %(moment)s, {_END_OF_DAY.format(moment="coalesce(first_date, %(moment)s::timestamptz)")}, %(moment)s, 0,
        own_notice_at, own_notice_means
    FROM told ORDER BY event_id
)
"""

# A chunk's notices are two rows in the outbox, mails and texts: a row each would cost an import a fifth of its speed.
# They are unfolded as they are sent (docs/adr/0005-notices.md).
NOTICE_BATCH = """
, notices AS (
    INSERT INTO consents_noticebatch (job_id, number, means, brand_id, registered_at, initial_before, unfolded, total,
        events, own_notices_at, own_notice_means)
    SELECT %(job)s::bigint, %(number)s, means, %(brand)s, %(moment)s,
        CASE WHEN %(window_open)s THEN %(timely_from)s::timestamptz END, 0, count(*),
        array_agg(event_id ORDER BY event_id),
        CASE WHEN %(own_notices)s THEN array_agg(own_notice_at ORDER BY event_id) END,
        CASE WHEN %(own_notices)s THEN array_agg(own_notice_means ORDER BY event_id) END
    FROM told GROUP BY means
)
"""

# How many are told: by means, state, and whether the day of the consent was over when it was registered.
_TOLD_COUNTS = """(SELECT coalesce(jsonb_agg(jsonb_build_array(means, state, later, total)), '[]')
     FROM (SELECT means, state, coalesce(first_date < %(today)s, FALSE) AS later, count(*) AS total
           FROM told GROUP BY 1, 2, 3) c)"""

# The next notices of a batch: each begins at the event that leads its intake (address, brand and moment).
UNFOLD = f"""
WITH slice AS (
    SELECT * FROM unnest(%(events)s::bigint[], %(own_at)s::timestamptz[], %(own_means)s::smallint[])
        AS slice(event_id, own_notice_at, own_notice_means)
), lead AS MATERIALIZED (
    SELECT e.recipient, e.channel, s.*
    FROM slice s
    JOIN consents_consentevent e ON e.event_id = s.event_id AND e.event_id BETWEEN %(first)s AND %(last)s
), told AS (
    SELECT l.*, part.initial, part.first_date, part.stands
    FROM lead l CROSS JOIN LATERAL (
        SELECT bool_and(coalesce(e.consent_date < %(initial_before)s, FALSE)) AS initial,
            min(e.consent_date) FILTER (
                WHERE NOT coalesce(e.consent_date < %(initial_before)s, FALSE)) AS first_date,
            bool_or(c.status = 1) AS stands
        FROM consents_consentevent e
        JOIN consents_consent c USING (recipient, brand_id, channel, recipient_type)
        WHERE e.recipient = l.recipient AND e.brand_id = %(brand)s AND e.registered_at = %(moment)s AND e.status = 1
          AND (e.source BETWEEN 4 AND 11 OR coalesce(e.consent_date < %(initial_before)s, FALSE))
    ) part
)
INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at, due_at,
    next_try_at, attempts, own_notice_at, own_notice_means)
SELECT event_id, CASE WHEN initial THEN 2 ELSE 1 END, 2, means,
    CASE WHEN means = 2 AND recipient !~ %(text_pattern)s THEN 7 WHEN stands IS NOT TRUE THEN 8 ELSE 1 END,
    %(brand)s, recipient, %(job)s, %(moment)s,
    {_END_OF_DAY.format(moment="coalesce(first_date, %(moment)s::timestamptz)")}, %(moment)s, 0,
    own_notice_at, own_notice_means
FROM (SELECT *, CASE WHEN channel = 3 THEN 1 ELSE 2 END AS means FROM told) t
ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING
RETURNING means, state
"""

# Rows that were refused, with what their sentence needs.
PROBLEMS = """
, problems AS (
    INSERT INTO consents_importproblem (import_id, phase, line, problem, "column", value, details)
    SELECT %(import)s, %(phase)s, w.line, w.code, '', NULL, jsonb_strip_nulls(jsonb_build_object(
        'recipient', w.recipient, 'channel', w.channel, 'date', n.consent_date,
        'former_date', w.former_date, 'former_source', w.former_source, 'former_status', w.former_status,
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
    {_TOLD_COUNTS}
"""

# The outcome of each row of a call, in its order, and the changes of the counters.
CALL_SUMMARY = f"""
SELECT
    (SELECT jsonb_agg(jsonb_build_array(w.code, w.version, w.event_id, w.former_date, w.former_source,
        w.former_status, CASE WHEN w.code < 4 THEN encode({_TRANSACTION_ID}, 'hex') END) ORDER BY w.line)
     FROM judged w),
    {_COUNTER_CHANGES},
    {_TOLD_COUNTS}
"""

# R-C14: the transaction number that a repeat is answered with is the first one's.
FIRST_OF_CONTENT = """
    SELECT event_id, version, transaction_id FROM consents_consentevent
    WHERE recipient = %(recipient)s AND brand_id = %(brand)s AND channel = %(channel)s
      AND recipient_type = %(recipient_type)s AND kind = 1 AND status = %(status)s
    ORDER BY source IS NOT DISTINCT FROM %(source)s AND consent_date IS NOT DISTINCT FROM %(consent_date)s DESC, version
    LIMIT 1
"""

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

# Appends the events of `w` (a consent's key with the whole state to leave, its former version, and `undoes_version`)
# and moves the states. `{kind}` is the events' kind.
_APPEND = f"""
, w AS MATERIALIZED (
    SELECT d.*, version0 + 1 AS version, nextval('consents_event_number') AS event_id
    FROM (SELECT * FROM decided WHERE code = 0 ORDER BY recipient, channel, recipient_type) d
), events AS (
    INSERT INTO consents_consentevent ({_STATE_COLUMNS}, kind, late, undoes_version, job_id, actor_kind, actor_id, way,
        salt, transaction_id)
    SELECT recipient, %(brand)s, channel, recipient_type, version, status, source, holds, consent_date, %(moment)s,
        hold_from, text_version_id, retailer_id, evidence_kind, evidence_hash, event_id, {{kind}}, FALSE,
        undoes_version, %(act_job)s::bigint, %(actor_kind)s, %(actor_id)s, %(way)s, gen_random_uuid(),
        {_TRANSACTION_ID.replace(", 1, w.status", ", {kind}, w.status")}
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

_APPENDED = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(channel, recipient_type, status0, holds0, status, holds, total)), '[]')
     FROM (SELECT channel, recipient_type, status0, holds0, status, holds, count(*) AS total
           FROM w GROUP BY 1, 2, 3, 4, 5, 6) c)"""

# The state that an event left, as the state to return to; without an event the consent becomes cancelled.
_FORMER = """coalesce(p.status, 3::smallint) AS status, p.source, coalesce(p.holds, 0::smallint) AS holds,
        p.consent_date, p.hold_from, p.text_version_id, p.retailer_id,
        coalesce(p.evidence_kind, 0::smallint) AS evidence_kind, p.evidence_hash"""

# R-L6: a counter-event carries the state from before the import; a new record becomes cancelled. Notices that wait
# are called off, people who were told get a correction.
UNDO = f"""
WITH touched AS MATERIALIZED ({_TOUCHED}), decided AS MATERIALIZED (
    SELECT t.*, t.first_version AS undoes_version, c.status AS status0, c.holds AS holds0, c.version AS version0,
        {_FORMER},
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
){_APPEND.format(kind=2)}, problems AS (
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
    {_APPENDED},
    (SELECT min(event_id) FROM w),
    (SELECT max(event_id) FROM w),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(day, means, state, total)), '[]') FROM (
        SELECT (registered_at AT TIME ZONE 'Europe/Istanbul')::date AS day, means, state, sum(delta) AS total
        FROM called_off CROSS JOIN (VALUES (1, -1), (8, 1)) AS moved(state, delta) GROUP BY 1, 2, 3
        UNION ALL
        SELECT (%(moment)s AT TIME ZONE 'Europe/Istanbul')::date, means, 1, count(*) FROM corrections GROUP BY 2
    ) c)
"""

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
){_APPEND.format(kind=3)}
SELECT {_APPENDED}, (SELECT jsonb_agg(jsonb_build_array(channel, recipient_type, version, event_id)) FROM w)
"""

# R-Z3: a recipient takes the own refusal back while it is the last word; the state before it returns.
TAKE_BACK = f"""
WITH decided AS MATERIALIZED (
    SELECT c.recipient, c.channel, c.recipient_type, c.version AS undoes_version,
        c.status AS status0, c.holds AS holds0, c.version AS version0, {_FORMER}, 0 AS code
    FROM {_ASKED}
    JOIN consents_consent c ON c.recipient = asked.recipient AND c.brand_id = %(brand)s
        AND c.channel = asked.channel AND c.recipient_type = asked.recipient_type
    JOIN consents_consentevent e ON e.recipient = c.recipient AND e.brand_id = c.brand_id AND e.channel = c.channel
        AND e.recipient_type = c.recipient_type AND e.version = c.version
    LEFT JOIN consents_consentevent p ON p.recipient = c.recipient AND p.brand_id = c.brand_id
        AND p.channel = c.channel AND p.recipient_type = c.recipient_type AND p.version = c.version - 1
    WHERE c.version = asked.version AND e.kind = 1 AND e.status = 2 AND e.actor_kind = 3
){_APPEND.format(kind=2)}
SELECT {_APPENDED}, (SELECT jsonb_agg(jsonb_build_array(channel, recipient_type, version, event_id)) FROM w)
"""

NEXT_EVENT = "nextval('consents_event_number')"
NO_EVENT = "NULL::bigint"

COUNTERS = """
    INSERT INTO consents_brandcounter AS counter (brand_id, channel, recipient_type, status, holds, total)
    SELECT %(brand)s, * FROM unnest(
        %(channels)s::smallint[], %(types)s::smallint[], %(statuses)s::smallint[], %(holds)s::smallint[],
        %(deltas)s::bigint[])
    ON CONFLICT (brand_id, channel, recipient_type, status, holds) DO UPDATE SET total = counter.total + excluded.total
"""

DAYS = """
    INSERT INTO consents_brandday AS counter (brand_id, day, channel, status, verdict, total)
    SELECT %(brand)s, %(day)s, * FROM unnest(
        %(channels)s::smallint[], %(statuses)s::smallint[], %(verdicts)s::smallint[], %(totals)s::bigint[])
    ON CONFLICT (brand_id, day, channel, status, verdict) DO UPDATE SET total = counter.total + excluded.total
"""

NOTICE_COUNTERS = """
    INSERT INTO consents_noticecounter AS counter (brand_id, day, means, state, total)
    SELECT %(brand)s, * FROM unnest(
        %(days)s::date[], %(means)s::smallint[], %(states)s::smallint[], %(deltas)s::bigint[])
    ON CONFLICT (brand_id, day, means, state) DO UPDATE SET total = counter.total + excluded.total
"""
