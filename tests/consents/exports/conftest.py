"""Exports start from the panel's brand and records."""

import pytest

from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.consents.panel.conftest import brand, officer, panel, record, staff_panel
from tests.factories import MembershipFactory, actor_of

__all__ = ["brand", "officer", "panel", "record", "staff_panel"]


@pytest.fixture
def actor(brand: Brand) -> Actor:
    return actor_of(MembershipFactory(provider=brand.provider, role="manager").user, brand.provider)
