"""Day files in the panel: a month's list, and the file by POST, because every export is logged (R-G3)."""

import re
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from consents.selectors.day_files import file_of, may_read, month_of
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.errors import NotAllowed

from .base import ActorView


class DayFileView(ActorView):
    """For whoever may reconcile, and the auditor."""

    permission = Permission.PANEL_VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_read(request.actor):  # type: ignore[attr-defined]
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)


class DayFilesView(DayFileView):
    """The files of one month: the newest, or the chosen."""

    def get(self, request: HttpRequest) -> HttpResponse:
        month = month_of(self.actor, _month(request.GET.get("ay", "")))
        return render(request, "consents/day_files.html", {"month": month})


class DayFileDownloadView(DayFileView):
    """The file's bytes, just as they were hashed."""

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        item = file_of(self.actor, number)
        if item is None:
            raise Http404
        new = {"day": item.day.isoformat(), "rows": item.rows}
        audit.record("day_file.taken", item, actor=self.actor, new=new, provider_id=item.brand.provider_id)
        name = f"{item.brand.brand_code}-{item.day:%Y-%m-%d}.csv"
        response = FileResponse(item.file.open("rb"), as_attachment=True, filename=name, content_type="text/csv")
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _month(text: str) -> date | None:
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return date(int(found[1]), int(found[2]), 1) if found else None
