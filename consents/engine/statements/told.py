"""Who is told of a batch (R-M1, R-M2), and the notices that this puts into the outbox."""

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
END_OF_DAY = (
    "(date_trunc('day', {moment} AT TIME ZONE 'Europe/Istanbul') + interval '1 day') AT TIME ZONE 'Europe/Istanbul'"
)

# A call's notices are in the outbox with its consents.
NOTICES = f"""
, notices AS (
    INSERT INTO consents_notice (event_id, kind, lane, means, state, brand_id, recipient, job_id, registered_at,
        due_at, next_try_at, attempts, own_notice_at, own_notice_means)
    SELECT event_id, CASE WHEN initial THEN 2 ELSE 1 END, %(lane)s, means, state, %(brand)s, recipient, NULL,
        %(moment)s, {END_OF_DAY.format(moment="coalesce(first_date, %(moment)s::timestamptz)")}, %(moment)s, 0,
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
TOLD_COUNTS = """(SELECT coalesce(jsonb_agg(jsonb_build_array(means, state, later, total)), '[]')
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
    {END_OF_DAY.format(moment="coalesce(first_date, %(moment)s::timestamptz)")}, %(moment)s, 0,
    own_notice_at, own_notice_means
FROM (SELECT *, CASE WHEN channel = 3 THEN 1 ELSE 2 END AS means FROM told) t
ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING
RETURNING means, state
"""
