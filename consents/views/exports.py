"""The list as a file. By POST, because every export is logged (R-G3): a short one at once, a long one by a job."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import ExportFormat, ExportKind
from consents.exports import CSV, XLSX, Listing, Table, csv_parts, sample, write_xlsx
from consents.filters import ConsentFilterForm, read_filters
from consents.forms.moment import ExportForm
from consents.opaque import unseal
from consents.selectors.exports import is_small, listing_of
from consents.services import exports as services
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.calendar import ISTANBUL

from .base import ActorView

TYPES = {ExportFormat.CSV: CSV, ExportFormat.XLSX: XLSX}


class ListExportView(ActorView):
    """CSV or XLSX of what the list shows with the same query, or of its whole history."""

    permission = Permission.CONSENT_EXPORT

    def post(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in ExportFormat.values:
            raise Http404
        form = ExportForm(request.POST.dict())
        if not form.is_valid():
            return render(request, "consents/export_moment.html", {"moment": form}, status=422)
        search = unseal("search", request.GET.get("q", ""), actor=self.actor) or ""
        shown = ConsentFilterForm(request.GET, actor=self.actor)
        asked: dict[str, Any] = {
            "kind": ExportKind.HISTORY if form.cleaned_data["history"] else ExportKind.CONSENTS,
            "filters": read_filters(self.actor, shown, search),
            "moment": form.cleaned_data["at"],
        }
        listing, count = listing_of(self.actor, **asked)
        if listing.kind is ExportKind.CONSENTS and is_small(listing.filters, count):
            what = {"kind": kind, "filters": shown.chosen, "search": bool(search), "brands": len(listing.brands)}
            audit.record("consent.exported", ("consents.export", kind), actor=self.actor, new=what | form.told)
            name = f"izinler-{timezone.now().astimezone(ISTANBUL):%Y-%m-%d-%H%M}"
            return at_once(ExportFormat(kind), listing, name=name)
        services.start_export(
            actor=self.actor,
            form=ExportFormat(kind),
            shown=shown.chosen,
            search=search,
            now=timezone.now(),
            **asked,
        )
        messages.success(request, _("Your file is being made. You can leave this page; nothing is lost."))
        return redirect("consents:exports")


class SampleView(ActorView):
    """A small file that shows how an import may look."""

    permission = Permission.PANEL_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(sample(timezone.now()), content_type=CSV)
        response["Content-Disposition"] = 'attachment; filename="ornek-izinler.csv"'
        return response


def at_once(form: ExportFormat, listing: Listing | Table, *, name: str) -> HttpResponseBase:
    """A short list as the answer itself."""
    name = f"{name}.{form}"
    if form is ExportFormat.CSV:
        parts = (part for part, _rows in csv_parts(listing))
        response = StreamingHttpResponse(parts, content_type=TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for _done in write_xlsx(path, listing):
            pass
        file = path.open("rb")  # stays readable after its folder is gone
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[form])
