"""The ledger counted by day and kind: every event once, whatever the order of commits and whoever dies."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consents.enums import EventKind
from consents.models import ConsentEvent, LedgerSeal, ReportDay, ReportMark
from consents.services import reports as services
from consents.services.import_runs import load_file, undo
from consents.services.imports import start_undo
from consents.services.records import Entry, record_consents
from consents.services.reports import count_ledger
from consents.services.seals import seal_ledger
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.consents.proof.conftest import record, seal_all
from tests.factories import BrandFactory, RetailerFactory, officer_of
from tests.threads import at_once, held_open

NAMES = ("brand_id", "day", "channel", "recipient_type", "source", "retailer_id", "kind", "status0", "status")


def counted() -> dict[tuple[Any, ...], int]:
    rows = ReportDay.objects.values_list(*NAMES, "total")
    return {row[:-1]: row[-1] for row in rows}


def by_hand() -> dict[tuple[Any, ...], int]:
    """The same from the ledger, event by event."""
    events = {(*event.key, event.version): event for event in ConsentEvent.objects.all()}
    found: Counter[tuple[Any, ...]] = Counter()
    for event in events.values():
        if event.kind not in (EventKind.RECORD, EventKind.UNDO, EventKind.EVIDENCE):
            continue
        before = events.get((*event.key, event.version - 1))
        of = before if event.kind == EventKind.UNDO and before else event
        day = event.registered_at.astimezone(ISTANBUL).date()
        status0 = before.status if before else 0
        place = (event.brand_id, day, event.channel, event.recipient_type)
        found[(*place, of.source or 0, of.retailer_id or 0, event.kind, status0, event.status)] += 1
    return dict(found)


def test_every_kind_of_record_is_counted_for_what_it_did(brand: Brand) -> None:
    record(brand, "ayse", "fatma", ago=300)
    record(brand, "ayse", ago=200)  # renewed
    record(brand, "ayse", status="RET", ago=100)
    record(brand, "zeynep", status="RET", ago=100)
    seal_all()
    count_ledger()
    moves = Counter({(row[7], row[8]): total for row, total in counted().items()})
    assert moves == {(0, 1): 2, (1, 1): 1, (1, 2): 1, (0, 2): 1}
    assert counted() == by_hand()


def test_r_l2_events_that_commit_out_of_order_are_counted_once_each(brand: Brand) -> None:
    other = BrandFactory()
    with held_open(lambda: record(brand, "yavas")) as commit:
        record(other, *(f"hizli{n}" for n in range(6)))
        for _ in range(3):
            seal_ledger()
            count_ledger()
        assert counted() == {}, "whoever took a lower number may still write it"
        commit()
    seal_all()
    count_ledger()
    assert counted() == by_hand()
    assert sum(counted().values()) == 7
    record(brand, "son")
    seal_all()
    count_ledger()
    count_ledger()
    assert counted() == by_hand()


def test_r_l6_an_undo_takes_back_what_the_file_did(brand: Brand, tmp_path: Path) -> None:
    record(brand, "ayse", ago=300)
    RetailerFactory(brand=brand, code="B-1")
    at = f"{timezone.localtime() - timedelta(seconds=100):%Y-%m-%d %H:%M:%S}"
    path = tmp_path / "liste.csv"
    lines = ["recipient,type,status,source,consentDate,retailerCode"]
    lines += [f"kisi{n}@firma.example,EPOSTA,ONAY,HS_WEB,{at},B-1" for n in range(9)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    item = load_file(actor=officer_of(brand), brand=brand, path=path)
    seal_all()
    count_ledger()
    before = counted()
    item = start_undo(item, actor=officer_of(brand), reason="Yanlış dosya", include_refusals=False, publish=False)
    undo(item.undo_job_id)
    seal_all()
    count_ledger()
    assert counted() == by_hand()
    added = {key: total for key, total in counted().items() if key not in before}
    ((key, total),) = added.items()
    assert (key[4], key[6:], total) == (5, (EventKind.UNDO, 1, 3), 9)
    assert key[5], "the dealer whose consents were taken back"


def test_late_refusals_and_missing_evidence_are_counted(brand: Brand) -> None:
    late = f"{timezone.localtime() - timedelta(days=30):%Y-%m-%d %H:%M:%S}"
    today = f"{timezone.localtime() - timedelta(seconds=60):%Y-%m-%d %H:%M:%S}"
    entries = [
        Entry("gec@firma.example", "EPOSTA", "RET", "HS_WEB", "BIREYSEL", late),
        Entry("imza@firma.example", "EPOSTA", "ONAY", "HS_ISLAK_IMZA", "BIREYSEL", today),
    ]
    assert all(o.accepted for o in record_consents(actor=officer_of(brand), brand=brand, entries=entries))
    seal_all()
    count_ledger()
    rows = ReportDay.objects.order_by("status").values_list("status", "late", "missing")
    assert list(rows) == [(1, 0, 1), (2, 1, 0)]


def test_a_worker_that_dies_leaves_totals_and_mark_as_they_were(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    record(brand, *(f"kisi{n}" for n in range(10)))
    seal_all()
    monkeypatch.setattr(services, "SEALS", 1)
    save = ReportMark.objects.update_or_create
    calls: list[int] = []

    def die(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return save(**given)

    with monkeypatch.context() as patched:
        patched.setattr(ReportMark.objects, "update_or_create", die)
        with pytest.raises(SystemExit):
            count_ledger()
    mark = ReportMark.objects.get()
    assert 0 < sum(counted().values()) < 10
    assert mark.seal == 1
    count_ledger()
    assert counted() == by_hand()
    assert ReportMark.objects.get().seal == LedgerSeal.objects.latest("number").number


def test_two_workers_at_once_count_nothing_twice(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    record(brand, *(f"kisi{n}" for n in range(30)))
    seal_all()
    monkeypatch.setattr(services, "SEALS", 1)

    def work() -> None:
        count_ledger()

    assert at_once(work, work) == []
    count_ledger()
    assert counted() == by_hand()


def test_while_another_counts_nothing_is_done(brand: Brand) -> None:
    record(brand, "ayse")
    seal_all()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [services.LOCK])

    with held_open(hold) as release:
        assert count_ledger().busy
        assert counted() == {}
        release()
    assert not count_ledger().busy
    assert counted() == by_hand()
