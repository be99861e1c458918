"""The page of statistics over 1,000,000 complaints of three years, made by SQL and counted as the command counts.

Decisions are documents, which nothing here reads: their days are put into the facts, and the table of days is counted
from these.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Any

from django.db import connections
from django.urls import reverse

from complaints.enums import Topic
from complaints.services.statistics import MOST_DAYS, TABLES, recount
from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.models import User
from iys_portal.core.provinces import provinces
from providers.models import Brand, Provider

from .pages import signed_in

TIMES, BRANDS = 15, 2_000
EMAIL = "sikayet-denetci@kisi.example"

# A few il, brands and states have most of it, as in life: the square of a random number is small more often.
_COMPLAINTS = """
    INSERT INTO complaints_complaint (
        public_id, tracking_number, state, citizen_id, language, address, channel, recipient_type, operator, brand_id,
        sender_given, sender_key, message_at, subject, text, mail_facts, topics, province, declared_at, filed_at, held,
        after_refusal, without_consent, refusal_wanted, shown_to_provider_at, state_at, created_at, changed_at)
    SELECT gen_random_uuid(), 'OLCUM-' || n, (ARRAY['violation', 'no_violation', 'filed', 'defence_asked', 'withdrawn',
            'out_of_scope', 'under_decision', 'too_late'])[1 + floor(8 * random() ^ 2)::int],
        %(citizen)s, 'tr', 'olcum@posta.example', 3, 1, '',
        (%(brands)s::int[])[1 + floor(%(many)s * random() ^ 3)::int], '', '',
        at - interval '1 hour', '', 'Ölçüm', '{}', ARRAY[(%(topics)s::varchar[])[1 + floor(7 * random())::int]],
        (%(provinces)s::varchar[])[1 + floor(81 * random() ^ 2)::int], at, at, '{}', random() < 0.2, random() < 0.5,
        false, at + interval '1 day', at, at, at
    FROM (SELECT n, %(now)s - random() * interval '1080 days' AS at FROM generate_series(1, %(rows)s) n) made
"""
_DEFENCES = """
    INSERT INTO complaints_complaintdefence (complaint_id, text, in_time, given_at, given_by, given_name)
    SELECT id, 'Ölçüm', true, shown_to_provider_at + random() * interval '20 days', 1, 'Ölçüm'
    FROM complaints_complaint WHERE mod(id, 3) > 0
"""
_DECIDED = """
    UPDATE complaints_complaintfact SET decision_days = floor(90 * random())
    WHERE state IN ('violation', 'no_violation', 'out_of_scope', 'too_late')
"""


def measure(provider: Provider, *, rows: int, now: datetime) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    _fill(provider, rows, now)
    began = time.monotonic()
    recount(mend=True)
    yield "complaint.statistics.recount_s", time.monotonic() - began, "s"
    table = "complaints_complaintdays"
    columns, counted = TABLES[table]
    with connections["owner"].cursor() as cursor:
        cursor.execute(_DECIDED)
        cursor.execute(f"DELETE FROM {table}")
        cursor.execute(f"INSERT INTO {table} ({columns}) {counted}", {"most": MOST_DAYS})
        cursor.execute("VACUUM ANALYZE")
    client = signed_in(EMAIL, staff_roles=[StaffRole.AUDITOR])
    page = reverse("complaints:statistics")
    brand = provider.brands.order_by("pk").first()
    assert brand is not None
    for name, url in {
        "complaint.statistics.median_ms": page,
        "complaint.statistics_all_years.median_ms": f"{page}?first={now.year - 3}-01",
        "complaint.statistics_of_brand.median_ms": f"{page}?brand={brand.brand_code}",
        "complaint.statistics_of_topic.median_ms": f"{page}?topic={Topic.NIGHT}",
    }.items():
        times = []
        for _time in range(TIMES):
            started = time.monotonic()
            assert client.get(url).status_code == 200
            times.append(time.monotonic() - started)
        yield name, median(times) * 1000, "ms"


def _fill(provider: Provider, rows: int, now: datetime) -> None:
    brands = Brand.objects.bulk_create(
        Brand(provider=provider, brand_code=950_000 + n, name=f"Ölçüm Şikâyet {n}") for n in range(BRANDS)
    )
    values: dict[str, Any] = {
        "citizen": User.objects.create_citizen(language="tr").pk,
        "brands": [brand.pk for brand in brands],
        "many": BRANDS,
        "topics": list(Topic.values),
        "provinces": list(provinces()),
        "rows": rows,
        "now": now,
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SELECT setseed(0.5)")
        cursor.execute(_COMPLAINTS, values)
        cursor.execute(_DEFENCES)
        cursor.execute("VACUUM ANALYZE")
