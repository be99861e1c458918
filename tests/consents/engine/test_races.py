"""Several writers at once: the lock decides, and without it something would be lost."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from consents.engine import statements
from consents.enums import Status
from consents.models import BrandCounter, Consent, ConsentEvent
from consents.services.records import record_consents
from tests.factories import BrandFactory
from tests.threads import at_once

from .conftest import ADDRESS, Book

WRITERS = 6


def test_the_same_new_consent_from_many_sides_is_written_once(committed_db: str, as_of: datetime) -> None:
    book = Book(BrandFactory(), as_of)
    words: list[str] = []
    assert not at_once(*[lambda: words.append(book.say("ONAY"))] * WRITERS)
    assert sorted(words) == ["new"] + ["unchanged"] * (WRITERS - 1)
    assert ConsentEvent.objects.count() == Consent.objects.count() == 1
    assert [row.total for row in BrandCounter.objects.all()] == [1]


def test_different_writers_of_one_consent_leave_one_unbroken_line(committed_db: str, as_of: datetime) -> None:
    book = Book(BrandFactory(), as_of)
    works = [lambda n=n: book.say("RET" if n % 2 else "ONAY", hours=20 - n, source="HS_WEB") for n in range(WRITERS)]
    assert not at_once(*works)
    versions = [event.version for event in book.events()]
    assert versions == list(range(1, len(versions) + 1))
    dates = [event.consent_date for event in book.events()]
    assert dates == sorted(dates)
    state = book.state()
    assert state is not None
    assert state.version == versions[-1]


def test_a_refusal_between_preview_and_write_is_not_overwritten(
    committed_db: str, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock off, an ONAY decided before the refusal committed would stand above it."""
    book = Book(BrandFactory(), as_of)
    assert book.say("ONAY", hours=9) == "new"
    refused, words = threading.Event(), []

    def refuse() -> None:
        with transaction.atomic():
            book.recipient_says("RET", hours=1)
            refused.set()
            threading.Event().wait(0.3)

    def renew() -> None:
        refused.wait()
        words.append(book.say("ONAY", hours=2))

    assert not at_once(refuse, renew)
    assert words == ["H178"]
    state = book.state()
    assert state is not None
    assert state.status == Status.RET


def test_without_the_lock_the_ledgers_own_key_still_refuses_a_stale_decision(
    committed_db: str, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LOCK", "SELECT count(*) FROM ({source}) n WHERE %(brand)s > 0")
    book = Book(BrandFactory(), as_of)
    assert book.say("ONAY", hours=9) == "new"
    words: list[str] = []

    def renew(hours: int) -> None:
        entry = book.entry("ONAY", hours=hours)
        outcomes = record_consents(actor=book.actor, brand=book.brand, entries=[entry], moment=as_of)
        words.append(outcomes[0].verdict.name)

    assert not at_once(*[lambda hours=hours: renew(hours) for hours in (8, 7, 6, 5)])
    versions = [event.version for event in book.events()]
    assert versions == list(range(1, len(versions) + 1))
    assert book.state().consent_date == as_of - timedelta(hours=5)  # type: ignore[union-attr]
    assert book.events()[0].recipient == ADDRESS
