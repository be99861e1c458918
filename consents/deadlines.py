"""Pure rules of time: initial upload deadlines (R-D2) and what counts as in time (R-C8). `now` is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from iys_portal.core.calendar import ISTANBUL, BusinessCalendar, end_of_day, start_of_day


@dataclass(frozen=True)
class Announcement:
    """One announced deadline; an empty size class and no provider means everybody."""

    announced_on: date
    until: date
    check_until: date | None
    size_class: str = ""
    provider_id: int | None = None

    def concerns(self, *, provider_id: int, size_class: str) -> bool:
        if self.provider_id is not None:
            return self.provider_id == provider_id
        return self.size_class in ("", size_class)


def initial_deadline(
    announcements: Iterable[Announcement], *, provider_id: int, size_class: str, now: datetime
) -> Announcement | None:
    """The deadline in force for a provider at `now`: the newest announcement that concerns it.

    A provider's own window wins over a general one of the same day.
    """
    today = now.astimezone(ISTANBUL).date()
    known = [
        item
        for item in announcements
        if item.announced_on <= today and item.concerns(provider_id=provider_id, size_class=size_class)
    ]
    return max(known, key=lambda item: (item.announced_on, item.provider_id is not None, item.until), default=None)


def is_open(deadline: Announcement | None, now: datetime) -> bool:
    """R-D2: dates are inclusive."""
    return deadline is not None and now < end_of_day(deadline.until)


def first_timely_moment(calendar: BusinessCalendar, now: datetime, business_days: int) -> datetime:
    """R-C8: an ONAY dated before this moment is late at `now`."""
    return start_of_day(calendar.first_timely_day(now, business_days))
