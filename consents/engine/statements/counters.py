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
        %(channels)s::smallint[], %(statuses)s::smallint[], %(verdicts)s::smallint[], %(totals)s::bigint[])
    ON CONFLICT (brand_id, day, channel, status, verdict) DO UPDATE SET total = counter.total + excluded.total
"""

NOTICE_COUNTERS = """
    INSERT INTO consents_noticecounter AS counter (brand_id, day, means, state, total)
    SELECT %(brand)s, * FROM unnest(
        %(days)s::date[], %(means)s::smallint[], %(states)s::smallint[], %(deltas)s::bigint[])
    ON CONFLICT (brand_id, day, means, state) DO UPDATE SET total = counter.total + excluded.total
"""
