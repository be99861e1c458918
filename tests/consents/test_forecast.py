"""When an import's notices would be out (R-M6): midnight to the microsecond, whatever waits before them."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from consents.forecast import Forecast, Wave, forecast
from iys_portal.core.calendar import ISTANBUL

TEN = datetime(2026, 11, 24, 22, 0, tzinfo=ISTANBUL)
MIDNIGHT = datetime(2026, 11, 25, 0, 0, tzinfo=ISTANBUL)
COUNT = st.integers(0, 3_000_000)
RATE = st.floats(0.1, 2_000, allow_nan=False)
NOW = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=ISTANBUL))


def told(now: datetime = TEN, **numbers: Any) -> Forecast:
    """A forecast at the settings' rates; all of a means is of today unless said otherwise."""
    values: dict[str, Any] = {
        "mails": 0,
        "texts": 0,
        "waiting_mails": 0,
        "waiting_texts": 0,
        "mails_per_second": settings.REGISTRY["NOTICE_MAILS_PER_SECOND"],
        "texts_per_second": settings.REGISTRY["NOTICE_TEXTS_PER_SECOND"],
    } | numbers
    return forecast(now=now, **{"mails_today": values["mails"], "texts_today": values["texts"]} | values)


def test_r_m6_a_hundred_thousand_mails_at_ten_are_out_before_midnight() -> None:
    mails = told(mails=100_000).mails
    assert mails.ends_at == TEN + timedelta(seconds=1_000)
    assert mails.missing == 0


def test_r_m6_a_hundred_thousand_texts_at_eleven_are_not() -> None:
    texts = told(TEN + timedelta(hours=1), texts=100_000).texts
    assert texts.ends_at == TEN + timedelta(hours=1, seconds=5_000)
    assert texts.missing == 100_000 - 3_600 * 20


def test_r_m6_mails_and_texts_leave_side_by_side() -> None:
    found = told(mails=1_000, texts=1_000)
    assert (found.begins_at, found.ends_at) == (TEN, TEN + timedelta(seconds=50))
    assert found.total == 2_000


def test_r_m6_what_waits_goes_first() -> None:
    mails = told(mails=100_000, waiting_mails=700_000).mails
    assert mails.begins_at == TEN + timedelta(seconds=7_000)
    assert mails.missing == 80_000
    assert told(mails=100_000, waiting_texts=700_000).mails.missing == 0


def test_r_m6_already_past_midnight_while_waiting_everything_of_today_misses_it() -> None:
    mails = told(mails=500, waiting_mails=1_000_000).mails
    assert mails.begins_at is not None
    assert mails.begins_at > MIDNIGHT
    assert mails.missing == 500


def test_r_m6_ending_exactly_at_midnight_is_in_time_and_one_more_is_not() -> None:
    whole = told(mails=720_000).mails
    assert (whole.ends_at, whole.missing) == (MIDNIGHT, 0)
    assert told(mails=720_001).mails.missing == 1
    assert told(mails=720_000, waiting_mails=1).mails.missing == 1


def test_r_m6_a_day_that_is_over_has_no_midnight_left_to_miss() -> None:
    mails = told(mails=100_000, mails_today=0, waiting_mails=1_000_000).mails
    assert (mails.missing, mails.later, mails.total) == (0, 100_000, 100_000)


def test_r_m6_todays_share_of_what_is_left_over_is_rounded_up() -> None:
    mails = told(mails=720_003, mails_today=360_001).mails
    assert mails.missing == 2


def test_r_m6_nothing_to_tell_has_no_times_whatever_waits() -> None:
    found = told(waiting_mails=1_000_000, waiting_texts=1_000_000)
    assert found == Forecast(mails=Wave(), texts=Wave())
    assert (found.begins_at, found.ends_at, found.missing, found.total, found.later) == (None, None, 0, 0, 0)


@given(now=NOW, total=st.integers(1, 3_000_000), waiting=COUNT, rate=RATE, share=st.floats(0, 1))
def test_r_m6_who_misses_midnight_follows_from_the_end(
    now: datetime, total: int, waiting: int, rate: float, share: float
) -> None:
    today = round(total * share)
    mails = told(now, mails=total, mails_today=today, waiting_mails=waiting, mails_per_second=rate).mails
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert mails.begins_at is not None
    assert mails.ends_at is not None
    assert now <= mails.begins_at <= mails.ends_at
    assert 0 <= mails.missing <= today
    if today:
        assert (mails.missing == 0) == (mails.ends_at <= midnight)
    if mails.begins_at >= midnight:
        assert mails.missing == today


@given(now=NOW, total=COUNT, more=COUNT, waiting=COUNT, rate=RATE)
def test_r_m6_more_of_anything_never_ends_sooner(
    now: datetime, total: int, more: int, waiting: int, rate: float
) -> None:
    plain = told(now, mails=total, waiting_mails=waiting, mails_per_second=rate)
    longer = told(now, mails=total + more, waiting_mails=waiting, mails_per_second=rate)
    behind = told(now, mails=total, waiting_mails=waiting + more, mails_per_second=rate)
    for other in (longer, behind):
        assert other.missing >= plain.missing
        if plain.ends_at:
            assert other.ends_at is not None
            assert other.ends_at >= plain.ends_at
