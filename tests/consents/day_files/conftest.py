"""Events of a day that is over, and a ledger that is sealed at once."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.services.records import Entry, record_consents
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.consents.proof.conftest import seal_all
from tests.factories import BrandFactory, officer_of

__all__ = ["seal_all"]


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_ROWS": 4, "SEAL_SETTLE": timedelta(0)}


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return BrandFactory(is_main=True)


def day_ago(days: int = 1) -> date:
    return timezone.localdate() - timedelta(days=days)


def record_on(day: date, brand: Brand, *names: str, status: str = "ONAY", at: time = time(12)) -> None:
    moment = datetime.combine(day, at, tzinfo=ISTANBUL)
    entries = [
        Entry(f"{name}@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", f"{moment:%Y-%m-%d %H:%M:%S}")
        for name in names
    ]
    done = record_consents(actor=officer_of(brand), brand=brand, entries=entries, moment=moment)
    assert all(outcome.accepted for outcome in done)
