"""100,000 consents loaded at 22:00 (R-M1, R-M6): each notice ends in the right state, and the forecast was right."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consents.enums import Lane, NoticeState
from consents.models import Notice, NoticeBatch, NoticeCounter
from consents.selectors.import_notices import forecast_of, planned_of
from consents.services import import_runs, imports, notice_queue
from consents.services.import_runs import load_file
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from tests.factories import BrandFactory, officer_of

ROWS = 100_000
RATE = 10.0
EVENING = datetime(2026, 11, 24, 22, 0, tzinfo=ISTANBUL)
MIDNIGHT = EVENING + timedelta(hours=2)


@pytest.mark.soak
def test_r_m6_100_000_at_ten_in_the_evening(committed_db: str, tmp_path: Path, settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "NOTICE_MAILS_PER_SECOND": RATE}
    brand = BrandFactory()
    path = tmp_path / "aksam.csv"
    rows = (f"kisi{n}@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 21:00:00\n" for n in range(ROWS))
    path.write_text("recipient,type,status,source,consentDate\n" + "".join(rows), encoding="utf-8")
    actor = officer_of(brand)
    item = load_file(actor=actor, brand=brand, path=path, moment=EVENING, apply_it=False)
    foretold = forecast_of(item, planned_of(item.dry_counts["notices"]), now=EVENING)
    item = imports.start_apply(item, actor=actor, moment=EVENING, publish=False)
    assert item.apply_job_id is not None
    import_runs.apply(item.apply_job_id)
    item.refresh_from_db()
    assert sum(NoticeBatch.objects.values_list("total", flat=True)) == ROWS
    assert NoticeCounter.objects.get().total == ROWS

    now, sent = EVENING, 0
    while sent < ROWS:
        claimed, pause = notice_queue.claim(Lane.BULK, Means.MAIL, now=now)
        for one in claimed:
            assert notice_queue.settle(one, one.timing(now), answer="250", sent_at=now)
        sent += len(claimed)
        now += pause or timedelta(milliseconds=100)

    states = Counter(Notice.objects.values_list("state", flat=True))
    counters = {counter.state: counter.total for counter in NoticeCounter.objects.filter(total__gt=0)}
    assert states == counters, "the panel shows what is true"
    assert set(states) == {NoticeState.ON_TIME, NoticeState.LATE}
    in_time = RATE * (MIDNIGHT - EVENING).total_seconds()
    assert abs(states[NoticeState.ON_TIME] - in_time) < in_time / 100
    assert abs((now - EVENING).total_seconds() - ROWS / RATE) < ROWS / RATE / 100
    assert item.counts["notices"] == {"mail": ROWS}
    assert abs(foretold.mails.missing - states[NoticeState.LATE]) < ROWS / 100
