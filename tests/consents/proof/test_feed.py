"""The change feed (R-R2, R-L2): nothing skipped, nothing twice, whatever the order of commits."""

from collections.abc import Callable
from typing import Any

from consents.models import ConsentEvent
from consents.selectors import feed
from consents.selectors.feed import changes_after
from consents.services.seals import seal_ledger
from providers.models import Brand
from tests.factories import BrandFactory
from tests.threads import held_open

from .conftest import record, seal_all


def read_on(cursor: int, brands: list[int], limit: int = 3) -> tuple[list[int], int]:
    """Everything behind a cursor, in as many calls as it takes."""
    seen: list[int] = []
    while True:
        changes = changes_after(cursor, brands=brands, limit=limit)
        assert changes.cursor >= cursor
        seen += [event.event_id for event in changes.events]
        cursor = changes.cursor
        if not changes.more:
            return seen, cursor


def test_r_l2_events_that_commit_out_of_order_are_read_once_each(brand: Brand) -> None:
    other = BrandFactory()
    with held_open(lambda: record(brand, "yavas")) as commit:
        record(other, *(f"hizli{n}" for n in range(6)))
        seen, cursor = [], 0
        for _ in range(3):
            seal_ledger()
            part, cursor = read_on(cursor, [brand.pk, other.pk])
            seen += part
        assert seen == [], "whoever took a lower number may still write it"
        commit()
    seal_all()
    part, cursor = read_on(cursor, [brand.pk, other.pk])
    seen += part
    record(brand, "son")
    seal_all()
    part, cursor = read_on(cursor, [brand.pk, other.pk])
    seen += part
    assert seen == list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True))
    assert len(seen) == 8
    assert read_on(cursor, [brand.pk, other.pk]) == ([], cursor)


def test_a_reader_sees_its_own_brands_and_its_cursor_passes_the_others(
    people: Callable[..., None], brand: Brand, monkeypatch: Any
) -> None:
    monkeypatch.setattr(feed, "SEALS", 1)
    monkeypatch.setattr(feed, "WINDOWS", 1)
    other = BrandFactory()
    people("ayse")
    record(other, *(f"kisi{n}" for n in range(30)))
    people("fatma")
    seal_all()
    own = list(ConsentEvent.objects.filter(brand_id=brand.pk).order_by("event_id").values_list("event_id", flat=True))
    assert read_on(0, [brand.pk])[0] == own
    assert read_on(0, [])[0] == []
