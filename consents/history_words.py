"""A citizen's history in plain words (R-Z4): what an event was to its person, and whether a company stopped (R-R2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iys_portal.core.actors import ActorKind
from iys_portal.core.calendar import BusinessCalendar

from .enums import EventKind, Hold, Source, Status, WayIn
from .models import ConsentEvent, RefusalAlert


class Kind(models.TextChoices):
    """By what the history can be narrowed."""

    CONSENT = "onay", _("Consents")
    REFUSAL = "ret", _("Refusals")
    CONFIRMED = "teyit", _("Confirmations and proofs")
    WAITING = "bekleyen", _("Not usable yet")
    CANCELLED = "iptal", _("Taken back or cancelled")


@dataclass(frozen=True)
class Words:
    """What happened, its tone and sign; `notes` say what else the person should know."""

    title: str | Promise
    tone: str
    icon: str
    notes: tuple[str | Promise, ...] = ()


def words_of(event: ConsentEvent, former: ConsentEvent | None, *, denied: bool = False) -> Words:
    """`former` is the event before, where it is the same person's; `denied` marks “I did not give this consent”."""
    title, tone, icon = _what(event, former, denied=denied)
    return Words(title, tone, icon, tuple(_notes(event)))


def _what(event: ConsentEvent, former: ConsentEvent | None, *, denied: bool) -> tuple[str | Promise, str, str]:
    kind, status = EventKind(event.kind), Status(event.status)
    own = event.actor_kind == ActorKind.RECIPIENT
    if kind is EventKind.UNDO:
        return _undone(own=own, status=status)
    if kind is EventKind.CONFIRM:
        return _("You confirmed your consent"), "success", "check-circle"
    if kind is EventKind.EVIDENCE:
        return _("The company showed the proof of your consent"), "info", "evidence"
    if kind is EventKind.ERASURE:
        return _("Older records were erased: their time was over"), "secondary", "clock-history"
    if status is Status.RET:
        return _refused(former, own=own, denied=denied)
    return _agreed(event, former, own=own)


def _undone(*, own: bool, status: Status) -> tuple[str | Promise, str, str]:
    if own:
        return _("You took your refusal back"), status.badge, "undo"
    if status is Status.IPTAL:
        return _("Loaded by mistake, cancelled"), "secondary", "undo"
    return _("Loaded by mistake: what stood before holds again"), status.badge, "undo"


def _refused(former: ConsentEvent | None, *, own: bool, denied: bool) -> tuple[str | Promise, str, str]:
    if not own:
        return _("The company recorded that you refuse"), "danger", "slash"
    if denied:
        return _("You said: I did not give this consent"), "danger", "flag"
    if former is not None and former.status == Status.ONAY:
        return _("You took your consent back"), "danger", "slash"
    return _("You refused"), "danger", "slash"


def _agreed(event: ConsentEvent, former: ConsentEvent | None, *, own: bool) -> tuple[str | Promise, str, str]:
    if event.way == WayIn.CONSENT_PAGE:
        return _("You gave your consent on the brand's consent page"), "success", "check"
    if own:
        return _("You gave your consent here"), "success", "check"
    if former is not None and former.status == Status.ONAY:
        return _("The company renewed your consent"), "info", "refresh"
    if former is not None and former.status == Status.RET:
        return _("The company recorded a new consent after your refusal"), "warning", "check"
    return _("The company recorded that you agreed"), "success", "check"


def _notes(event: ConsentEvent) -> list[str | Promise]:
    notes: list[str | Promise] = []
    if event.status == Status.ONAY and event.holds & Hold.AWAITING_CONFIRMATION:
        notes.append(_("It may not be used before you confirm it."))
    if event.status == Status.ONAY and event.holds & Hold.EVIDENCE_MISSING:
        notes.append(_("Your signature has not been shown yet."))
    if event.late:
        notes.append(_("The company recorded it later than it should have."))
    if event.source == Source.HS_2015:
        notes.append(_("The company says that you agreed before May 2015."))
    return notes


@dataclass(frozen=True)
class Stopping:
    """“When did they stop?” (R-R2): when the company was told, until when it has to stop, and whether it said so."""

    told_at: datetime
    due_on: date
    acknowledged_at: datetime | None
    taken_back_at: datetime | None
    words: str | Promise
    tone: str


def stopping_of(alert: RefusalAlert, *, today: date, calendar: BusinessCalendar) -> Stopping:
    """The fate of one refusal, in words."""
    words, tone = _fate(alert, today=today, calendar=calendar)
    return Stopping(alert.refused_at, alert.due_on, alert.acknowledged_at, alert.taken_back_at, words, tone)


def _fate(alert: RefusalAlert, *, today: date, calendar: BusinessCalendar) -> tuple[str | Promise, str]:
    if alert.taken_back_at is not None:
        return _("You took the refusal back, so the company does not have to stop."), "secondary"
    if alert.acknowledged_at is not None:
        return _("The company says that it has stopped."), "success"
    if alert.due_on < today:
        days = max(calendar.business_days_left(alert.due_on, today), 1)
        words = ngettext(
            "The company has not said yet that it stopped: it is %(days)s business day late.",
            "The company has not said yet that it stopped: it is %(days)s business days late.",
            days,
        )
        return words % {"days": days}, "danger"
    return _("The company still has time to stop; it has not said yet that it did."), "info"
