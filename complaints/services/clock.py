"""Running clocks (R-K6): started with the setting of that day, moved by holidays that are added later and by nothing
else, reminded of, met or run out.

The watch judges without locks, and takes only what is due: each such clock is one transaction under the complaint's
lock, judged again there. It may run twice and die anywhere; what was done stands in the clock's row.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.deadlines import Clock, Reminder, days_between, due_day, is_due, is_over, moved_day, reminder_due
from complaints.enums import DeadlineKind
from complaints.models import Complaint, ComplaintDeadline
from complaints.notices import tell_complainant, tell_provider
from complaints.selectors.cases import running_clock
from complaints.transitions import COMPLAINT
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import BusinessCalendar
from iys_portal.core.models import Holiday
from iys_portal.core.selectors import business_calendar

from .moves import locked, make_move

log = logging.getLogger(__name__)
BATCH = 500
DAYS = {DeadlineKind.DEFENCE: "DEFENCE_DAYS", DeadlineKind.INFORMATION: "INFORMATION_DAYS"}
AT_THE_END = {DeadlineKind.DEFENCE: "run_out", DeadlineKind.INFORMATION: "close_incomplete"}
_TITLE = {Reminder.HALF: _("Half of the time is over"), Reminder.DAY: _("One day is left")}
_REMINDED = {
    DeadlineKind.DEFENCE: _("A complaint about a message of yours still waits for your answer. Its last day: %(day)s."),
    DeadlineKind.INFORMATION: _("Your complaint still waits for what we asked of you. Its last day: %(day)s."),
}


def start_clock(complaint: Complaint, kind: DeadlineKind, *, now: datetime) -> ComplaintDeadline:
    """Start a clock on a locked complaint; its days are those of the setting now, and stay."""
    days = settings.REGISTRY[DAYS[kind]]
    due = due_day(business_calendar(), now, days)
    return ComplaintDeadline.objects.create(
        complaint=complaint, kind=kind, started_at=now, days=days, due_on=due, first_due_on=due
    )


def meet_clock(complaint: Complaint, *, now: datetime) -> bool:
    """What was awaited has come; returns whether it came in time (R-K6), whether or not the watch came by since.

    A clock that is over and that nobody ended yet runs out now: what comes after the last day does not meet it. A
    holiday that was added meanwhile gives its day first.
    """
    clock = running_clock(complaint)
    if clock is None:
        return False
    _move(complaint, clock, business_calendar(), holidays(), now=now)
    late = is_over(clock.due_on, now)
    _end(clock, **({"ran_out_at": now} if late else {"met_at": now}))
    return not late


def stop_clock(complaint: Complaint, *, now: datetime) -> bool:
    """The case goes another way; nothing is awaited any more."""
    clock = running_clock(complaint)
    if clock is None:
        return False
    _end(clock, stopped_at=now)
    return True


def _end(clock: ComplaintDeadline, **values: datetime) -> None:
    for name, value in values.items():
        setattr(clock, name, value)
    clock.save(update_fields=list(values))


def extend_clock(clock: ComplaintDeadline, days: int, *, now: datetime) -> ComplaintDeadline:
    """More days for the sender (R-K6). One that has run out goes on in a new row: what ran out stays on record.

    The days are counted from the first start; an extension that would end at once counts from today instead.
    """
    calendar, total = business_calendar(), clock.days + days
    due = due_day(calendar, clock.started_at, total)
    if not clock.is_running:
        started, due = (clock.started_at, due) if not is_over(due, now) else (now, due_day(calendar, now, days))
        return ComplaintDeadline.objects.create(
            complaint=clock.complaint,
            kind=clock.kind,
            started_at=started,
            days=total if started == clock.started_at else days,
            due_on=due,
            first_due_on=due,
        )
    clock.days, clock.due_on = total, max(due, clock.due_on)
    clock.half_reminded_at = clock.day_reminded_at = None
    clock.save(update_fields=["days", "due_on", "half_reminded_at", "day_reminded_at"])
    return clock


def watch_clocks(*, now: datetime | None = None) -> int:
    """Move, remind of and end what is due; returns how many clocks were touched. One that fails stops no other."""
    now, calendar, added, total = now or timezone.now(), business_calendar(), holidays(), 0
    for key, complaint in _due(calendar, now):
        try:
            total += _watch_one(complaint, calendar, added, now)
        except Exception as error:  # whatever it is: the next clock is another case
            log.error("clock_not_watched clock=%s reason=%s", key, type(error).__name__)
    return total


def holidays() -> list[tuple[date, str]]:
    return list(Holiday.objects.values_list("day", "name"))


def _due(calendar: BusinessCalendar, now: datetime) -> Iterator[tuple[int, int]]:
    """Clocks with something to do, each with its complaint; read in batches, nothing is locked."""
    last = 0
    while rows := list(ComplaintDeadline.objects.running().filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from ((row.pk, row.complaint_id) for row in rows if is_due(calendar, _as_clock(row), now))
        last = rows[-1].pk


@transaction.atomic
def _watch_one(key: int, calendar: BusinessCalendar, added: list[tuple[date, str]], now: datetime) -> bool:
    complaint = locked(Complaint(pk=key), actor=SYSTEM)
    clock = running_clock(complaint)
    if clock is None or not COMPLAINT.fits(complaint, AT_THE_END[DeadlineKind(clock.kind)]):
        return False
    moved = _move(complaint, clock, calendar, added, now=now)
    return remind_and_escalate(complaint, clock, now=now) or moved


def _move(
    complaint: Complaint,
    clock: ComplaintDeadline,
    calendar: BusinessCalendar,
    added: list[tuple[date, str]],
    *,
    now: datetime,
) -> bool:
    """Give a clock the day that a holiday takes from it, with a note on the time line; returns whether it moved."""
    due = moved_day(calendar, _as_clock(clock))
    if due is None:
        return False
    names = [f"{day:%d.%m.%Y} {name}" for day, name in days_between(clock.due_on, due, added)]
    old, clock.due_on = clock.due_on, due
    because = ", ".join(names)
    clock.moved_because = "\n".join(filter(None, [clock.moved_because, because]))
    clock.save(update_fields=["due_on", "moved_because"])
    note = f"{old:%d.%m.%Y} → {due:%d.%m.%Y}" + (f" ({because})" if because else "")
    values = {"due": due.isoformat(), "before": old.isoformat(), "holidays": names}
    make_move(complaint, "move_clock", actor=SYSTEM, now=now, reason=note, new=values)
    return True


def remind_and_escalate(complaint: Complaint, clock: ComplaintDeadline, *, now: datetime) -> bool:
    """R-K6: reminders at half time and one day before, once each; at the end the case goes on without the answer."""
    kind = DeadlineKind(clock.kind)
    if is_over(clock.due_on, now):
        clock.ran_out_at = now
        clock.save(update_fields=["ran_out_at"])
        make_move(complaint, AT_THE_END[kind], actor=SYSTEM, now=now)
        return True
    reminder = reminder_due(_as_clock(clock), now)
    if reminder is None:
        return False
    column = f"{reminder.value}_reminded_at"
    setattr(clock, column, now)
    clock.save(update_fields=[column])
    _remind(complaint, clock, reminder)
    return True


def _remind(complaint: Complaint, clock: ComplaintDeadline, reminder: Reminder) -> None:
    tell = tell_provider if clock.kind == DeadlineKind.DEFENCE else tell_complainant
    sentence = _Sentence(_REMINDED[DeadlineKind(clock.kind)], f"{clock.due_on:%d.%m.%Y}")
    tell(complaint, _TITLE[reminder], sentence, cause=f"clock:{clock.pk}:{clock.days}:{reminder.value}")


class _Sentence:
    """A sentence with its day, put into words only when its reader's language is active."""

    def __init__(self, words: object, day: str) -> None:
        self.words, self.day = words, day

    def __str__(self) -> str:
        return str(self.words) % {"day": self.day}


def _as_clock(row: ComplaintDeadline) -> Clock:
    return Clock(
        started_at=row.started_at,
        days=row.days,
        due_on=row.due_on,
        half_reminded=row.half_reminded_at is not None,
        day_reminded=row.day_reminded_at is not None,
    )
