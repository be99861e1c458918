"""Rules of time: initial upload deadlines (R-D2) and what counts as in time (R-C8, R-D1)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consents.deadlines import Announcement, first_timely_moment, initial_deadline, is_open
from consents.engine.terms import deadline_of, terms_for
from consents.enums import Channel, RecipientType, Status, WayIn
from consents.models import BrandCounter, ConsentImport, DeadlineExtension, ImportChunk
from consents.selectors.sizes import size_classes
from consents.services.deadlines import announce_deadline, correct_deadline
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import ISTANBUL, BusinessCalendar, calendar_with
from iys_portal.core.errors import FieldsInvalid, NotAllowed
from iys_portal.core.models import AuditEntry, Holiday, Job
from providers.enums import SizeClass
from providers.models import LARGE_FROM, Provider
from tests.factories import BrandFactory, ProviderFactory, staff


def at(*numbers):
    return datetime(*numbers, tzinfo=ISTANBUL)


@pytest.fixture
def large(db):
    return BrandFactory(provider=ProviderFactory(declared_consents=LARGE_FROM + 1))


@pytest.fixture
def small(db):
    return BrandFactory(provider=ProviderFactory(declared_consents=LARGE_FROM))


@pytest.mark.parametrize(
    "now, for_large, for_small",
    [
        (at(2020, 1, 3), None, None),
        (at(2020, 1, 4), (date(2020, 6, 1), True), (date(2020, 6, 1), True)),
        (at(2020, 5, 15, 12), (date(2020, 6, 1), True), (date(2020, 6, 1), True)),
        (at(2020, 5, 28, 9), (date(2020, 8, 31), True), (date(2020, 8, 31), True)),
        (at(2020, 7, 15, 12), (date(2020, 8, 31), True), (date(2020, 8, 31), True)),
        (at(2020, 9, 15, 12), (date(2020, 12, 1), True), (date(2020, 12, 1), True)),
        (at(2020, 11, 29, 23, 59), (date(2020, 12, 1), True), (date(2020, 12, 1), True)),
        (at(2020, 11, 30, 0, 0), (date(2020, 12, 31), True), (date(2021, 5, 31), True)),
        (at(2020, 12, 2, 12), (date(2020, 12, 31), True), (date(2021, 5, 31), True)),
        (at(2020, 12, 31, 23, 59, 59), (date(2020, 12, 31), True), (date(2021, 5, 31), True)),
        (at(2021, 1, 1, 0, 0), (date(2020, 12, 31), False), (date(2021, 5, 31), True)),
        (at(2021, 3, 1, 12), (date(2020, 12, 31), False), (date(2021, 5, 31), True)),
        (at(2021, 5, 31, 23, 59, 59), (date(2020, 12, 31), False), (date(2021, 5, 31), True)),
        (at(2021, 6, 1, 0, 0), (date(2020, 12, 31), False), (date(2021, 5, 31), False)),
        (at(2026, 11, 24, 12), (date(2020, 12, 31), False), (date(2021, 5, 31), False)),
    ],
)
def test_r_d2_known_history_as_it_was_in_force_at_each_time(large, small, now, for_large, for_small):
    for brand, expected in ((large, for_large), (small, for_small)):
        deadline = deadline_of(brand, now)
        found = (deadline.until, is_open(deadline, now)) if deadline else None
        assert found == expected


def test_r_d2_recipients_check_until_the_announced_days(large, small):
    assert deadline_of(large, at(2021, 2, 1)).check_until == date(2021, 2, 15)
    assert deadline_of(small, at(2021, 7, 1)).check_until == date(2021, 7, 15)
    assert set(DeadlineExtension.objects.values_list("reference", flat=True)) == {"announcement as known"}


def test_r_d2_the_deadline_changes_with_the_size_that_an_admin_corrects(small):
    assert is_open(deadline_of(small, at(2021, 3, 1)), at(2021, 3, 1))
    small.provider.declared_consents = LARGE_FROM + 1
    assert not is_open(deadline_of(small, at(2021, 3, 1)), at(2021, 3, 1))


def counted(brand, total, **values):
    key = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL, "holds": 0} | values
    BrandCounter.objects.create(brand_id=brand.pk, total=total, **key)


def test_r_d2_what_a_provider_really_has_corrects_what_it_declared(small, large):
    counted(small, LARGE_FROM - 1, status=Status.ONAY)
    counted(small, 5_000, status=Status.IPTAL)  # cancelled ones are none
    counted(BrandFactory(), LARGE_FROM, status=Status.ONAY)  # somebody else's
    assert is_open(deadline_of(small, at(2021, 3, 1)), at(2021, 3, 1))
    sister = BrandFactory(provider=small.provider, is_main=False)
    counted(sister, 2, status=Status.RET)
    for brand in (small, sister, large):
        assert not is_open(deadline_of(brand, at(2021, 3, 1)), at(2021, 3, 1))
    sizes = size_classes(Provider.objects.all())
    assert sizes[small.provider_id] == sizes[large.provider_id] == SizeClass.LARGE
    assert list(sizes.values()).count(SizeClass.SMALL) == 1


def test_r_d2_a_load_is_judged_to_its_end_as_it_began(small):
    counted(small, LARGE_FROM + 10, status=Status.ONAY)
    job = Job.objects.create(task="t", title="t", actor_kind=1, actor_id=1, created_at=at(2021, 3, 1))
    item = ConsentImport.objects.create(
        provider=small.provider, brand=small, apply_job=job, actor_id=1, created_at=at(2021, 3, 1)
    )
    for phase, number, new in ((2, 1, 6), (2, 2, 4), (1, 1, 10)):
        ImportChunk.objects.create(
            import_id=item.pk, phase=phase, number=number, counts={"1": new, "4": 50}, rows=60,
            last_recipient="", last_line=1, last_channel=1, lines=b"", verdicts=b"",
        )  # fmt: skip
    assert deadline_of(small, at(2021, 3, 1), job_id=job.pk).until == date(2021, 5, 31)
    assert deadline_of(small, at(2021, 3, 1)).until == date(2020, 12, 31)


def test_r_d2_a_window_for_one_provider_opens_it_for_nobody_else(large, small):
    announce_deadline(
        actor=staff("admin"),
        announced_on=date(2026, 11, 23),
        until=date(2026, 12, 4),
        reference="Başvuru 2026/7",
        provider=small.provider,
        reason="Yeni katılan",
    )
    now = at(2026, 11, 24, 12)
    terms = terms_for(small, moment=now, actor=SYSTEM, way=WayIn.IMPORT)
    assert (terms.window_open, terms.window_until) == (True, at(2026, 12, 5))
    assert not terms_for(large, moment=now, actor=SYSTEM, way=WayIn.IMPORT).window_open
    assert not terms_for(small, moment=at(2026, 12, 5), actor=SYSTEM, way=WayIn.IMPORT).window_open


def test_r_d2_a_postponement_is_not_known_before_its_announcement():
    announcements = [Announcement(date(2026, 1, 10), date(2026, 6, 1), None)]
    assert initial_deadline(announcements, provider_id=1, size_class="small", now=at(2026, 1, 9, 23, 59)) is None


def test_r_d2_the_announcements_day_begins_at_midnight_in_istanbul():
    announcements = [Announcement(date(2026, 1, 10), date(2026, 6, 1), None)]
    utc = datetime.fromisoformat("2026-01-09T21:00:00+00:00")
    assert initial_deadline(announcements, provider_id=1, size_class="small", now=utc)
    assert not initial_deadline(announcements, provider_id=1, size_class="small", now=utc - timedelta(microseconds=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"until": date(2026, 10, 1)}, "__all__"),
        ({"check_until": date(2026, 11, 30)}, "check_until"),
        ({"reference": ""}, "reference"),
        ({"size_class": "medium"}, "size_class"),
    ],
)
def test_r_d2_an_announcement_that_does_not_hold_is_refused(changes, field):
    fields = {"announced_on": date(2026, 11, 1), "until": date(2026, 12, 31), "reference": "Duyuru"}
    with pytest.raises(FieldsInvalid) as refused:
        announce_deadline(actor=SYSTEM, **fields | changes)
    assert field in refused.value.errors
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_r_d2_a_window_for_one_provider_needs_a_reason_and_no_size():
    fields = {"announced_on": date(2026, 11, 1), "until": date(2026, 12, 31), "reference": "x"}
    provider = ProviderFactory()
    with pytest.raises(FieldsInvalid):
        announce_deadline(actor=SYSTEM, provider=provider, **fields)
    with pytest.raises(FieldsInvalid):
        announce_deadline(actor=SYSTEM, provider=provider, size_class="large", reason="x", **fields)


@pytest.mark.django_db
def test_r_d2_the_history_is_corrected_but_never_moved():
    first = DeadlineExtension.objects.order_by("pk")[0]
    correct_deadline(actor=staff("admin"), deadline=first, changes={"announced_on": date(2020, 1, 3)})
    with pytest.raises(FieldsInvalid):
        correct_deadline(actor=SYSTEM, deadline=first, changes={"until": date(2027, 1, 1)})
    with pytest.raises(NotAllowed):
        correct_deadline(actor=staff("auditor"), deadline=first, changes={"reference": "x"})
    first.refresh_from_db()
    assert (first.announced_on, first.until) == (date(2020, 1, 3), date(2020, 6, 1))
    (entry,) = AuditEntry.objects.all()
    assert (entry.old, entry.new) == ({"announced_on": "2020-01-04"}, {"announced_on": "2020-01-03"})


@pytest.mark.parametrize(
    "now, first",
    [
        # the day after counts as the first, the third ends at midnight
        (at(2026, 11, 19, 23, 59), date(2026, 11, 16)),  # Monday's consent until Thursday's end
        (at(2026, 11, 20, 0, 0), date(2026, 11, 17)),
        (at(2026, 11, 24, 12), date(2026, 11, 19)),  # Tuesday: Friday, Monday, Tuesday
        (at(2026, 11, 23, 12), date(2026, 11, 18)),
        (at(2026, 11, 22, 12), date(2026, 11, 18)),  # Sunday: Wednesday's third day is Monday
        # 29 October 2026, a Thursday, is a holiday
        (at(2026, 11, 2, 12), date(2026, 10, 27)),
        (at(2026, 10, 30, 12), date(2026, 10, 26)),
        # Ramadan feast 2026: Friday 20 to Sunday 22 March; the eve is a half day and counts
        (at(2026, 3, 24, 12), date(2026, 3, 18)),
        # 1 January 2026, a Thursday
        (at(2026, 1, 5, 12), date(2025, 12, 30)),
    ],
)
def test_r_c8_first_moment_in_time_over_weekends_and_holidays(now, first):
    assert first_timely_moment(BusinessCalendar(), now, 3) == at(first.year, first.month, first.day)


@pytest.mark.django_db
def test_r_d1_a_day_that_an_admin_added_moves_the_first_moment(small):
    now = at(2026, 11, 24, 12)
    assert terms_for(small, moment=now, actor=SYSTEM, way=WayIn.FORM).timely_from == at(2026, 11, 19)
    Holiday.objects.create(day=date(2026, 11, 23), name="İdari izin")
    assert terms_for(small, moment=now, actor=SYSTEM, way=WayIn.FORM).timely_from == at(2026, 11, 18)


@given(
    now=st.datetimes(datetime(2015, 5, 1), datetime(2035, 12, 31)),
    extra=st.frozensets(st.dates(date(2015, 5, 1), date(2035, 12, 31)), max_size=5),
)
def test_r_c8_the_first_moment_is_exactly_where_the_third_business_day_ends(now, extra):
    calendar = calendar_with(extra)
    now = now.replace(tzinfo=ISTANBUL)
    first = first_timely_moment(calendar, now, 3).date()
    assert calendar.add(first, 3) >= now.date()
    assert calendar.add(first - timedelta(days=1), 3) < now.date()
