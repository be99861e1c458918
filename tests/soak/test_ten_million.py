"""Long proofs, run by `make soak`: a file of ten million rows is accepted, in bounded memory."""

import resource
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from consents.services import imports
from consents.services.import_runs import check
from consents.states import ImportState
from tests.factories import BrandFactory, officer_of

ROWS = 10_000_000
PEAK_MB = 700


def write(path: Path, as_of: datetime) -> None:
    at = (as_of - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")
    with path.open("w", encoding="utf-8") as file:
        file.write("recipient,type,status,source,recipientType,consentDate\n")
        for start in range(0, ROWS, 100_000):
            rows = (
                f"kisi{(number * 7_919) % 10_000_019}@firma.example,EPOSTA,ONAY,HS_WEB,BIREYSEL,{at}\n"
                for number in range(start, start + 100_000)
            )
            file.writelines(rows)


@pytest.mark.soak
def test_ten_million_rows_are_checked_in_bounded_memory(committed_db: str, as_of: datetime, tmp_path: Path) -> None:
    brand = BrandFactory()
    actor = officer_of(brand)
    path = tmp_path / "ten-million.csv"
    write(path, as_of)
    with path.open("rb") as file:
        item = imports.upload(actor=actor, brand=brand, file=file, name=path.name)
    item = imports.start_check(item, actor=actor, moment=as_of, publish=False)
    assert item.check_job_id is not None
    check(item.check_job_id)
    item.refresh_from_db()
    assert item.state == ImportState.CHECKED
    assert item.dry_counts["total"] == ROWS
    assert item.dry_counts["verdicts"]["new"] == ROWS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < PEAK_MB
