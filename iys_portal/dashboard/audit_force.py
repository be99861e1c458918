"""What was in force at a moment: read from the dated tables, and walked back through the audit log (R-D1, R-D2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_duration
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from consents.deadlines import Announcement, initial_deadline
from consents.models import DeadlineExtension
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry, Holiday
from providers.enums import SizeClass

from .audit_acts import Group
from .audit_selectors import Trail, trail_page
from .services import recorded_settings

# The installation's rules that people ask about; the numbers come from its settings.
RULES: tuple[tuple[str, str | Promise], ...] = (
    ("TIMELY_BUSINESS_DAYS", _("A consent is registered within (R-C8)")),
    ("STOP_BUSINESS_DAYS", _("A provider stops after a refusal within (R-R2)")),
    ("API_EVIDENCE_BUSINESS_DAYS", _("A signature declared by API is evidenced within (R-C16)")),
    ("CLOCK_DIFFERENCE", _("Difference of clocks that is forgiven (R-C6)")),
    ("UNDO_WINDOW", _("An import can be undone for (R-L6)")),
    ("REFUSAL_UNDO", _("A recipient can take their own refusal back for (R-Z3)")),
    ("NOTICE_GIVE_UP", _("A notice that is not taken is undelivered after (R-M5)")),
)


@dataclass(frozen=True)
class Deadline:
    """One announcement as it was known at the moment, and whether it was the one that counted."""

    item: DeadlineExtension
    counts: bool
    open: bool


@dataclass(frozen=True)
class Force:
    """Everything on the page."""

    at: datetime
    deadlines: list[Deadline]
    later_deadlines: int
    holidays: list[tuple[date, str]]
    rules: list[tuple[str | Promise, str]]
    rules_recorded: bool
    history: list[AuditEntry]


def in_force(actor: Actor, at: datetime) -> Force:
    """What was in force at `at`; the history holds the acts up to then, newest first."""
    today = at.astimezone(ISTANBUL).date()
    announced = list(DeadlineExtension.objects.select_related("provider").order_by("-announced_on", "-until", "-pk"))
    known = [item for item in announced if item.announced_on <= today]
    counting = _counting(known, at)
    recorded = recorded_settings(AuditEntry.objects.filter(at__lte=at))
    return Force(
        at=at,
        deadlines=[Deadline(item, item.pk in counting, item.until >= today) for item in known],
        later_deadlines=len(announced) - len(known),
        holidays=holidays_at(at),
        rules=[(label, _in_words(recorded.get(name, value), value)) for name, label, value in _rules()],
        rules_recorded=bool(recorded),
        history=trail_page(actor, Trail(group=Group.REFERENCE, before=at + timedelta(microseconds=1))).entries,
    )


def _counting(known: list[DeadlineExtension], at: datetime) -> set[int]:
    """The announcements that some provider is bound by at the moment, by the rule itself (R-D2)."""
    rows = {
        Announcement(item.announced_on, item.until, item.check_until, item.size_class, item.provider_id): item.pk
        for item in reversed(known)
    }
    providers = {item.provider_id or 0 for item in known} | {0}
    answers = (
        initial_deadline(rows, provider_id=provider, size_class=size_class, now=at)
        for provider in providers
        for size_class in SizeClass.values
    )
    return {rows[answer] for answer in answers if answer is not None}


def holidays_at(at: datetime) -> list[tuple[date, str]]:
    """The added holidays as they stood: those of today, with every later act taken back, newest first."""
    days = {str(holiday.pk): (holiday.day.isoformat(), holiday.name) for holiday in Holiday.objects.all()}
    later = AuditEntry.objects.filter(verb__in=("holiday.added", "holiday.changed", "holiday.removed"), at__gt=at)
    for entry in later.order_by("-pk"):
        if entry.old:
            days[entry.target_id] = entry.old["day"], entry.old["name"]
        else:
            days.pop(entry.target_id, None)
    return sorted((date.fromisoformat(day), name) for day, name in days.values())


def _rules() -> list[tuple[str, str | Promise, Any]]:
    """The rules with their present values."""
    return [(name, label, settings.REGISTRY[name]) for name, label in RULES]


def _in_words(value: Any, present: Any) -> str:
    """A value in words; a span of time is recorded as text."""
    if isinstance(present, timedelta):
        return _span(parse_duration(value) or present if isinstance(value, str) else value)
    return ngettext("%(number)d business day", "%(number)d business days", value) % {"number": value}


def _span(value: timedelta) -> str:
    minutes = int(value.total_seconds()) // 60
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    if minutes % 60 == 0:
        return ngettext("%(number)d hour", "%(number)d hours", minutes // 60) % {"number": minutes // 60}
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
