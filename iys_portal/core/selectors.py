"""Reads of the kernel."""

from .calendar import BusinessCalendar, calendar_with
from .models import Holiday


def business_calendar() -> BusinessCalendar:
    """The calendar in force: public holidays and the days that an admin added (R-D1)."""
    return calendar_with(Holiday.objects.values_list("day", flat=True))
