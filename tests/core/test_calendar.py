"""R-D1: business days skip Saturdays, Sundays and Turkish public holidays; half days count; an admin adds days."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iys_portal.core.calendar import (
    ISTANBUL,
    BusinessCalendar,
    calendar_with,
    end_of_day,
    month_before,
    months_of,
    start_of_day,
)
from iys_portal.core.models import Holiday
from iys_portal.core.selectors import business_calendar

CALENDAR = BusinessCalendar()
DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 1, 1), "New Year"),
        (date(2026, 3, 20), "Eid al-Fitr, Friday"),
        (date(2026, 4, 23), "Children's Day"),
        (date(2026, 5, 1), "Labour Day"),
        (date(2026, 5, 19), "Youth and Sports Day"),
        (date(2026, 5, 27), "Eid al-Adha, first day"),
        (date(2026, 5, 29), "Eid al-Adha, third day"),
        (date(2026, 7, 15), "Democracy Day"),
        (date(2024, 8, 30), "Victory Day, a Friday"),
        (date(2026, 10, 29), "Republic Day"),
        (date(2026, 11, 21), "Saturday"),
        (date(2026, 11, 22), "Sunday"),
    ],
)
def test_r_d1_days_without_business(day, why):
    assert not CALENDAR.is_business_day(day), why


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 10, 28),  # Wednesday: holiday from 13:00
        date(2026, 3, 19),  # Thursday before Eid al-Fitr, from 13:00
        date(2026, 5, 26),  # Tuesday before Eid al-Adha, from 13:00
        date(2026, 11, 24),
    ],
)
def test_r_d1_half_days_and_weekdays_are_business_days(day):
    assert CALENDAR.is_business_day(day)


def test_r_d1_three_business_days_over_a_long_holiday():
    assert CALENDAR.add(date(2026, 5, 26), 3) == date(2026, 6, 3)
    assert CALENDAR.add(date(2026, 11, 20), 3) == date(2026, 11, 25), "Friday plus three is Wednesday"


def test_r_d1_added_days_count():
    bridge = date(2026, 11, 23)
    assert calendar_with([bridge]).add(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert CALENDAR.add(date(2026, 11, 20), 1) == bridge


@pytest.mark.django_db
def test_r_d1_the_calendar_in_force_holds_the_admins_days():
    Holiday.objects.create(day=date(2026, 11, 23), name="Köprü günü")
    assert not business_calendar().is_business_day(date(2026, 11, 23))


@given(DAYS, st.integers(1, 15))
def test_r_d1_the_nth_day_is_a_business_day_and_n_away(day, number):
    last = CALENDAR.add(day, number)
    assert CALENDAR.is_business_day(last)
    assert CALENDAR.business_days_left(day, last) == number


@given(DAYS)
def test_r_d1_the_next_business_day_is_the_nearest(day):
    found = CALENDAR.next_business_day(day)
    assert CALENDAR.is_business_day(found)
    between = [day + timedelta(days=n) for n in range((found - day).days)]
    assert not any(CALENDAR.is_business_day(one) for one in between)


@given(DAYS, st.integers(1, 10))
def test_r_d1_the_first_timely_day_is_exactly_the_first(day, number):
    moment = datetime.combine(day, datetime.min.time(), tzinfo=ISTANBUL) + timedelta(hours=23, minutes=59)
    first = CALENDAR.first_timely_day(moment, number)
    assert CALENDAR.add(first, number) >= day
    assert CALENDAR.add(first - timedelta(days=1), number) < day


def test_r_d1_the_day_is_istanbuls():
    late_in_utc = datetime.fromisoformat("2026-11-23T21:30:00+00:00")  # 24 November, 00:30 in Istanbul
    assert CALENDAR.first_timely_day(late_in_utc, 3) == CALENDAR.first_timely_day(
        datetime(2026, 11, 24, 12, tzinfo=ISTANBUL), 3
    )
    assert end_of_day(date(2026, 11, 24)) - start_of_day(date(2026, 11, 24)) == timedelta(days=1)


def test_months_go_over_the_turn_of_a_year():
    assert month_before(date(2026, 3, 31), 15) == date(2024, 12, 1)
    assert list(months_of(date(2025, 11, 30), date(2026, 1, 1))) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
    assert not list(months_of(date(2026, 2, 1), date(2026, 1, 31)))
