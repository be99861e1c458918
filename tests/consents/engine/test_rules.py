"""R-C6 to R-C20 and R-M4, each by its number, through the door that forms and the API use."""

from datetime import date, datetime, timedelta

import pytest

from consents.enums import Hold, Status
from consents.models import Consent, ConsentEvent, DeadlineExtension, Evidence
from consents.services.records import Entry, record_consents
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import NotAllowed, WrongMoment
from iys_portal.core.models import Holiday
from tests.factories import BrandFactory, RetailerFactory, officer_of

from .conftest import ADDRESS, Book


def nothing_was_written() -> bool:
    return not ConsentEvent.objects.exists() and not Consent.objects.exists()


def test_r_c1_a_missing_status_is_refused_and_writes_nothing(book: Book) -> None:
    assert book.say("") == "H110"
    assert nothing_was_written()


def test_r_c6_a_date_in_the_future_is_refused(book: Book) -> None:
    assert book.say("ONAY", hours=-1) == "H162"
    assert nothing_was_written()


def test_r_c6_two_minutes_of_clock_difference_are_forgiven(book: Book) -> None:
    assert book.say("ONAY", hours=-1.9 / 60) == "new"
    assert book.say("ONAY", hours=-2.1 / 60, to="baska@firma.example") == "H162"


def test_r_c7_nothing_is_older_than_may_2015(book: Book) -> None:
    assert book.say("RET", at="2015-04-30 23:59:59") == "H156"
    assert book.say("RET", at="2015-05-01 00:00:00") == "new"


@pytest.mark.parametrize("at", ["2015-05-01 00:00:01", "2016-01-01 00:00:00", "2014-01-01 00:00:00"])
def test_r_c7_hs_2015_is_dated_exactly_may_2015(book: Book, at: str) -> None:
    assert book.say("ONAY", source="HS_2015", at=at) == "H155"
    assert book.say("RET", source="HS_2015", at="2015-05-01 00:00:00") == "new"


@pytest.mark.parametrize(
    ("agreed", "recorded", "verdict"),
    [
        # Thursday; Friday, Monday and Tuesday are the three days.
        (datetime(2026, 11, 19, 10, 0), datetime(2026, 11, 24, 23, 59, 59), "new"),
        (datetime(2026, 11, 19, 10, 0), datetime(2026, 11, 25, 0, 0, 0), "H467"),
        # The eve of 29 October is a half day and counts; the 29th does not.
        (datetime(2026, 10, 26, 9, 0), datetime(2026, 10, 30, 12, 0), "new"),
        (datetime(2026, 10, 26, 9, 0), datetime(2026, 10, 31, 0, 0), "H467"),
        # On a Saturday nothing has run out that was in time on Friday.
        (datetime(2026, 11, 17, 23, 0), datetime(2026, 11, 20, 23, 59), "new"),
        (datetime(2026, 11, 21, 9, 0), datetime(2026, 11, 25, 23, 59), "new"),
        (datetime(2026, 11, 21, 9, 0), datetime(2026, 11, 26, 0, 0), "H467"),
    ],
)
def test_r_c8_an_onay_is_registered_within_three_business_days(
    book: Book, agreed: datetime, recorded: datetime, verdict: str
) -> None:
    at = agreed.strftime("%Y-%m-%d %H:%M:%S")
    assert book.say("ONAY", at=at, moment=recorded.replace(tzinfo=ISTANBUL)) == verdict


def test_r_d1_a_day_that_an_admin_added_moves_the_limit(book: Book) -> None:
    moment = datetime(2026, 11, 25, 12, 0, tzinfo=ISTANBUL)
    assert book.say("ONAY", at="2026-11-19 10:00:00", moment=moment) == "H467"
    Holiday.objects.create(day=date(2026, 11, 23), name="Deneme tatili")
    assert book.say("ONAY", at="2026-11-19 10:00:00", moment=moment) == "new"


def test_r_c8_a_late_ret_is_accepted_and_marked(book: Book) -> None:
    assert book.say("RET", hours=24 * 30) == "new"
    assert [event.late for event in book.events()] == [True]
    assert book.say("RET", hours=2, to="zamaninda@firma.example") == "new"
    assert [event.late for event in book.events("zamaninda@firma.example")] == [False]


def test_r_d2_an_old_consent_is_invalid_once_the_deadline_has_passed(book: Book) -> None:
    DeadlineExtension.objects.all().delete()
    DeadlineExtension.objects.create(announced_on=date(2020, 1, 4), until=date(2020, 6, 1), reference="duyuru")
    at = "2018-03-01 10:00:00"
    open_still = datetime(2020, 6, 1, 23, 59, tzinfo=ISTANBUL)
    assert book.say("ONAY", at=at, moment=open_still) == "new"
    assert book.say("ONAY", at=at, to="gec@firma.example", moment=open_still + timedelta(minutes=1)) == "R-D2"
    assert book.say("ONAY", at="2020-06-02 10:00:00", to="gec@firma.example") == "H467"


def test_r_d2_the_answer_names_the_deadline(book: Book) -> None:
    DeadlineExtension.objects.all().delete()
    DeadlineExtension.objects.create(announced_on=date(2020, 1, 4), until=date(2020, 6, 1), reference="duyuru")
    entry = book.entry("ONAY", at="2018-03-01 10:00:00")
    (outcome,) = record_consents(actor=book.actor, brand=book.brand, entries=[entry], moment=book.moment)
    assert outcome.problem is not None
    assert "01.06.2020" in outcome.problem.sentence(**outcome.values)


def test_r_d2_a_window_of_one_provider_lifts_the_limit_for_it_alone(book: Book) -> None:
    day = book.moment.date()
    DeadlineExtension.objects.create(
        announced_on=day,
        until=day + timedelta(days=5),
        reference="karar",
        provider=book.brand.provider,
        reason="ilk yükleme",
    )
    other = Book(BrandFactory(), book.moment)
    assert book.say("ONAY", at="2018-03-01 10:00:00") == "new"
    assert other.say("ONAY", at="2018-03-01 10:00:00") == "R-D2"


def test_r_c9_hs_karar_carries_only_refusals(book: Book) -> None:
    assert book.say("ONAY", source="HS_KARAR") == "H408"


def test_r_c9_hs_karar_is_never_first(book: Book) -> None:
    assert book.say("RET", source="HS_KARAR", hours=1) == "H486"
    assert book.say("ONAY", hours=2) == "new"
    assert book.say("RET", source="HS_KARAR", hours=1) == "changed"


def test_r_c10_a_new_record_is_later_than_the_stored_one(book: Book) -> None:
    assert book.say("ONAY", hours=2) == "new"
    assert book.say("RET", hours=3) == "H178"
    assert book.say("ONAY", hours=3, strict=True) == "H178"
    assert [event.version for event in book.events()] == [1]


def test_r_c10_at_equal_moments_a_refusal_wins(book: Book) -> None:
    assert book.record(book.entry("ONAY"), book.entry("RET"), book.entry("ONAY", source="HS_MOBIL")) == [
        "new",
        "changed",
        "H178",
    ]


def test_r_c10_rows_of_a_batch_are_taken_in_order(book: Book) -> None:
    batch = [book.entry(status, hours=hours) for status, hours in [("ONAY", 5), ("RET", 4), ("ONAY", 3), ("ONAY", 2)]]
    assert book.record(*batch) == ["new", "changed", "changed", "renewed"]
    state = book.state()
    assert state is not None
    assert (state.version, state.status) == (4, Status.ONAY)


def test_r_c10_the_recipients_own_act_always_follows(book: Book) -> None:
    assert book.say("ONAY", hours=1) == "new"
    assert book.recipient_says("RET", hours=5) == "changed"
    assert book.recipient_says("ONAY", hours=9) == "changed"


def test_r_c11_ret_on_ret_is_unchanged(book: Book) -> None:
    assert book.say("RET", hours=3) == "new"
    assert book.say("RET", hours=2) == "unchanged"
    assert book.say("RET", hours=1, strict=True) == "H174"


def test_r_c11_the_recipients_own_refusal_is_written_over_the_providers(book: Book) -> None:
    assert book.say("RET", hours=3) == "new"
    assert book.recipient_says("RET") == "renewed"
    assert book.recipient_says("RET") == "unchanged"
    assert [event.version for event in book.events()] == [1, 2]


def test_r_c11_a_later_onay_renews_date_and_source(book: Book) -> None:
    assert book.say("ONAY", hours=3) == "new"
    assert book.say("ONAY", hours=2, source="HS_MOBIL") == "renewed"


def test_r_c12_a_first_refusal_is_recordable(book: Book) -> None:
    assert book.say("RET", strict=True) == "H175"
    assert nothing_was_written()
    assert book.say("RET") == "new"


def test_r_c13_a_merchants_first_record_may_omit_date_and_source(book: Book) -> None:
    dateless = {"kind": "TACIR", "hours": None, "source": ""}
    assert book.say("ONAY", **dateless) == "new"
    assert book.say("ONAY", **dateless) == "unchanged"
    assert book.say("RET", **dateless) == "H462"
    assert book.say("RET", kind="TACIR", hours=1, source="") == "H463"
    assert book.say("RET", kind="TACIR", hours=1) == "changed"
    assert book.say("ONAY", hours=None) == "H112"


def test_r_c13_no_date_counts_as_earlier_than_any(book: Book) -> None:
    assert book.say("ONAY", kind="TACIR", hours=None, source="") == "new"
    assert book.say("ONAY", kind="TACIR", hours=1) == "renewed"
    assert book.say("ONAY", kind="TACIR", hours=None, source="") == "unchanged"


def test_r_c14_an_exact_repeat_gives_the_first_transaction_number(book: Book) -> None:
    batch = [book.entry("ONAY", hours=3), book.entry("RET", hours=2)]
    first = record_consents(actor=book.actor, brand=book.brand, entries=batch, moment=book.moment)
    again = record_consents(actor=book.actor, brand=book.brand, entries=batch, moment=book.moment, strict=True)
    assert [outcome.verdict.name for outcome in again] == ["UNCHANGED", "UNCHANGED"]
    assert [outcome.transaction_id for outcome in again] == [outcome.transaction_id for outcome in first]


def test_r_c14_a_repeat_is_judged_before_lateness(book: Book) -> None:
    assert book.say("ONAY", hours=2) == "new"
    weeks_later = book.moment + timedelta(days=20)
    entry = book.entry("ONAY", hours=2)
    assert book.record(entry, moment=weeks_later) == ["unchanged"]
    assert book.record(entry, moment=weeks_later, strict=True) == ["unchanged"]


def test_r_c14_the_same_status_with_an_older_date_is_unchanged(book: Book) -> None:
    assert book.say("ONAY", hours=2) == "new"
    assert book.say("ONAY", hours=24 * 20) == "unchanged"


def test_r_c14_a_repeat_within_a_batch_counts_only_when_the_first_was_accepted(book: Book) -> None:
    karar = book.entry("RET", source="HS_KARAR", hours=1)
    assert book.record(karar, book.entry("ONAY", hours=2), karar, karar) == [
        "H486",
        "new",
        "changed",
        "unchanged",
    ]


def test_r_c14_an_onay_older_than_a_refusal_says_take_it_off_your_list(book: Book) -> None:
    assert book.say("RET", hours=2) == "new"
    entry = book.entry("ONAY", hours=24 * 20)
    (outcome,) = record_consents(actor=book.actor, brand=book.brand, entries=[entry], moment=book.moment)
    assert outcome.problem is not None
    assert (outcome.verdict.name, outcome.problem.code, outcome.problem.rule) == (
        "CONFLICTING",
        "H178",
        "R-C14",
    )
    assert "24.11.2026 13:00" in outcome.problem.sentence(**outcome.values)


def test_r_c15_after_the_recipients_own_refusal_a_file_is_needed(book: Book) -> None:
    assert book.say("ONAY", hours=5) == "new"
    assert book.recipient_says("RET", hours=4) == "changed"
    assert book.say("ONAY", hours=3) == "R-C15"
    assert book.say("ONAY", hours=3, evidence="Arşiv 12") == "R-C15"
    assert book.say("ONAY", hours=6) == "H178"


def test_r_c15_a_providers_own_refusal_needs_no_file(book: Book) -> None:
    assert book.say("RET", hours=4) == "new"
    assert book.say("ONAY", hours=3) == "changed"


@pytest.mark.parametrize("source", ["HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_ETKINLIK"])
def test_r_c16_a_signed_consent_without_evidence_is_held(book: Book, source: str) -> None:
    assert book.say("ONAY", source=source) == "new"
    state = book.state()
    assert state is not None
    assert state.holds == Hold.EVIDENCE_MISSING
    assert state.hold_from == book.moment


def test_r_c16_a_reference_is_evidence_and_is_kept(book: Book) -> None:
    assert book.say("ONAY", source="HS_ISLAK_IMZA", evidence="Arşiv klasörü 11") == "new"
    state = book.state()
    assert state is not None
    assert state.holds == 0
    kept = Evidence.objects.get(brand=book.brand)
    assert bytes(kept.sha256) == bytes(state.evidence_hash or b"")
    assert kept.reference == "Arşiv klasörü 11"


def test_r_c16_a_scans_name_without_the_scan_is_no_evidence(book: Book) -> None:
    assert book.say("ONAY", source="HS_ISLAK_IMZA", evidence="form-001.pdf") == "new"
    state = book.state()
    assert state is not None
    assert state.holds == Hold.EVIDENCE_MISSING


def test_r_c16_by_api_it_counts_as_declared_for_ten_business_days(book: Book) -> None:
    assert book.say("ONAY", source="HS_ISLAK_IMZA", strict=True) == "new"
    state = book.state()
    assert state is not None
    assert state.hold_from == datetime(2026, 12, 9, tzinfo=ISTANBUL)


def test_r_c16_a_signed_refusal_is_not_held(book: Book) -> None:
    assert book.say("RET", source="HS_ISLAK_IMZA") == "new"
    state = book.state()
    assert state is not None
    assert state.holds == 0


def test_r_c17_one_channel_or_type_never_implies_another(book: Book) -> None:
    phone = "+905321112233"
    assert book.say("ONAY", to=phone, channel="MESAJ") == "new"
    assert book.state(phone, channel=1) is None
    assert book.say("RET", to=phone, channel="ARAMA") == "new"
    state = book.state(phone, channel=2)
    assert state is not None
    assert state.status == Status.ONAY
    other = Book(BrandFactory(provider=book.brand.provider), book.moment)
    assert other.state(phone, channel=2) is None


def test_r_c19_a_consent_has_no_column_for_names_or_postal_addresses() -> None:
    columns = {field.name for model in (Consent, ConsentEvent) for field in model._meta.get_fields()}
    assert not {name for name in columns if "name" in name or "postal" in name or "street" in name}


def test_r_c20_a_dealer_is_active_and_of_the_brand(book: Book) -> None:
    dealer = RetailerFactory(brand=book.brand, code="B-7")
    RetailerFactory(brand=BrandFactory(), code="B-8")
    assert book.say("ONAY", retailer="B-8") == "H180"
    assert book.say("ONAY", retailer="B-7") == "new"
    dealer.is_active = False
    dealer.save()
    assert book.say("ONAY", retailer="B-7", to="iki@firma.example") == "H180"


def test_r_m4_double_opt_in_waits_for_the_recipient(book: Book) -> None:
    book.brand.double_opt_in = True
    book.brand.save()
    assert book.say("ONAY", hours=3) == "new"
    state = book.state()
    assert state is not None
    assert state.holds == Hold.AWAITING_CONFIRMATION
    assert book.say("ONAY", source="HS_ISLAK_IMZA", evidence="Dosya 3", to="kagit@firma.example") == "new"
    paper = book.state("kagit@firma.example")
    assert paper is not None
    assert paper.holds == 0


def test_r_m4_what_renews_a_confirmed_consent_needs_no_second_confirmation(book: Book) -> None:
    assert book.say("ONAY", hours=3) == "new"
    book.brand.double_opt_in = True
    book.brand.save()
    assert book.say("ONAY", hours=2) == "renewed"
    state = book.state()
    assert state is not None
    assert state.holds == 0


def test_r_p7_a_suspended_provider_records_refusals_only(book: Book) -> None:
    book.brand.provider.state = "suspended"
    book.brand.provider.save()
    with pytest.raises(WrongMoment):
        book.say("ONAY")
    assert nothing_was_written()
    assert book.say("RET") == "new"


def test_a_viewer_records_nothing(book: Book) -> None:
    viewer = officer_of(book.brand, role="viewer")
    with pytest.raises(NotAllowed):
        record_consents(actor=viewer, brand=book.brand, entries=[Entry(ADDRESS, "EPOSTA", "ONAY")])
    assert nothing_was_written()
