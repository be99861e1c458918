"""What holds for every batch: splits, repeats, undo, replay."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.enums import Status
from consents.models import BrandCounter, Consent, ConsentEvent
from consents.services import imports
from consents.services.import_runs import load_file, undo
from consents.services.records import Entry
from tests.consents.replay import replayed_state

from .conftest import Book

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATE = ("recipient", "channel", "recipient_type", "version", "status", "source", "holds", "consent_date")

rows = st.tuples(
    st.sampled_from(["ONAY", "RET"]),
    st.sampled_from([1, 2, 3, 30, 24 * 20]),
    st.sampled_from(["HS_WEB", "HS_ISLAK_IMZA", "HS_KARAR"]),
    st.sampled_from(["ali@firma.example", "veli@firma.example"]),
    st.sampled_from(["BIREYSEL", "TACIR"]),
)
batches = st.lists(rows, min_size=1, max_size=12)


def entries(book: Book, batch: list[tuple]) -> list[Entry]:
    return [
        book.entry(status, hours=hours, source=source, to=to, kind=kind) for status, hours, source, to, kind in batch
    ]


def states(book: Book, *, without_version: bool = False) -> list[tuple]:
    columns = [name for name in STATE if not (without_version and name == "version")]
    return sorted(Consent.objects.filter(brand_id=book.brand.pk).values_list(*columns), key=repr)


def counters(book: Book) -> dict[tuple, int]:
    found = BrandCounter.objects.filter(brand_id=book.brand.pk).exclude(total=0)
    return {(row.channel, row.recipient_type, row.status, row.holds): row.total for row in found}


def counted(book: Book) -> dict[tuple, int]:
    result: dict[tuple, int] = {}
    for row in Consent.objects.filter(brand_id=book.brand.pk):
        key = (row.channel, row.recipient_type, row.status, row.holds)
        result[key] = result.get(key, 0) + 1
    return result


@quick
@given(batch=batches, cuts=st.lists(st.integers(1, 11), max_size=3))
def test_a_batch_equals_its_parts_in_any_split(books: Callable[[], Book], batch: list, cuts: list[int]) -> None:
    whole, parts, single = books(), books(), books()
    together = whole.record(*entries(whole, batch))
    places = [0, *sorted({cut for cut in cuts if cut < len(batch)}), len(batch)]
    pieces = [parts.record(*entries(parts, batch[a:b])) for a, b in pairwise(places)]
    ones = [single.record(entry)[0] for entry in entries(single, batch)]
    assert together == [word for piece in pieces for word in piece] == ones
    assert states(whole) == states(parts) == states(single)
    assert counters(whole) == counters(parts) == counters(single) == counted(whole)


@quick
@given(batch=batches)
def test_what_was_accepted_can_be_repeated_without_effect(books: Callable[[], Book], batch: list) -> None:
    book = books()
    written = [
        entry
        for entry, word in zip(entries(book, batch), book.record(*entries(book, batch)), strict=True)
        if word in ("new", "changed", "renewed")
    ]
    before = states(book)
    assert book.record(*written) == ["unchanged"] * len(written)
    assert states(book) == before


@quick
@given(batch=batches)
def test_r_l1_the_ledger_replayed_gives_the_current_state(books: Callable[[], Book], batch: list) -> None:
    book = books()
    book.record(*entries(book, batch))
    for row in Consent.objects.filter(brand_id=book.brand.pk):
        assert replayed_state(row.key) == row
    latest = ConsentEvent.objects.filter(brand_id=book.brand.pk)
    assert {event.key for event in latest} == {row.key for row in Consent.objects.filter(brand_id=book.brand.pk)}


def written_file(folder: Path, book: Book, batch: list) -> Path:
    lines = ["recipient,type,status,source,recipientType,consentDate"]
    for entry in entries(book, batch):
        lines.append(
            f"{entry.recipient},{entry.type},{entry.status},{entry.source},{entry.recipient_type},{entry.consent_date}"
        )
    path = folder / "batch.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@quick
@given(before=batches, batch=batches, after=st.lists(rows, max_size=3), refusals=st.booleans())
def test_r_l6_undo_restores_every_state_that_nobody_touched_since(
    books: Callable[[], Book], tmp_path: Path, before: list, batch: list, after: list, refusals: bool
) -> None:
    book = books()
    book.record(*entries(book, before))
    stood = {row.key: row for row in Consent.objects.filter(brand_id=book.brand.pk)}
    item = load_file(actor=book.actor, brand=book.brand, path=written_file(tmp_path, book, batch), moment=book.moment)
    applied = {row.key: row for row in Consent.objects.filter(brand_id=book.brand.pk)}
    touched = set(
        ConsentEvent.objects.filter(job_id=item.apply_job_id).values_list(
            "recipient", "brand_id", "channel", "recipient_type"
        )
    )
    book.record(*entries(book, after), moment=book.moment + timedelta(minutes=1))
    later = {
        row.key
        for row in Consent.objects.filter(brand_id=book.brand.pk)
        if row.version != getattr(applied.get(row.key), "version", 0)
    }

    item = imports.start_undo(item, actor=book.actor, reason="yanlış dosya", include_refusals=refusals, publish=False)
    undo(item.undo_job_id)

    for row in Consent.objects.filter(brand_id=book.brand.pk):
        former = stood.get(row.key)
        now = applied.get(row.key)
        if row.key not in touched or row.key in later:
            continue
        assert now is not None
        was = former.status if former else Status.IPTAL
        if now.status == Status.RET and (was == Status.ONAY or not refusals):
            assert row.status == Status.RET, "a refusal never becomes an approval"
            continue
        assert row.status == was
        if former:
            assert (row.source, row.consent_date, row.holds) == (
                former.source,
                former.consent_date,
                former.holds,
            )
        assert replayed_state(row.key) == row
    assert counters(book) == counted(book)


@pytest.mark.django_db
def test_r_l6_an_undone_event_counts_for_nothing(book: Book, tmp_path: Path) -> None:
    path = written_file(tmp_path, book, [("ONAY", 2, "HS_WEB", "ali@firma.example", "BIREYSEL")])
    item = load_file(actor=book.actor, brand=book.brand, path=path, moment=book.moment)
    item = imports.start_undo(item, actor=book.actor, reason="yanlış dosya", publish=False)
    undo(item.undo_job_id)
    state = book.state("ali@firma.example")
    assert state is not None
    assert state.status == Status.IPTAL
    # Neither a repeat (R-C14) nor older than anything (R-C10): it is a first record again.
    assert book.say("ONAY", hours=2, to="ali@firma.example") == "new"
    assert book.say("RET", source="HS_KARAR", hours=1, to="ali@firma.example") == "changed"
