"""The overview, and the page that shows every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from consents.views.base import ActorView
from iys_portal.accounts.permissions import Permission

from .first_steps import first_steps
from .selectors import granted_to, overview


class OverviewView(ActorView):
    """R-A4: what stands and what waits, of one provider or, for staff, of all."""

    permission = Permission.PANEL_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.actor.all_providers and not self.actor.may(Permission.CONSENT_VIEW):
            return render(request, "dashboard/nothing_granted.html")
        rights, now = self.rights(), timezone.now()
        found = overview(self.actor, now=now)
        context = {
            "overview": found,
            "first_steps": first_steps(self.actor, recorded=not found.is_new, now=now),
            "imports_url": reverse("consents:imports") if rights["import_links"] else "",
            "granted": granted_to(self.actor),
            "list_url": reverse("consents:list") if self.actor.may(Permission.CONSENT_VIEW) else "",
        }
        return render(request, "dashboard/overview.html", rights | context)


class GalleryView(ActorView):
    permission = Permission.GALLERY_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "gallery/index.html")
