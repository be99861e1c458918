"""Reads of day files: by month for the panel, and one day's for the API."""

from dataclasses import dataclass
from datetime import date

from consents.models import DayFile
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor

PAGE = 200


@dataclass(frozen=True)
class Month:
    """The files of a month, newest first, with the months beside it that hold any."""

    first: date
    files: list[DayFile]
    before: date | None
    after: date | None
    more: bool


def may_read(actor: Actor) -> bool:
    """Whoever may reconcile; and the auditor, who reads everything (domain 3)."""
    return actor.may(Permission.CONSENT_RECONCILE) or actor.may(Permission.LEDGER_VERIFY)


def month_of(actor: Actor, month: date | None) -> Month | None:
    """A month's files, or the newest month's; None where there are no files at all."""
    found = DayFile.objects.visible_to(actor)
    days = found.order_by("day").values_list("day", flat=True)
    if month is None:
        newest = days.last()
        if newest is None:
            return None
        month = newest.replace(day=1)
    end = _next(month)
    files = list(
        found.filter(day__gte=month, day__lt=end).select_related("brand").order_by("-day", "brand")[: PAGE + 1]
    )
    before, after = days.filter(day__lt=month).last(), days.filter(day__gte=end).first()
    return Month(
        month,
        files[:PAGE],
        before.replace(day=1) if before else None,
        after.replace(day=1) if after else None,
        len(files) > PAGE,
    )


def file_of(actor: Actor, number: int) -> DayFile | None:
    return DayFile.objects.visible_to(actor).filter(pk=number).select_related("brand").first()


def _next(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
