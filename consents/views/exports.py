"""The list as a file. By POST, because every export is logged (R-G3)."""

import tempfile
from datetime import datetime
from pathlib import Path

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import timezone

from consents.exports import as_csv, as_xlsx, sample
from consents.filters import ConsentFilterForm, brands_for, read_filters
from consents.forms.moment import ExportForm
from consents.opaque import unseal
from consents.selectors import totals
from consents.selectors.pages import Filters
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.calendar import ISTANBUL

from .base import ActorView

KINDS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportView(ActorView):
    """CSV or XLSX of what the list shows with the same query."""

    permission = Permission.CONSENT_EXPORT

    def post(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in KINDS:
            raise Http404
        moment = ExportForm(request.POST)
        if not moment.is_valid():
            return render(request, "consents/export_moment.html", {"moment": moment}, status=422)
        brands = brands_for(self.actor)
        search = unseal("search", request.GET.get("q", ""), actor=self.actor) or ""
        form = ConsentFilterForm(request.GET, brands=brands, grouped=False)
        filters = read_filters(self.actor, form, search)
        counted = totals.matching(self.actor, filters)
        codes = {brand.pk: brand.brand_code for brand in brands if brand.pk in counted}
        what = {"kind": kind, "filters": form.chosen, "search": bool(search), "brands": len(codes)} | moment.told
        audit.record("consent.exported", ("consents.export", kind), actor=self.actor, new=what)
        return _file(kind, filters, codes, moment.cleaned_data["at"])


class SampleView(ActorView):
    """A small file that shows how an import may look."""

    permission = Permission.PANEL_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(sample(timezone.now()), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="ornek-izinler.csv"'
        return response


def _file(kind: str, filters: Filters, codes: dict[int, int], at: datetime | None) -> HttpResponseBase:
    name = f"izinler-{timezone.now().astimezone(ISTANBUL):%Y-%m-%d-%H%M}.{kind}"
    if kind == "csv":
        response = StreamingHttpResponse(as_csv(filters, codes, at), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        as_xlsx(path, filters, codes, at)
        file = path.open("rb")  # stays readable after its folder is gone
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
