"""Day files: every event of a day once, nothing half, the same whoever makes them."""

import csv
import hashlib
import io
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from consents.models import BrandDay, ClosedDay, ConsentEvent, DayFile
from consents.services import day_files
from consents.services.day_files import close_days, remake_day_file
from consents.services.seals import seal_ledger
from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory
from tests.threads import at_once, held_open

from .conftest import day_ago, record_on, seal_all


def close() -> int:
    return close_days(now=timezone.now())


def lines(item: DayFile) -> list[dict[str, str]]:
    with item.file.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode())))


def stored(root: Path) -> list[Path]:
    return [path for path in root.rglob("day_files/*") if path.is_file()]


def test_a_days_events_are_written_in_the_official_form(brand: Brand) -> None:
    record_on(day_ago(), brand, "ayse", "fatma", at=time(0, 0, 0))
    record_on(day_ago(), brand, "ayse", status="RET", at=time(23, 59, 59))
    seal_all()
    assert close() == 1
    item = DayFile.objects.get(brand=brand, day=day_ago())
    with item.file.open("rb") as file:
        data = file.read()
    assert data.startswith(b"creationDate,transactionId,recipient,recipientType,type,status,consentDate,source\n")
    assert (item.size, item.sha384) == (len(data), hashlib.sha384(data).hexdigest())
    rows = lines(item)
    assert [row["status"] for row in rows] == ["ONAY", "ONAY", "RET"]
    last = ConsentEvent.objects.order_by("-event_id").first()
    assert last is not None
    assert rows[-1] == {
        "creationDate": f"{day_ago()} 23:59:59",
        "transactionId": bytes(last.transaction_id).hex(),
        "recipient": "ayse@firma.example",
        "recipientType": "BIREYSEL",
        "type": "EPOSTA",
        "status": "RET",
        "consentDate": f"{day_ago()} 23:59:59",
        "source": "HS_WEB",
    }
    assert [(row["creationDate"], row["transactionId"]) for row in rows] == sorted(
        (row["creationDate"], row["transactionId"]) for row in rows
    )


def test_each_brand_and_day_has_its_own_and_days_off_are_caught_up(brand: Brand) -> None:
    other = BrandFactory()
    record_on(day_ago(3), brand, "ayse")
    record_on(day_ago(1), brand, "fatma")
    record_on(day_ago(1), other, "zeynep", "elif")
    record_on(timezone.localdate(), brand, "bugun", at=time(0))
    seal_all()
    assert close() == 3, "the day in between too"
    made = {(item.brand_id, item.day): item.rows for item in DayFile.objects.all()}
    assert made == {(brand.pk, day_ago(3)): 1, (brand.pk, day_ago(1)): 1, (other.pk, day_ago(1)): 2}
    assert close() == 0
    assert list(ClosedDay.objects.order_by("day").values_list("files", flat=True)) == [1, 0, 2]


def test_a_day_waits_until_its_writers_have_ended(brand: Brand) -> None:
    """As with seals: who took a lower number may still write an event of that day."""
    record_on(day_ago(), brand, "ilk")
    with held_open(lambda: record_on(day_ago(), brand, "yavas")) as commit:
        record_on(day_ago(), BrandFactory(), "hizli")
        for _ in range(4):
            seal_ledger()
            assert close() == 0
        assert not DayFile.objects.exists()
        commit()
    seal_all()
    assert close() == 1
    item = DayFile.objects.get(brand=brand, day=day_ago())
    assert {row["recipient"].partition("@")[0] for row in lines(item)} == {"ilk", "yavas"}


def test_a_day_that_is_not_over_or_not_sealed_is_left(brand: Brand) -> None:
    record_on(timezone.localdate(), brand, "ayse", at=time(0))
    seal_all()
    assert close() == 0
    tomorrow = timezone.now() + timedelta(days=1)
    assert close_days(now=tomorrow) == 0, "over, but no mark was set since"


def test_a_crash_leaves_nothing_half_and_a_repeat_makes_one(
    brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_on(day_ago(), brand, "ayse")
    record_on(day_ago(), BrandFactory(), "fatma")
    seal_all()
    with monkeypatch.context() as broken:
        broken.setattr(ClosedDay.objects, "create", _fail)
        with pytest.raises(RuntimeError):
            close()
    assert not DayFile.objects.exists()
    assert not stored(tmp_path)
    assert close() == 1
    assert close() == 0
    assert len(stored(tmp_path)) == DayFile.objects.count() == 2


def _fail(**_values: Any) -> None:
    raise RuntimeError("power cut")


def test_two_workers_make_one(brand: Brand, tmp_path: Path) -> None:
    record_on(day_ago(), brand, *(f"kisi{n}" for n in range(20)))
    seal_all()

    def work() -> None:
        day_files._close(day_ago())

    assert at_once(work, work, work) == []
    assert len(stored(tmp_path)) == DayFile.objects.count() == 1


def test_r_l5_a_file_is_remade_without_who_was_erased_and_keeps_its_first_hash(
    brand: Brand, committed_db: str, tmp_path: Path
) -> None:
    from tests.consents.proof.test_stamps import owner_of

    record_on(day_ago(), brand, "ayse", "fatma")
    seal_all()
    with pytest.raises(WrongMoment):
        remake_day_file(brand=brand, day=day_ago(), reason="süre doldu", actor=SYSTEM)
    assert not AuditEntry.objects.filter(verb="day_file.remade").exists()
    close()
    first = DayFile.objects.get()
    with owner_of(committed_db) as owner:
        owner.execute("ALTER TABLE consents_consentevent DISABLE TRIGGER USER")
        owner.execute("DELETE FROM consents_consentevent WHERE recipient = 'ayse@firma.example'")
    item = remake_day_file(brand=brand, day=day_ago(), reason="süre doldu", actor=SYSTEM)
    assert (item.rows, item.expired_rows, item.first_sha384) == (1, 1, first.sha384)
    assert item.sha384 != first.sha384
    assert [row["recipient"] for row in lines(item)] == ["fatma@firma.example"]
    assert len(stored(tmp_path)) == 1, "the former file is gone"
    with owner_of(committed_db) as owner:
        owner.execute("DELETE FROM consents_consentevent")
    item = remake_day_file(brand=brand, day=day_ago(), reason="süre doldu", actor=SYSTEM)
    assert (item.rows, item.expired_rows, lines(item)) == (0, 2, [])
    assert BrandDay.objects.exists()
