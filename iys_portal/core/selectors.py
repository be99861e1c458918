"""Reads of the kernel."""

from .calendar import BusinessCalendar, calendar_with
from .prepared import prepared_cursor


def business_calendar() -> BusinessCalendar:
    """The calendar in force: public holidays and the days that an admin added (R-D1). One query."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT day FROM core_holiday", {})
        return calendar_with(day for (day,) in cursor.fetchall())
