"""Counters, moved by the last statements of a writing transaction."""

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
        %(day_channels)s::smallint[], %(day_statuses)s::smallint[], %(verdicts)s::smallint[], %(totals)s::bigint[])
    ON CONFLICT (brand_id, day, channel, status, verdict) DO UPDATE SET total = counter.total + excluded.total
"""

NOTICE_COUNTERS = """
    INSERT INTO consents_noticecounter AS counter (brand_id, day, means, state, total)
    SELECT %(brand)s, * FROM unnest(
        %(notice_days)s::date[], %(means)s::smallint[], %(states)s::smallint[], %(notice_deltas)s::bigint[])
    ON CONFLICT (brand_id, day, means, state) DO UPDATE SET total = counter.total + excluded.total
"""

# All three of one batch, in the order in which they are locked apart as well: notices, brands, days.
COUNT_BATCH = f"""
    WITH told AS ({NOTICE_COUNTERS} RETURNING 1), moved AS (
        {COUNTERS.replace("ON CONFLICT", "WHERE (SELECT count(*) FROM told) >= 0 ON CONFLICT")} RETURNING 1)
    {DAYS.replace("ON CONFLICT", "WHERE (SELECT count(*) FROM moved) >= 0 ON CONFLICT")}
"""

# {told}: notices that ended, with event_id, brand_id, recipient, day and state. Channel, source and dealer stand in the
# event that leads a notice, which is found by its address.
NOTICE_REPORT = """
    INSERT INTO consents_noticereportday AS report (brand_id, day, channel, source, retailer_id, state, total)
    SELECT told.brand_id, told.day, e.channel, coalesce(e.source, 0), coalesce(e.retailer_id, 0), told.state, count(*)
    FROM {told} told
    JOIN consents_consentevent e
        ON e.recipient = told.recipient AND e.brand_id = told.brand_id AND e.event_id = told.event_id
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (brand_id, day, channel, source, retailer_id, state) DO UPDATE SET total = report.total + excluded.total
"""
