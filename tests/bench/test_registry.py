"""The made registry of the benchmarks is one that the engine could have written."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection, connections
from django.utils import timezone

from consents.canonical import transaction_id_of
from consents.effective import Reason, effective_status, judge
from consents.engine.answers import answers
from consents.enums import Status, WayIn
from consents.models import BrandCounter, BrandDay, Consent, ConsentEvent, ConsentImport, Evidence, LedgerSeal
from consents.services.records import Entry, record_consents
from consents.services.verification import verify_ledger
from iys_portal.bench import registry
from providers.models import Brand, Provider
from tests.factories import officer_of

SHAPE = registry.Shape.of(2_000)
COUNTED = "channel, recipient_type, status, holds"


@pytest.fixture
def made(committed_db: str) -> Iterator[None]:
    owner = connections["owner"]
    owner.close()
    former, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], committed_db
    try:
        registry.fill(SHAPE, now=timezone.now())
        yield
    finally:
        owner.close()
        owner.settings_dict["NAME"] = former


def found(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_made_registry_is_whole_counted_and_answers_as_the_engine(made: None) -> None:
    it_has_its_shape()
    its_histories_keep_the_rules()
    its_counters_are_what_stands()
    its_ledger_is_whole()
    its_addresses_are_answered()
    the_engine_goes_on_from_it()


def it_has_its_shape() -> None:
    assert Consent.objects.count() == SHAPE.consents
    assert 3.5 < ConsentEvent.objects.count() / SHAPE.consents < 4.5
    assert Provider.objects.count() == SHAPE.providers
    assert Brand.objects.count() == SHAPE.providers * registry.BRANDS_EACH
    first, second, empty = registry.measured().brands.order_by("brand_code")[:3]
    sizes = [Consent.objects.filter(brand_id=brand.pk).count() for brand in (first, second, empty)]
    assert sizes == [SHAPE.largest, SHAPE.second, 0]
    assert registry.Shape.of(10_000_000).sizes()[:3] == [3_000_000, 1_000_000, 0]
    assert sum(registry.Shape.of(10_000_000).sizes()) == 10_000_000
    kinds = "SELECT count(DISTINCT {}) FROM consents_consentevent"
    for column, at_least in (("source", 7), ("channel", 3), ("recipient_type", 2), ("way", 3), ("holds", 3)):
        assert found(kinds.format(column))[0][0] >= at_least, column
    assert ConsentEvent.objects.filter(late=True).exists()
    assert ConsentEvent.objects.filter(consent_date=None).exists()


def its_histories_keep_the_rules() -> None:
    before = "LEAD({0}) OVER (PARTITION BY recipient, brand_id, channel, recipient_type ORDER BY version DESC)"
    columns = ", ".join(
        f"{before.format(name)} AS {name}0"
        for name in ("version", "status", "source", "consent_date", "registered_at", "event_id")
    )
    events = f"(SELECT *, {columns} FROM consents_consentevent) e"
    wrong = {
        "versions": "version <> coalesce(version0, 0) + 1",
        "order": "event_id < event_id0 OR registered_at <= registered_at0",
        "R-C6": "consent_date > registered_at",
        "R-C8": "status = 1 AND consent_date < registered_at - interval '1 day'",
        "R-C8, late": "late <> (status = 2 AND consent_date < registered_at - interval '9 days')",
        "R-C10": "consent_date <= consent_date0",
        "R-C11": "status = 2 AND status0 = 2",
        "R-C13": "consent_date IS NULL AND (recipient_type = 1 OR version > 1)",
        "R-C15": "status = 1 AND status0 = 2 AND source0 >= 20",
        "R-C16": "(source BETWEEN 1 AND 3 AND status = 1) <> (evidence_kind > 0 OR holds & 2 > 0)",
        "own": "(source >= 20) IS TRUE <> (actor_kind = 3) OR (job_id IS NULL) <> (actor_kind = 3)",
        "evidence": "(evidence_kind > 0) <> (evidence_hash IS NOT NULL)",
    }
    for name, condition in wrong.items():
        assert found(f"SELECT count(*) FROM {events} WHERE {condition}") == [(0,)], name
    # Block ranges find events by number.
    assert found("SELECT corr(event_id, (ctid::text::point)[0]) > 0.999 FROM consents_consentevent") == [(True,)]
    for event in ConsentEvent.objects.order_by("salt")[:50]:
        assert bytes(event.transaction_id) == transaction_id_of(event)
    proofs = {(one.brand_id, bytes(one.sha256)) for one in Evidence.objects.all()}
    signed = ConsentEvent.objects.filter(evidence_kind=1)
    assert {(one.brand_id, bytes(one.evidence_hash)) for one in signed} == proofs
    loaded = found("SELECT brand_id, job_id, count(*) FROM consents_consentevent WHERE job_id > 0 GROUP BY 1, 2")
    imports = ConsentImport.objects.filter(state="applied", apply_job__state="done")
    assert sorted(loaded) == sorted((one.brand_id, one.apply_job_id, one.counts["total"]) for one in imports)


def its_counters_are_what_stands() -> None:
    stands = f"SELECT brand_id, {COUNTED}, count(*) FROM consents_consent GROUP BY brand_id, {COUNTED}"
    counted = BrandCounter.objects.values_list("brand_id", *COUNTED.split(", "), "total")
    assert sorted(found(stands)) == sorted(counted)
    day = "(registered_at AT TIME ZONE 'Europe/Istanbul')::date"
    former = "lag(status) OVER (PARTITION BY recipient, brand_id, channel, recipient_type ORDER BY version)"
    written = (
        "SELECT brand_id, day, channel, status,"
        " CASE WHEN former IS NULL THEN 1 WHEN former <> status THEN 2 ELSE 3 END, count(*)"
        f" FROM (SELECT *, {day} AS day, {former} AS former FROM consents_consentevent) e"
        " GROUP BY 1, 2, 3, 4, 5"
    )
    days = BrandDay.objects.values_list("brand_id", "day", "channel", "status", "verdict", "total")
    assert sorted(found(written)) == sorted(days)
    reported = found("SELECT sum(total) FROM consents_reportday")[0][0]
    assert reported == ConsentEvent.objects.count()


def its_ledger_is_whole() -> None:
    result = verify_ledger(states=True)
    assert result.whole, result.flaws
    assert result.events == ConsentEvent.objects.count() == sum(LedgerSeal.objects.values_list("events", flat=True))


def its_addresses_are_answered() -> None:
    now = timezone.now()
    brand = registry.measured().brands.order_by("brand_code")[0]
    rows = list(Consent.objects.filter(brand_id=brand.pk).annotate(reason=effective_status(now)))
    expected = {row.key: Reason(row.reason) for row in rows}
    assert dict(zip(expected, judge(list(expected), now=now), strict=True)) == expected
    assert {Reason.SENDABLE, Reason.REFUSED, Reason.REFUSED_BY_RECIPIENT, Reason.EVIDENCE_MISSING} <= set(
        expected.values()
    )
    asked = sorted(key[0] for key in expected if key[2:] == (3, 1))
    answered = answers(asked, brand=brand, channel=3, recipient_type=1, now=now)
    assert answered == [expected[address, brand.pk, 3, 1] for address in asked]


def the_engine_goes_on_from_it() -> None:
    """A further record follows the history that was made, as any other."""
    row = Consent.objects.filter(status=Status.ONAY, channel=3, recipient_type=1, holds=0).first()
    assert row is not None
    now: datetime = timezone.now()
    at = timezone.localtime(now).strftime("%Y-%m-%d %H:%M:%S")
    brand = Brand.objects.get(pk=row.brand_id)
    entry = Entry(row.recipient, "EPOSTA", "RET", "HS_WEB", "BIREYSEL", at)
    (outcome,) = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=now, way=WayIn.FORM)
    assert outcome.verdict.name == "CHANGED"
    again = Consent.objects.get(pk=row.pk)
    assert (again.version, again.status) == (row.version + 1, Status.RET)
    assert again.event_id > row.event_id
