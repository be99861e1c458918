"""Several writers at once: the lock decides, and without it something would be lost."""

import threading
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection, transaction

from consents.engine import chunks, statements
from consents.enums import Status
from consents.models import BrandCounter, Consent, ConsentEvent, ConsentImport
from consents.services import imports
from consents.services.import_runs import apply, check
from consents.services.records import record_consents
from consents.states import ImportState
from tests.factories import BrandFactory, officer_of
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


def test_refusals_that_keep_falling_into_a_chunk_do_not_end_an_import(
    committed_db: str, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try meets a new refusal of an address that had no record; all refusals stand, and so does the rest."""
    brand, addresses = BrandFactory(), [f"ad{number}@firma.example" for number in range(10)]
    actor, book, started = officer_of(brand), Book(brand, as_of), []
    lines = [f"{one};EPOSTA;ONAY;HS_WEB;BIREYSEL;{as_of - timedelta(hours=5):%Y-%m-%d %H:%M:%S}" for one in addresses]
    head = "recipient;type;status;source;recipientType;consentDate"
    file = BytesIO("\n".join([head, *lines]).encode())
    item = imports.upload(actor=actor, brand=brand, file=file, name="liste.csv")
    item = imports.start_check(item, actor=actor, moment=as_of, publish=False)
    check(item.check_job_id)
    judge = chunks.judge_chunk

    def meets_a_refusal(*arguments: object, **more: object) -> object:
        said, to = threading.Event(), addresses[len(started)]

        def refuse() -> None:
            with transaction.atomic():
                book.say("RET", to=to, hours=1)
                said.set()
                threading.Event().wait(0.4)
            connection.close()

        started.append(threading.Thread(target=refuse))
        started[-1].start()
        said.wait(1)  # in vain once others are kept out
        return judge(*arguments, **more)

    monkeypatch.setattr(chunks, "judge_chunk", meets_a_refusal)
    item = imports.start_apply(ConsentImport.objects.get(pk=item.pk), actor=actor, moment=as_of, publish=False)
    apply(item.apply_job_id)
    for thread in started:
        thread.join()
    assert ConsentImport.objects.get(pk=item.pk).state == ImportState.APPLIED
    assert len(started) == chunks.ALONE_FROM + 1
    states = dict(Consent.objects.values_list("recipient", "status"))
    refused = addresses[: len(started)]
    assert states == {one: Status.RET if one in refused else Status.ONAY for one in addresses}
