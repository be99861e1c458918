"""The reviewers' work list and what they see of one application."""

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
from providers.models import Application, ApplicationDocument, ApplicationReview, Provider

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


def former_papers(application: Application) -> Iterable[ApplicationDocument]:
    """Papers that were replaced, newest first (R-P5)."""
    return ApplicationDocument.objects.filter(application=application, current=False).order_by("-replaced_at")


def same_mersis(application: Application) -> Provider | None:
    """Another provider that is registered with this MERSİS number already (R-P1)."""
    if not application.mersis:
        return None
    return Provider.objects.filter(mersis=application.mersis).exclude(pk=application.provider_id or 0).first()
