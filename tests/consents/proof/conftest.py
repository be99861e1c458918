"""A ledger that is sealed at once: the clocks' waits are set to nothing, trees are small."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.services.records import Entry, record_consents
from consents.services.seals import Sealing, seal_ledger
from providers.models import Brand
from tests.factories import BrandFactory, officer_of
from tests.workers import until


@pytest.fixture(autouse=True)
def small(settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_ROWS": 4, "SEAL_SETTLE": timedelta(0)}


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return BrandFactory()


def record(brand: Brand, *names: str, status: str = "ONAY", ago: int = 0) -> None:
    """Record these people's answers, given so many seconds ago."""
    at = (timezone.localtime() - timedelta(seconds=ago)).strftime("%Y-%m-%d %H:%M:%S")
    entries = [Entry(f"{name}@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", at) for name in names]
    assert all(o.accepted for o in record_consents(actor=officer_of(brand), brand=brand, entries=entries))


@pytest.fixture
def people(brand: Brand) -> Callable[..., None]:
    return lambda *names, **more: record(brand, *names, **more)


def seal_all() -> Sealing:
    """Seal all that stands now; waits for transactions of other tests, which the server counts too."""
    done: list[Sealing] = []

    def sealed() -> bool:
        done.append(seal_ledger())
        return sum(not one.waits for one in done) == 2

    until(sealed, what="the end of transactions under way")
    return Sealing(*(sum(getattr(one, name) for one in done) for name in ("seals", "events", "entries")), waits=False)
