"""What fills a problem's sentence: the row's own values, in the active language."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .enums import Channel, Source, Status, Verdict
from .problems import Problem


def _day(moment: datetime | str | None, *, form: str = "%d.%m.%Y %H:%M") -> str:
    if isinstance(moment, str):
        moment = parse_datetime(moment)
    return timezone.localtime(moment).strftime(form) if moment else "–"


def value_of(problem: Problem, value: str | None, details: dict[str, object] | None) -> str | None:
    """The cell to show beside a problem: as it was written, or as the judged row held it."""
    if value is not None or not details:
        return value
    names = {"consent_date": "date", "retailer_code": "retailer"}
    found = details.get(names.get(problem.column, problem.column))
    if problem.column == "consent_date" and found:
        return _day(str(found), form="%Y-%m-%d %H:%M:%S")
    return str(found) if found is not None else None


def sentence_values(
    *,
    problem: Problem | None = None,
    channel: int | None = None,
    date: datetime | str | None = None,
    former_date: datetime | str | None = None,
    former_source: int | None = None,
    former_status: int | None = None,
    until: datetime | str | None = None,
    value: str | None = None,
    **_unused: object,
) -> dict[str, str]:
    """What `Problem.sentence` fills in, in the active language.

    `date` is the row's own; where a stored record is the reason (a conflict), its date, source and status are named.
    `until` is the moment at which a deadline ended; its last day is shown.
    """
    about_stored = former_status is not None and (problem is None or problem.verdict is Verdict.CONFLICTING)
    if isinstance(until, str):
        until = parse_datetime(until)
    return {
        "value": value or "",
        "channel": str(Channel(channel).label) if channel else "",
        "date": _day(former_date if about_stored else date),
        "source": str(Source(former_source).label) if former_source else "–",
        "status": str(Status(former_status).label) if former_status else "",
        "until": _day(until - timedelta(seconds=1), form="%d.%m.%Y") if until else "",
    }
