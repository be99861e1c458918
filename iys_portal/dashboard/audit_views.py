"""The auditor's pages: the trail, who read a person's data, what was in force at a moment (R-A3)."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from consents.opaque import fingerprint, seal, unseal
from consents.views.base import ActorView
from consents.views.exports import XLSX
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.masking import mask
from iys_portal.core.numbers import number_in

from .audit_export import as_csv, as_xlsx
from .audit_force import in_force
from .audit_forms import ForceForm, PersonForm, TrailForm
from .audit_rows import rows_for
from .audit_selectors import TrailPage, person_page, trail_page
from .verify import start_verification, verifications

PURPOSE = "audit-person"


def _place(request: HttpRequest) -> dict[str, int | None]:
    """Where a page of the trail starts; the numbers of entries tell nothing about anybody."""
    return {f"{side}_than": number_in(request.GET.get(side, "")) for side in ("older", "newer")}


def _links(query: dict[str, str], page: TrailPage) -> dict[str, Any]:
    def at(**place: int | None) -> str:
        return "?" + urlencode(query | {name: str(number) for name, number in place.items()})

    return {
        "rows": rows_for(page.entries),
        "first_url": at() if page.newer else "",
        "previous_url": at(newer=page.newer) if page.newer else "",
        "next_url": at(older=page.older) if page.older else "",
    }


class AuditView(ActorView):
    """The trail with its filters; they come by POST where somebody is named, and go on as plain numbers."""

    permission = Permission.AUDIT_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TrailForm(request.GET)
        chosen = form.chosen
        page = trail_page(self.actor, form.trail, **_place(request))
        context = {
            "form": form,
            "chosen": chosen,
            "one_person": "doer" in chosen,
            "export_query": urlencode(chosen),
        }
        return render(request, "dashboard/audit/trail.html", context | _links(chosen, page))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TrailForm(request.POST)
        if not form.is_valid():
            return render(request, "dashboard/audit/trail.html", {"form": form, "rows": None}, status=422)
        return redirect(f"{reverse('dashboard:audit')}?{urlencode(form.chosen)}")


class AuditExportView(ActorView):
    """What the trail shows with the same filters, as a file; the export is itself an act (R-G3)."""

    permission = Permission.AUDIT_VIEW

    def post(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in ("csv", "xlsx"):
            raise Http404
        form = TrailForm(request.GET)
        new = {"kind": kind, "filters": form.chosen}
        audit.record("audit.exported", ("core.auditentry", kind), actor=self.actor, new=new)
        name = f"denetim-izi-{timezone.now().astimezone(ISTANBUL):%Y-%m-%d-%H%M}.{kind}"
        if kind == "xlsx":
            return self.workbook(form, name)
        response = StreamingHttpResponse(as_csv(self.actor, form.trail), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def workbook(self, form: TrailForm, name: str) -> FileResponse:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            as_xlsx(path, self.actor, form.trail)
            file = path.open("rb")  # stays readable after its folder is gone
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


class AuditPersonView(ActorView):
    """Who read a given person's data. The address comes by POST; looking is itself such a read."""

    permission = Permission.AUDIT_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        token = request.GET.get("q", "")
        address = unseal(PURPOSE, token, actor=self.actor)
        context: dict[str, Any] = {"form": PersonForm(actor=self.actor), "rows": None, "expired": bool(token)}
        if address:
            audit.record("audit.person_read", ("consents.search", fingerprint(address)), actor=self.actor)
            context |= self.found(request, address, token)
        return render(request, "dashboard/audit/person.html", context)

    def found(self, request: HttpRequest, address: str, token: str) -> dict[str, Any]:
        everything = "all" in request.GET
        page = person_page(self.actor, address, reads_only=not everything, **_place(request))
        query = {"q": token} | ({"all": "1"} if everything else {})
        return {
            "address": mask(address),
            "everything": everything,
            "reads_url": f"?{urlencode({'q': token})}",
            "all_url": f"?{urlencode({'q': token, 'all': '1'})}",
            **_links(query, page),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PersonForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return render(request, "dashboard/audit/person.html", {"form": form, "rows": None}, status=422)
        token = seal(PURPOSE, form.cleaned_data["q"], actor=self.actor)
        return redirect(f"{reverse('dashboard:audit_person')}?{urlencode({'q': token})}")


class AuditForceView(ActorView):
    """What was in force at a moment: deadlines, added holidays, settings; and how it came to be."""

    permission = Permission.AUDIT_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        form = ForceForm(request.GET if "at" in request.GET else None)
        at = form.cleaned_data["at"] if form.is_valid() else timezone.now()
        force = in_force(self.actor, at)
        context = {"form": form, "force": force, "history": rows_for(force.history)}
        return render(request, "dashboard/audit/force.html", context)


class AuditVerifyView(ActorView):
    """Former verifications of ledger and audit log, and the one under way, which the page asks for every second."""

    permission = Permission.AUDIT_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        runs = verifications(self.actor)
        context = {
            "runs": runs,
            "under_way": bool(runs) and runs[0].waits,
            "may_verify": self.actor.may(Permission.LEDGER_VERIFY),
        }
        part = "verify_runs" if request.headers.get("HX-Request") else "verify"
        return render(request, f"dashboard/audit/{part}.html", context)


class AuditVerifyNowView(ActorView):
    permission = Permission.LEDGER_VERIFY

    def post(self, request: HttpRequest) -> HttpResponse:
        start_verification(actor=self.actor)
        return redirect("dashboard:audit_verify")
