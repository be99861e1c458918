"""What is taken out of the statistics (R-K10, R-G3): the yearly report as a frozen document, and files."""

from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.document_kinds import YEARLY
from complaints.documents.yearly import yearly_content
from complaints.selectors.statistics import Asked, fines_on, statistics_of, yearly_report_of
from consents.enums import Channel
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import Invalid, NotAllowed
from iys_portal.core.models import Document

FIRST_YEAR = 2020
LOCK = 7_300_123


def may_issue_yearly(actor: Actor) -> bool:
    return actor.may(Permission.COMPLAINT_VIEW_ANY) and actor.may(Permission.REFERENCE_CHANGE)


@transaction.atomic
def issue_yearly(*, year: int, actor: Actor, now: datetime) -> Document:
    """Freeze the report of a year; it takes the place of an earlier one of that year, which stays.

    For registry admins, who see every il: an auditor reads, and changes nothing. Raises `NotAllowed`, `Invalid` for a
    year that has not begun. One at a time, so that of two clicks the second replaces the first's.
    """
    if not may_issue_yearly(actor):
        raise NotAllowed
    today = now.astimezone(ISTANBUL).date()
    if not FIRST_YEAR <= year <= today.year:
        raise Invalid(_("Choose a year that has begun."), code="year", field="year")
    language = translation.get_language() or settings.LANGUAGE_CODE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = statistics_of(actor, Asked(date(year, 1, 1), date(year, 12, 1)))
    fines = fines_on(min(today, date(year, 12, 31)))
    number = documents.new_number(YEARLY)
    document = documents.issue(
        kind=YEARLY,
        number=number,
        data=yearly_content(found, fines, year=year, counted_on=today, language=language),
        subject=(YEARLY, str(year)),
        language=language,
        actor=actor,
        now=now,
        replaces=yearly_report_of(year),
    )
    audit.record("complaint.yearly_issued", (YEARLY, str(year)), actor=actor, new={"number": number})
    return document


def note_statistics(*, form: str, asked: Asked, actor: Actor) -> None:
    """Every file of statistics is in the audit log (R-G3): what was understood, not what was typed (R-G4)."""
    audit.record(
        "complaint.statistics_exported",
        ("complaints.statistics", form),
        actor=actor,
        new={
            "format": form,
            "first": f"{asked.first:%Y-%m}",
            "last": f"{asked.last:%Y-%m}",
            "filters": _narrowed_by(asked),
        },
    )


def _narrowed_by(asked: Asked) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "province": asked.province,
        "brand": asked.brand.brand_code if asked.brand else "",
        "channel": Channel(asked.channel).name if asked.channel is not None else "",
        "topic": asked.topic,
        "outcome": asked.outcome,
    }
    return {name: value for name, value in found.items() if value}
