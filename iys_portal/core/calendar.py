"""Turkish business days (R-D1): Saturdays, Sundays and public holidays are skipped; half days count."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

ISTANBUL = ZoneInfo("Europe/Istanbul")
ONE_DAY = timedelta(days=1)


@functools.lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("TR", years=year))


@dataclass(frozen=True)
class BusinessCalendar:
    """Business days with the days that an admin added (`core.Holiday`)."""

    extra: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.extra and day not in _public_holidays(day.year)

    def add(self, day: date, business_days: int) -> date:
        """The n-th business day after `day`; the day after counts as the first."""
        while business_days:
            day += ONE_DAY
            business_days -= self.is_business_day(day)
        return day

    def next_business_day(self, day: date) -> date:
        """`day` itself where it is a business day, else the next one."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def business_days_left(self, today: date, last: date) -> int:
        """Business days after `today` up to and including `last`; 0 once it is reached or past."""
        days, day = 0, today
        while day < last:
            day += ONE_DAY
            days += self.is_business_day(day)
        return days

    def first_timely_day(self, moment: datetime, business_days: int) -> date:
        """The earliest day whose n-th business day after has not ended at `moment` (R-C8).

        Whatever happened on that day or later is still in time at `moment`.
        """
        today = moment.astimezone(ISTANBUL).date()
        day = today
        while self.add(day - ONE_DAY, business_days) >= today:
            day -= ONE_DAY
        return day


def start_of_day(day: date) -> datetime:
    """Midnight in Istanbul at which `day` begins."""
    return datetime.combine(day, time.min, tzinfo=ISTANBUL)


def written(moment: datetime) -> str:
    """A moment as the registry's files and calls write it: `YYYY-MM-DD HH:mm:ss`, Türkiye time (R-C5)."""
    return moment.astimezone(ISTANBUL).replace(tzinfo=None).isoformat(" ", "seconds")


def years_before(moment: datetime, years: int) -> datetime:
    """The same moment some years before; the 29th of February becomes the 28th."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def month_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def months_of(first: date, last: date) -> Iterator[date]:
    """The first days of the months from that of `first` to that of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month_before(month, -1)


def end_of_day(day: date) -> datetime:
    """Midnight in Istanbul at which `day` ends."""
    return start_of_day(day + ONE_DAY)


def calendar_with(days: Iterable[date]) -> BusinessCalendar:
    return BusinessCalendar(frozenset(days))


EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def in_reach(day: date) -> bool:
    """Whether a day or moment is one that can be told in every zone and be reckoned with."""
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR
