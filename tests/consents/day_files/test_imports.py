"""Imports and day files: rows carry the moment at which apply was pressed, however late they are written."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from consents.models import ConsentImport, DayFile
from consents.services import day_files, import_runs
from consents.services.day_files import LATE, close_days
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

from .conftest import day_ago, record_on, seal_all


def load(brand: Brand, folder: Path) -> ConsentImport:
    """A file whose apply was pressed yesterday at noon, written now."""
    day = day_ago()
    path = folder / "liste.csv"
    path.write_text(
        "recipient,type,status,source,recipientType,consentDate\n"
        f"gec@firma.example,EPOSTA,ONAY,HS_WEB,BIREYSEL,{day} 10:00:00\n"
    )
    moment = datetime.combine(day, time(12), tzinfo=ISTANBUL)
    return import_runs.load_file(actor=officer_of(brand), brand=brand, path=path, moment=moment, apply_it=True)


def close() -> int:
    return close_days(now=timezone.now())


def test_a_day_waits_for_an_import_that_began_on_it(brand: Brand, tmp_path: Path) -> None:
    item = load(brand, tmp_path)
    assert item.apply_job is not None
    seal_all()
    Job.objects.filter(pk=item.apply_job.pk).update(state=JobState.QUEUED, finished_at=None)
    assert close() == 0
    Job.objects.filter(pk=item.apply_job.pk).update(state=JobState.DONE, finished_at=timezone.now())
    assert close() == 1
    assert DayFile.objects.get().rows == 1


@pytest.fixture(params=[time(0, 40), time(14)], ids=["soon after midnight", "in the afternoon"])
def hour(request: pytest.FixtureRequest) -> Iterator[None]:
    """Between midnight in Istanbul and midnight by UTC the two are not on the same day."""
    with time_machine.travel(datetime.combine(timezone.localdate(), request.param, tzinfo=ISTANBUL)):
        yield


@pytest.mark.usefixtures("hour")
def test_rows_that_come_in_after_the_day_was_closed_are_added(brand: Brand, tmp_path: Path) -> None:
    record_on(day_ago(), brand, "ayse")
    other = BrandFactory()
    seal_all()
    assert close() == 1
    first = DayFile.objects.get()
    load(brand, tmp_path)
    load(other, tmp_path)
    seal_all()
    for _ in range(2):
        assert close() == 0
        item = DayFile.objects.get(brand=brand)
        assert (item.rows, item.first_sha384, item.replaced_reason) == (2, first.sha384, LATE)
        assert (item.expired_rows, item.sha384 != first.sha384) == (0, True)
        assert DayFile.objects.get(brand=other).rows == 1


def test_two_workers_add_the_same_late_rows_once(brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is through while this one still writes its file beside."""
    record_on(day_ago(), BrandFactory(), "ayse")
    seal_all()
    assert close() == 1
    load(brand, tmp_path)
    seal_all()
    wait, others = day_files._wait_for_others, [close]

    def meanwhile() -> None:
        if others:
            others.pop()()
        wait()

    monkeypatch.setattr(day_files, "_wait_for_others", meanwhile)
    assert close() == 0
    assert DayFile.objects.get(brand=brand).rows == 1
