"""Everything about a case as PDF and ZIP: have it made, watch, download (R-K6, R-K7). For its sender and the desk."""

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from complaints.models import Complaint
from complaints.selectors import cases
from complaints.selectors.bundles import newest_bundle
from complaints.services import start_bundle, take_bundle
from complaints.services.bundles import require_right
from iys_portal.core.actors import Actor

TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


def bundle_context(case: Complaint, actor: Actor, *, answering: bool) -> dict[str, Any]:
    """What the box of a bundle shows; `answering`: an answer to which it can be attached is on the page."""
    bundle = newest_bundle(case, actor)
    url = reverse("complaints:desk_bundle" if actor.all_providers else "complaints:bundle", args=[case.public_id])
    runs = bundle is not None and bundle.job.active
    ready = bundle is not None and bundle.is_there(timezone.now())
    return {
        "bundle": bundle,
        "bundle_url": url,
        "bundle_runs": runs,
        "bundle_ready": ready,
        "bundle_failed": bundle is not None and not runs and bundle.made_at is None,
        "whole_case": actor.all_providers,
        "attachable": ready and answering,
    }


class BundleBase(View):
    """About a case that the actor sees (R-A1), for who may take out what it holds."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor: Actor = request.actor  # type: ignore[attr-defined]
        require_right(self.actor)
        public_id: UUID = kwargs.pop("public_id")
        found = cases.visible(self.actor).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        self.complaint: Complaint = found
        return super().dispatch(request, *args, **kwargs)


class BundleView(BundleBase):
    """The newest bundle, and the button that has one made; asks itself while it is being made."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        start_bundle(complaint=self.complaint, actor=self.actor)
        return self.shown(request) if request.headers.get("HX-Request") else redirect(request.path)

    def shown(self, request: HttpRequest) -> HttpResponse:
        case = "complaints:desk_case" if self.actor.all_providers else "complaints:inbox_case"
        context = {"complaint": self.complaint, "case_url": reverse(case, args=[self.complaint.public_id])}
        part = "bundle" if request.headers.get("HX-Request") else "bundle_page"
        answering = cases.sender_may_speak(self.complaint, self.actor)
        context |= bundle_context(self.complaint, self.actor, answering=answering)
        return render(request, f"complaints/{part}.html", context)


class BundleFileView(BundleBase):
    """The index as PDF, or the ZIP, by POST, because every export is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, bundle_id: UUID, form: str) -> HttpResponseBase:
        stored, name = take_bundle(complaint=self.complaint, bundle_id=str(bundle_id), form=form, actor=self.actor)
        file = default_storage.open(stored, "rb")
        return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[form])
