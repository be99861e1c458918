"""R-L4 over real ledgers: the engine's histories, scope, holds, the provider's state, the cost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.effective import Reason, judge
from consents.enums import Status
from consents.models import Consent
from consents.moments import Difference
from consents.selectors.moments import Moment, at_moment, of_address, statuses_at
from consents.services import imports
from consents.services.import_runs import load_file, undo
from providers.services.reference import suspend_provider
from tests.consents.engine.conftest import ADDRESS, Book
from tests.consents.engine.test_properties import batches, entries, written_file
from tests.factories import BrandFactory, officer_of, staff

quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def moment_of(book: Book, at: datetime, kind: int = 1) -> Moment:
    consent = book.state(kind=kind)
    assert consent is not None
    return at_moment(consent, at)


def reasons(book: Book, at: datetime) -> tuple[Reason, Reason]:
    moment = moment_of(book, at)
    return moment.known.reason, moment.now_known.reason


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_r_l4_a_late_refusal_is_told_on_both_clocks(book: Book) -> None:
    book.say("ONAY", hours=30, moment=book.moment - hours(24))
    book.say("RET", hours=10)
    between = book.moment - hours(5)
    assert reasons(book, between) == (Reason.SENDABLE, Reason.REFUSED)
    moment = moment_of(book, between)
    assert moment.differ
    assert moment.differences == (Difference.REGISTERED_LATER,)
    assert reasons(book, book.moment) == (Reason.REFUSED, Reason.REFUSED)
    assert reasons(book, book.moment - hours(100)) == (Reason.NO_RECORD, Reason.NO_RECORD)
    assert reasons(book, book.moment - hours(26)) == (Reason.NO_RECORD, Reason.SENDABLE)


def test_r_l4_an_own_refusal_counts_for_the_other_type_from_its_moment_on(book: Book) -> None:
    book.say("ONAY", hours=30, kind="TACIR", moment=book.moment - hours(24))
    book.recipient_says("RET")
    before, after = book.moment - hours(1), book.moment
    assert moment_of(book, before, kind=2).known.reason is Reason.SENDABLE
    assert moment_of(book, after, kind=2).known.reason is Reason.REFUSED_OTHER_TYPE
    assert moment_of(book, after, kind=2).now_known.reason is Reason.REFUSED_OTHER_TYPE


def test_r_l4_missing_evidence_was_missing_then(book: Book) -> None:
    book.say("ONAY", source="HS_ISLAK_IMZA", hours=2)
    assert reasons(book, book.moment) == (Reason.EVIDENCE_MISSING, Reason.EVIDENCE_MISSING)


def test_r_l4_an_undone_import_was_known_meanwhile(book: Book, tmp_path: Path) -> None:
    path = written_file(tmp_path, book, [("ONAY", 2, "HS_WEB", ADDRESS, "BIREYSEL")])
    with time_machine.travel(book.moment, tick=False):
        item = load_file(actor=book.actor, brand=book.brand, path=path, moment=book.moment)
    with time_machine.travel(book.moment + hours(1), tick=False):
        item = imports.start_undo(item, actor=book.actor, reason="yanlış dosya", publish=False)
        undo(item.undo_job_id)
    assert reasons(book, book.moment) == (Reason.SENDABLE, Reason.NO_RECORD)
    assert moment_of(book, book.moment).differences == (Difference.UNDONE_LATER,)
    assert reasons(book, book.moment + hours(2)) == (Reason.CANCELLED, Reason.NO_RECORD)


def test_r_l4_the_provider_counts_as_it_was_then(book: Book) -> None:
    book.say("ONAY", hours=2)
    with time_machine.travel(book.moment + hours(1), tick=False):
        suspend_provider(provider=book.brand.provider, actor=staff("admin"), reason="Deneme")
    assert reasons(book, book.moment) == (Reason.SENDABLE, Reason.SENDABLE)
    assert reasons(book, book.moment + hours(2)) == (Reason.PROVIDER_SUSPENDED, Reason.PROVIDER_SUSPENDED)


def test_r_a1_an_address_is_told_within_the_scope_only(book: Book) -> None:
    book.say("ONAY")
    other = Book(BrandFactory(), book.moment)
    other.say("RET")
    own = of_address(officer_of(book.brand), ADDRESS, book.moment)
    assert [moment.key[1] for moment in own] == [book.brand.pk]
    assert len(of_address(staff("auditor"), ADDRESS, book.moment)) == 2
    assert of_address(staff("auditor"), "yok@firma.example", book.moment) == []


def test_r_l4_an_address_costs_the_same_queries_however_much_happened(book: Book) -> None:
    actor = staff("auditor")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            of_address(actor, ADDRESS, book.moment)
        return len(queries)

    book.say("ONAY", hours=40, moment=book.moment - hours(20))
    before = cost()
    for number in range(8):
        book.say("RET" if number % 2 else "ONAY", hours=19 - number, moment=book.moment - hours(18 - number))
        book.say("ONAY", hours=19 - number, kind="TACIR", moment=book.moment - hours(18 - number))
    assert cost() == before


@quick
@given(first=batches, second=batches, undone=st.booleans())
def test_r_l4_at_the_end_both_clocks_say_what_stands(
    books: Callable[[], Book], tmp_path: Path, first: list, second: list, undone: bool
) -> None:
    book = books()
    book.record(*entries(book, first))
    item = load_file(actor=book.actor, brand=book.brand, path=written_file(tmp_path, book, second), moment=book.moment)
    if undone:
        item = imports.start_undo(item, actor=book.actor, reason="yanlış", include_refusals=True, publish=False)
        undo(item.undo_job_id)
    latest = book.moment + timedelta(days=400)
    consents = list(Consent.objects.filter(brand_id=book.brand.pk))
    listed = statuses_at([consent.key for consent in consents], latest)
    for consent, reason in zip(consents, judge([one.key for one in consents], now=latest), strict=True):
        moment = at_moment(consent, latest)
        stands = None if consent.status == Status.IPTAL else Status(consent.status)
        assert moment.known.state is not None
        assert (moment.known.status, moment.known.reason) == (Status(consent.status), reason)
        assert moment.now_known.status == stands
        if stands is not None:
            assert moment.now_known.reason == reason
        assert listed[consent.key] == (moment.known.status, moment.now_known.status)


def test_r_l4_many_consents_are_read_in_one_statement(book: Book) -> None:
    book.say("ONAY", hours=2)
    book.say("RET", hours=2, to="veli@firma.example")
    keys = [consent.key for consent in Consent.objects.all()]
    with CaptureQueriesContext(connection) as queries:
        found = statuses_at(keys, book.moment - hours(1))
    assert len(queries) == 1
    assert found == {key: (None, Status.ONAY if key[0] == ADDRESS else Status.RET) for key in keys}
    assert statuses_at([], book.moment) == {}


@pytest.mark.parametrize("hour", [-1, 0, 1])
def test_r_l4_double_opt_in_counts_from_the_confirmation(book: Book, hour: int) -> None:
    from consents.engine.acts import Asked, confirm
    from consents.enums import WayIn
    from tests.consents.panel.conftest import RECIPIENT

    book.brand.double_opt_in = True
    book.brand.save()
    book.say("ONAY", hours=30, moment=book.moment - hours(24))
    asked = [Asked(ADDRESS, 3, 1, 1)]
    assert confirm(book.brand.pk, asked, actor=RECIPIENT, way=WayIn.MAIL_LINK, moment=book.moment)
    expected = Reason.AWAITING_CONFIRMATION if hour < 0 else Reason.SENDABLE
    assert reasons(book, book.moment + hours(hour)) == (expected, expected)
