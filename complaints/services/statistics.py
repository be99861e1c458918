"""Counting complaints (R-K10): every move leaves a note, counting takes the notes and moves the totals by what changed.

Not in the move's own transaction: officers of an il would wait for one another at the same few rows. The notes are
written there, so none is lost; counting is one statement over one snapshot, so that facts and totals agree whenever a
worker dies; and `recount` proves it.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from complaints.models import Complaint, ComplaintChange, ComplaintFact
from complaints.models.statistics import NO_BRAND, OUTCOMES

LOCK = 7_300_121
BATCH = 2_000
MOST_DAYS = 9_999

_FRESH = """
    SELECT c.id AS complaint_id, date_trunc('month', c.filed_at AT TIME ZONE 'Europe/Istanbul')::date AS month,
        c.province, c.brand_id, c.channel, c.topics, c.state, c.shown_to_provider_at IS NOT NULL AS shown,
        EXISTS (SELECT FROM complaints_complaintdeadline clock WHERE clock.complaint_id = c.id
            AND clock.kind = 'defence' AND clock.ran_out_at IS NOT NULL) AS late,
        c.after_refusal, c.without_consent,
        (SELECT greatest(0, least(%(most)s, (min(given_at) AT TIME ZONE 'Europe/Istanbul')::date
            - (c.shown_to_provider_at AT TIME ZONE 'Europe/Istanbul')::date))
            FROM complaints_complaintdefence WHERE complaint_id = c.id HAVING count(*) > 0)::smallint AS answer_days,
        (SELECT greatest(0, least(%(most)s, (min(decided_at) AT TIME ZONE 'Europe/Istanbul')::date
            - (c.filed_at AT TIME ZONE 'Europe/Istanbul')::date))
            FROM complaints_complaintdecision WHERE complaint_id = c.id HAVING count(*) > 0)::smallint AS decision_days
    FROM complaints_complaint c WHERE c.filed_at IS NOT NULL
"""
_CELLS = """
    SELECT topic, month, place AS province, channel, state, sum(sign) AS total, sum(sign * late::int) AS late,
        sum(sign * after_refusal::int) AS after_refusal, sum(sign * without_consent::int) AS without_consent
    FROM {rows} CROSS JOIN LATERAL unnest(ARRAY['']::varchar[] || topics) topic
    CROSS JOIN LATERAL unnest(ARRAY['', province]::varchar[]) place
    GROUP BY 1, 2, 3, 4, 5
"""
_BY_OUTCOME = ", ".join(OUTCOMES)
_BRANDS = f"""
    SELECT topic, month, channel, coalesce(brand_id, {NO_BRAND}) AS brand_key, sum(sign) AS total,
        {
    ", ".join(
        "coalesce(sum(sign) FILTER (WHERE state IN ({})), 0) AS {}".format(
            ", ".join(f"'{state}'" for state in sorted(states)), name
        )
        for name, states in OUTCOMES.items()
    )
}
    FROM {{rows}} CROSS JOIN LATERAL unnest(ARRAY['']::varchar[] || topics) topic
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (only our own constants)
_DAYS = """
    SELECT kind, topic, month, place AS province, channel, state, days, sum(sign) AS total
    FROM {rows} CROSS JOIN LATERAL unnest(ARRAY['']::varchar[] || topics) topic
    CROSS JOIN LATERAL unnest(ARRAY['', province]::varchar[]) place
    CROSS JOIN LATERAL (VALUES ('answer', answer_days), ('decision', decision_days)) AS took(kind, days)
    WHERE days IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_FACTS = (
    "complaint_id, month, province, brand_id, channel, topics, state, shown, late, after_refusal, without_consent, "
    "answer_days, decision_days"
)
_COUNT = f"""
    WITH fresh AS ({_FRESH} AND c.id = ANY(%(ids)s)),
    stale AS (SELECT * FROM complaints_complaintfact WHERE complaint_id = ANY(%(ids)s)),
    both_ways AS (
        SELECT 1 AS sign, {_FACTS} FROM fresh UNION ALL SELECT -1, {_FACTS} FROM stale
    ),
    cells AS (
        INSERT INTO complaints_complaintcell AS cell (
            topic, month, province, channel, state, total, late, after_refusal, without_consent)
        {_CELLS.format(rows="both_ways")} ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (topic, month, province, channel, state) DO UPDATE SET
            total = cell.total + excluded.total, late = cell.late + excluded.late,
            after_refusal = cell.after_refusal + excluded.after_refusal,
            without_consent = cell.without_consent + excluded.without_consent
    ),
    brands AS (
        INSERT INTO complaints_complaintbrandcell AS cell (
            topic, month, channel, brand_key, total, {_BY_OUTCOME})
        {_BRANDS.format(rows="both_ways")} ORDER BY 1, 2, 3, 4
        ON CONFLICT (topic, month, channel, brand_key) DO UPDATE SET total = cell.total + excluded.total,
            {", ".join(f"{name} = cell.{name} + excluded.{name}" for name in OUTCOMES)}
    ),
    days AS (
        INSERT INTO complaints_complaintdays AS kept (kind, topic, month, province, channel, state, days, total)
        {_DAYS.format(rows="both_ways")} ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (kind, topic, month, province, channel, state, days) DO UPDATE SET
            total = kept.total + excluded.total
    )
    INSERT INTO complaints_complaintfact ({_FACTS}) SELECT {_FACTS} FROM fresh
    ON CONFLICT (complaint_id) DO UPDATE SET ({_FACTS}) = ROW (
        {", ".join(f"excluded.{name}" for name in _FACTS.split(", "))})
"""  # noqa: S608 (only our own constants)
TABLES = {
    "complaints_complaintfact": (_FACTS, f"SELECT {_FACTS} FROM ({_FRESH}) fresh"),  # noqa: S608
    "complaints_complaintcell": (
        "topic, month, province, channel, state, total, late, after_refusal, without_consent",
        _CELLS.format(rows="(SELECT 1 AS sign, * FROM complaints_complaintfact) facts"),
    ),
    "complaints_complaintbrandcell": (
        f"topic, month, channel, brand_key, total, {_BY_OUTCOME}",
        _BRANDS.format(rows="(SELECT 1 AS sign, * FROM complaints_complaintfact) facts"),
    ),
    "complaints_complaintdays": (
        "kind, topic, month, province, channel, state, days, total",
        _DAYS.format(rows="(SELECT 1 AS sign, * FROM complaints_complaintfact) facts"),
    ),
}
"""Each table with how it is counted from nothing; facts from the complaints, totals from the facts."""

_WAITING = "WHERE complaint_id NOT IN (SELECT complaint_id FROM complaints_complaintchange)"


@dataclass(frozen=True)
class Recount:
    """How many rows of each table were not as counting from nothing makes them."""

    facts: int
    cells: int
    brands: int
    days: int

    @property
    def equal(self) -> bool:
        return not (self.facts or self.cells or self.brands or self.days)


def note_change(complaint: Complaint) -> None:
    """Have a complaint counted anew; called in the transaction that changed it."""
    ComplaintChange.objects.create(complaint=complaint)


def count_changes() -> set[int]:
    """Count what moved since the last time; returns the brands concerned. A second caller at once does nothing."""
    brands: set[int] = set()
    while True:
        part = _count_part()
        if part is None:
            return brands
        brands |= part


@transaction.atomic
def _count_part() -> set[int] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        notes = list(ComplaintChange.objects.order_by("pk").values_list("pk", "complaint_id")[:BATCH])
        if not notes:
            return None
        ids = sorted({key for _note, key in notes})
        ComplaintChange.objects.filter(pk__in=[note for note, _key in notes]).delete()
        cursor.execute("SELECT DISTINCT brand_id FROM complaints_complaintfact WHERE complaint_id = ANY(%s)", [ids])
        before = {row[0] for row in cursor.fetchall()}
        cursor.execute(_COUNT, {"ids": ids, "most": MOST_DAYS})
        cursor.execute("SELECT DISTINCT brand_id FROM complaints_complaintfact WHERE complaint_id = ANY(%s)", [ids])
        return {brand for brand in before | {row[0] for row in cursor.fetchall()} if brand is not None}


@transaction.atomic
def recount(*, mend: bool = False) -> Recount:
    """Count everything from nothing and compare; with `mend`, keep the new count. Holds up counting meanwhile.

    What moved and waits to be counted is no difference; its notes stay, and counting them again changes nothing.
    """
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for table, (columns, counted) in TABLES.items():
            facts = table == ComplaintFact._meta.db_table
            kept = f"SELECT {columns} FROM {table} {'' if facts else 'WHERE total <> 0'}"  # noqa: S608
            waiting = _WAITING if facts else ""
            cursor.execute(
                f"SELECT count(*) FROM (({counted} EXCEPT {kept}) UNION ALL ({kept} EXCEPT {counted})) odd {waiting}",  # noqa: S608
                {"most": MOST_DAYS},
            )
            found[table] = cursor.fetchone()[0]
            if mend:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
                cursor.execute(f"INSERT INTO {table} ({columns}) {counted}", {"most": MOST_DAYS})
    return Recount(*found.values())
