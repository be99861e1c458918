"""Own data as files (R-Z6): have them made, watch, download."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from consents.services import own_data
from iys_portal.core.enums import JobState

from .citizen import CitizenView

TYPES = {"json": "application/json", "pdf": "application/pdf"}


class OwnDataView(CitizenView):
    """The newest files, and the button that has them made; asks itself while they are being made."""

    def get(self, request: HttpRequest) -> HttpResponse:
        job = own_data.own_jobs(self.actor).first()
        context: dict[str, Any] = {
            "job": job,
            "runs": job is not None and job.active,
            "ready": job is not None and job.state == JobState.DONE and own_data.is_there(job, now=timezone.now()),
            "failed": job is not None and job.state in (JobState.FAILED, JobState.CANCELLED),
        }
        part = "state" if request.headers.get("HX-Request") else "page"
        return render(request, f"consents/citizen/data_{part}.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        own_data.start_own_data(actor=self.actor)
        return redirect("consents:own-data")


class OwnDataFileView(CitizenView):
    """One of the files, by POST, because every export is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: Any, form: str) -> HttpResponseBase:
        if form not in TYPES:
            raise Http404
        now = timezone.now()
        name = own_data.take_own_data(actor=self.actor, public_id=public_id, form=form, now=now)
        called = f"iys-verilerim-{timezone.localdate(now):%Y-%m-%d}.{form}"
        file = default_storage.open(name, "rb")
        return FileResponse(file, as_attachment=True, filename=called, content_type=TYPES[form])
