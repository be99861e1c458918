"""The overview, and the page that shows every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from consents.views.base import ActorView
from iys_portal.accounts.permissions import Permission

from .selectors import granted_to, overview


class OverviewView(ActorView):
    """R-A4: what stands and what waits, of one provider or, for staff, of all."""

    permission = Permission.PANEL_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.actor.all_providers and not self.actor.may(Permission.CONSENT_VIEW):
            return render(request, "dashboard/nothing_granted.html")
        rights = self.rights()
        context = {
            "overview": overview(self.actor, now=timezone.now()),
            "imports_url": reverse("consents:imports") if rights["import_links"] else "",
            "granted": granted_to(self.actor),
            "list_url": reverse("consents:list") if self.actor.may(Permission.CONSENT_VIEW) else "",
        }
        return render(request, "dashboard/overview.html", rights | context)


class GalleryView(ActorView):
    permission = Permission.GALLERY_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "gallery/index.html")
