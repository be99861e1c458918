"""Refusals since the last download: by the numbers of final events, so that no clock loses one (R-R2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.models import ExportFile
from consents.services import exports as services
from consents.services.seals import seal_ledger
from iys_portal.core.actors import Actor
from providers.models import Brand
from tests.consents.proof.conftest import record, seal_all
from tests.factories import BrandFactory, officer_of
from tests.threads import held_open

from .steps import refusals, taken


@pytest.fixture(autouse=True)
def small(settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_ROWS": 4, "SEAL_SETTLE": timedelta(0)}


@pytest.fixture
def brand(committed_db: str) -> Brand:
    return BrandFactory()


@pytest.fixture
def actor(brand: Brand) -> Actor:
    return officer_of(brand)


def names(found: list[str]) -> list[str]:
    return [address.partition("@")[0] for address in found]


def test_r_r2_the_first_list_has_all_in_force_and_the_next_what_is_new(brand: Brand, actor: Actor) -> None:
    record(brand, "evet")
    record(brand, "bir", "iki", status="RET", ago=60)
    seal_all()
    assert names(taken(actor, refusals(actor))) == ["bir", "iki"]
    record(brand, "uc", status="RET")
    record(brand, "iki")  # has agreed since
    seal_all()
    assert names(taken(actor, refusals(actor))) == ["uc"]
    assert taken(actor, refusals(actor)) == []
    assert names(taken(actor, refusals(actor, everything=True))) == ["bir", "uc"]


def test_a_list_that_was_not_downloaded_moves_nothing(brand: Brand, actor: Actor) -> None:
    record(brand, "bir", status="RET")
    seal_all()
    refusals(actor)
    item = refusals(actor)
    services.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
    assert names(taken(actor, refusals(actor))) == ["bir"]


def test_r_l2_a_refusal_that_commits_late_with_a_low_number_is_in_the_next_list(brand: Brand, actor: Actor) -> None:
    second = BrandFactory(provider=brand.provider)  # writers of one brand wait for each other's counters
    with held_open(lambda: record(second, "yavas", status="RET")) as commit:
        record(brand, "hizli", status="RET")
        seal_ledger()
        seal_ledger()
        first = taken(actor, refusals(actor))
        commit()
    seal_all()
    assert names(first) == ["hizli"]
    assert "yavas" in names(taken(actor, refusals(actor)))


def test_each_brand_and_person_has_a_place_of_its_own(brand: Brand, actor: Actor) -> None:
    record(brand, "bir", status="RET")
    seal_all()
    taken(actor, refusals(actor))
    assert names(taken(actor, refusals(actor, shown={"state": "RET", "brand": str(brand.brand_code)}))) == ["bir"]
    other = officer_of(brand)
    assert names(taken(other, refusals(other))) == ["bir"]
    assert ExportFile.objects.filter(taken_at__isnull=False).count() == 3
