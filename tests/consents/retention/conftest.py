"""A brand with old records."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.models import (
    Notice,
)
from iys_portal.core.calendar import years_before
from providers.models import Brand
from tests.consents.retention.steps import ALI, AYSE, CAN, say, seal_all
from tests.factories import BrandFactory


@pytest.fixture(autouse=True)
def at_once(settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_ROWS": 4, "SEAL_SETTLE": timedelta(0)}


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return BrandFactory()


@pytest.fixture
def old() -> datetime:
    return years_before(timezone.now(), 3) - timedelta(days=1)


@pytest.fixture
def refused(brand: Brand, old: datetime) -> Brand:
    """Ayşe gave and refused years ago; Ali's consent stands; Can refused yesterday."""
    assert say(brand, AYSE, "ONAY", old - timedelta(days=2)).accepted
    assert say(brand, AYSE, "RET", old).accepted
    assert say(brand, ALI, "ONAY", old).accepted
    assert say(brand, CAN, "RET", timezone.now() - timedelta(days=1)).accepted
    Notice.objects.update(registered_at=old - timedelta(days=2))
    seal_all()
    return brand
