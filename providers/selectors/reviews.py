"""The reviewers' work list and what they see of one application."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from iys_portal.core.actors import Actor
from iys_portal.core.selectors import business_calendar
from providers.enums import ApplicationState
from providers.missing import whole
from providers.models import Application, ApplicationDocument, ApplicationReview, ApplicationRound, Provider
from providers.rounds import Difference, differences

LISTED = 200
OPEN = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)


@dataclass(frozen=True)
class Waiting:
    """One line of the work list."""

    application: Application
    due_on: date | None

    @property
    def overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


def work_list(actor: Actor, *, state: str = "") -> list[Waiting]:
    """Applications of a state, or all that wait for a reviewer, oldest first, with the promised day."""
    found = Application.objects.visible_to(actor).select_related("reviewer")
    found = found.filter(state=state) if state in ApplicationState.values else found.filter(state__in=OPEN)
    calendar, days = business_calendar(), settings.REGISTRY["REVIEW_BUSINESS_DAYS"]

    def due(row: Application) -> date | None:
        if row.state not in OPEN or row.submitted_at is None:
            return None
        return calendar.add(timezone.localtime(row.submitted_at).date(), days)

    return [Waiting(row, due(row)) for row in found.order_by("submitted_at", "pk")[:LISTED]]


def application_of(actor: Actor, public_id: UUID) -> Application | None:
    """One application with all its parts; None where there is none or it is not the actor's."""
    found = Application.objects.visible_to(actor).filter(public_id=public_id)
    return whole(found.select_related("reviewer", "provider")).first()


def proposal_of(application: Application) -> ApplicationReview | None:
    found = ApplicationReview.objects.filter(application=application, current=True)
    return found.select_related("reviewer", "approved_by").first()


def changes_since_last_round(application: Application) -> list[Difference]:
    """What the applicant changed between the last two times that the application was handed in."""
    rounds = ApplicationRound.objects.filter(application=application).order_by("-number")[:2]
    if len(rounds) < 2:
        return []
    now, before = (json.loads(str(kept.data)) for kept in rounds)
    return differences(before, now)


def waiting_for_review(actor: Actor) -> tuple[int, int]:
    """How many applications wait for a reviewer, and how many of them past the promised day."""
    lines = work_list(actor)
    return len(lines), sum(line.overdue for line in lines)


def former_papers(application: Application) -> Iterable[ApplicationDocument]:
    """Papers that were replaced, newest first (R-P5)."""
    return ApplicationDocument.objects.filter(application=application, current=False).order_by("-replaced_at")


def same_mersis(application: Application) -> Provider | None:
    """Another provider that is registered with this MERSİS number already (R-P1)."""
    if not application.mersis:
        return None
    return Provider.objects.filter(mersis=application.mersis).exclude(pk=application.provider_id or 0).first()
