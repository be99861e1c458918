"""Count the ledger for the reports, seal after seal (docs/adr/0014-reports.md); and take a report out.

Only events under a seal are counted: nothing with a lower number can come behind them. Totals and mark move in one
transaction, so that every event is counted once, whenever a worker dies.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from consents.document_kinds import REPORT
from consents.documents import reports as document_reports
from consents.models import LedgerSeal, ReportMark
from consents.selectors.reports import Report
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.models import Document

LOCK = 7_300_114
SEALS = 32
"""Seals of one transaction; events of a seal are bounded (SEAL_ROWS)."""

# Records, undone and completed ones. What stood before an event, the event before it says.
_COUNT = """
    INSERT INTO consents_reportday AS report (
        brand_id, day, channel, recipient_type, source, retailer_id, kind, status0, status, total, late, missing)
    SELECT e.brand_id, (e.registered_at AT TIME ZONE 'Europe/Istanbul')::date, e.channel, e.recipient_type,
        coalesce(CASE WHEN e.kind = 2 THEN p.source ELSE e.source END, 0),
        coalesce(CASE WHEN e.kind = 2 THEN p.retailer_id ELSE e.retailer_id END, 0),
        e.kind, coalesce(p.status, 0), e.status, count(*), count(*) FILTER (WHERE e.late),
        count(*) FILTER (WHERE e.kind = 1 AND e.holds & 2 > 0)
    FROM consents_consentevent e
    LEFT JOIN consents_consentevent p ON e.version > 1 AND p.recipient = e.recipient AND p.brand_id = e.brand_id
        AND p.channel = e.channel AND p.recipient_type = e.recipient_type AND p.version = e.version - 1
    WHERE e.event_id > %(after)s AND e.event_id <= %(upto)s AND e.kind IN (1, 2, 4)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT (brand_id, day, channel, recipient_type, source, retailer_id, kind, status0, status) DO UPDATE SET
        total = report.total + excluded.total, late = report.late + excluded.late,
        missing = report.missing + excluded.missing
"""
# Each event finds the one before it by its key; a merge or hash join would read the whole ledger.
_PLAN_BY_KEY = "SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off; SET LOCAL jit = off"


@dataclass(frozen=True)
class Counted:
    """What a run did, and whether another worker was at it."""

    seals: int = 0
    busy: bool = False


def count_ledger() -> Counted:
    """Count every seal that is not counted yet, in transactions of `SEALS`; a second caller at once does nothing."""
    done = 0
    while True:
        part = _count_part()
        done += part.seals
        if part.busy or not part.seals:
            return Counted(done, part.busy)


@transaction.atomic
def _count_part() -> Counted:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return Counted(busy=True)
        mark = ReportMark.objects.select_for_update(of=("self",)).first()
        seals = list(LedgerSeal.objects.filter(number__gt=mark.seal if mark else 0).order_by("number")[:SEALS])
        if not seals:
            return Counted()
        cursor.execute(_PLAN_BY_KEY)
        cursor.execute(_COUNT, {"after": mark.event if mark else 0, "upto": seals[-1].last_event})
    values = {"seal": seals[-1].number, "event": seals[-1].last_event, "sealed_at": seals[-1].sealed_at}
    ReportMark.objects.update_or_create(pk=mark.pk if mark else 1, defaults=values)
    return Counted(len(seals))


@transaction.atomic
def issue_report(*, actor: Actor, report: Report, now: datetime) -> Document:
    """Freeze a report as a document (PDF). Audited as taking it out (R-G3); needs the right to see reports."""
    actor.require(Permission.PROVIDER_VIEW)
    number = documents.new_number(REPORT)
    document = documents.issue(
        kind=REPORT,
        number=number,
        data=document_reports.content(report),
        subject=("consents.report", number),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        actor=actor,
        now=now,
        provider_id=actor.provider_id,
    )
    note_report(actor=actor, report=report, form="pdf", number=number)
    return document


def note_report(*, actor: Actor, report: Report, form: str, number: str = "") -> None:
    """Every report that is taken out is in the audit log (R-G3)."""
    new: dict[str, Any] = {"format": form, "filters": report.shown}
    audit.record("report.exported", ("consents.report", number or form), actor=actor, new=new)
