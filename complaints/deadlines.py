"""Pure rules of time (R-K1, R-K6, R-K8): how long, until when, when to remind. `now` is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from iys_portal.core.calendar import ISTANBUL, BusinessCalendar, end_of_day, start_of_day

REMIND_AT = time(9)
"""Reminders that have a day and no hour go out in the morning, Istanbul."""


class Reminder(StrEnum):
    HALF = "half"
    DAY = "day"


@dataclass(frozen=True)
class Clock:
    """What the rules read of a running clock."""

    started_at: datetime
    days: int
    due_on: date
    half_reminded: bool = False
    day_reminded: bool = False


def months_before(moment: datetime, months: int) -> datetime:
    """The same hour some months before, in Istanbul; a day that the month lacks becomes its last one."""
    local = moment.astimezone(ISTANBUL)
    number = local.year * 12 + local.month - 1 - months
    year, month = divmod(number, 12)
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return local.replace(year=year, month=month, day=min(local.day, last))


def first_day_in_time(now: datetime, months: int) -> date:
    """R-K1: a message of this day or later may be complained about at `now`; the whole day counts."""
    return months_before(now, months).date()


def is_too_late(message_at: datetime, now: datetime, months: int) -> bool:
    return message_at.astimezone(ISTANBUL).date() < first_day_in_time(now, months)


def due_day(calendar: BusinessCalendar, started_at: datetime, days: int) -> date:
    """R-K6: so many calendar days after the day of the start; on a day without business, the next one with it."""
    return calendar.next_business_day(started_at.astimezone(ISTANBUL).date() + timedelta(days=days))


def is_over(due_on: date, now: datetime) -> bool:
    return now >= end_of_day(due_on)


def half_time(clock: Clock) -> datetime:
    return clock.started_at + (end_of_day(clock.due_on) - clock.started_at) / 2


def day_before(clock: Clock) -> datetime:
    return datetime.combine(clock.due_on - timedelta(days=1), REMIND_AT, tzinfo=ISTANBUL)


def reminder_due(clock: Clock, now: datetime) -> Reminder | None:
    """Which reminder is to be sent now. The later one makes the earlier one pointless; none once time is over."""
    if is_over(clock.due_on, now):
        return None
    if now >= day_before(clock):
        return None if clock.day_reminded else Reminder.DAY
    if now >= half_time(clock) and not (clock.half_reminded or clock.day_reminded):
        return Reminder.HALF
    return None


def is_due(calendar: BusinessCalendar, clock: Clock, now: datetime) -> bool:
    """Whether the watch has something to do with a running clock: move it, remind of it, end it."""
    return is_over(clock.due_on, now) or reminder_due(clock, now) is not None or moved_day(calendar, clock) is not None


def moved_day(calendar: BusinessCalendar, clock: Clock) -> date | None:
    """The later day that a holiday added since makes of a running clock; None where it stays.

    A clock never ends earlier than somebody was told: a day that is taken off the holidays moves nothing.
    """
    due = due_day(calendar, clock.started_at, clock.days)
    return due if due > clock.due_on else None


def days_between(first: date, last: date, added: Iterable[tuple[date, str]]) -> list[tuple[date, str]]:
    """Of the added holidays those that can have moved a clock from `first` to `last`."""
    return [(day, name) for day, name in added if first <= day < last]


def days_left(due_on: date, now: datetime) -> int:
    """Calendar days after today up to and including the due day; negative once it is past."""
    return (due_on - now.astimezone(ISTANBUL).date()).days


def refusal_ignored(calendar: BusinessCalendar, refused_at: datetime, message_at: datetime, business_days: int) -> bool:
    """R-K8: the message came after the days in which a sender has to stop (R-R2)."""
    last = calendar.add(refused_at.astimezone(ISTANBUL).date(), business_days)
    return message_at >= start_of_day(last + timedelta(days=1))
