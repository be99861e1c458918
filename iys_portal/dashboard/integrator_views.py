"""What an integrator's people did for a provider: grants, files, records and reads (R-P12)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from consents.models import ConsentImport
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed
from iys_portal.core.models import AuditEntry
from iys_portal.core.numbers import number_in
from providers.models import Integrator, IntegratorPerson
from providers.selectors.integrators import acted_for, grants_of, integrator_of

from . import audit_words

PAGE, FILES, LINKS = 50, 10, 5


@dataclass(frozen=True)
class Done:
    """One entry of the audit log in words, with links to what it was about."""

    entry: AuditEntry
    sentence: str
    links: list[tuple[str, str]]


class IntegratorActsView(View):
    """For the manager of a provider that granted the integrator something, ever; for staff over all providers."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        if not (self.actor.may(Permission.PROVIDER_SETTINGS) or self.actor.may(Permission.AUDIT_VIEW)):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        integrator = integrator_of(self.actor, public_id)
        if integrator is None:
            raise Http404
        entries, more = self.entries(integrator, request.GET.get("once", ""))
        context = {
            "integrator": integrator,
            "grants": grants_of(self.actor, integrator),
            "imports": self.imports(integrator),
            "done": [Done(entry, audit_words.sentence_of(entry), _links(entry)) for entry in entries],
            "older": str(entries[-1].pk) if more else "",
            "moved": "once" in request.GET,
        }
        return render(request, "dashboard/integrator_acts.html", context)

    def entries(self, integrator: Integrator, before: str) -> tuple[list[AuditEntry], bool]:
        """One page, newest first."""
        found = AuditEntry.objects.visible_to(self.actor).filter(acted_for(integrator), provider_id__isnull=False)
        if (number := number_in(before)) is not None:
            found = found.filter(pk__lt=number)
        rows = list(found.order_by("-pk")[: PAGE + 1])
        return rows[:PAGE], len(rows) > PAGE

    def imports(self, integrator: Integrator) -> list[ConsentImport]:
        people = IntegratorPerson.objects.filter(integrator=integrator).order_by().values("user")
        brands = {row.brand_id for row in grants_of(self.actor, integrator)}
        found = ConsentImport.objects.visible_to(self.actor).filter(actor_id__in=people, brand__in=brands)
        return list(found.select_related("brand").order_by("-created_at")[:FILES])


def _links(entry: AuditEntry) -> list[tuple[str, str]]:
    """The consents that an entry recorded, by the numbers of their events."""
    events = (entry.new or {}).get("events", []) if entry.verb == "integrator.recorded" else []
    if entry.target_type == "consents.consent" and entry.target_id.isdecimal():
        events = [int(entry.target_id)]
    return [(str(number), reverse("consents:detail", args=[number])) for number in events[:LINKS]]
