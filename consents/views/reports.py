"""Reports (R-A4): the page, and the same as PDF and as CSV. By POST, because what is taken out is logged (R-G3)."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from consents.documents.reports import as_csv
from consents.exports import CSV
from consents.forms.reports import ReportForm
from consents.selectors.reports import Report, report_of
from consents.services.reports import issue_report, note_report
from iys_portal.accounts.permissions import Permission

from .base import ActorView


class ReportView(ActorView):
    """What the views share: the report that the address asks for."""

    permission = Permission.PROVIDER_VIEW

    def form(self, request: HttpRequest) -> ReportForm:
        return ReportForm(request.GET, actor=self.actor, today=timezone.localdate())

    def report(self, request: HttpRequest) -> Report:
        return report_of(self.actor, self.form(request).asked)


class ReportsView(ReportView):
    """The report on the screen, and on paper by the browser's own printing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request)
        report = report_of(self.actor, form.asked)
        context = {"form": form, "report": report, "query": urlencode(report.shown)}
        return render(request, "consents/reports/page.html", context)


class ReportPdfView(ReportView):
    """The report as a numbered document."""

    def post(self, request: HttpRequest) -> HttpResponse:
        document = issue_report(actor=self.actor, report=self.report(request), now=timezone.now())
        return redirect("documents:document", document.public_id)


class ReportFileView(ReportView):
    """The report's numbers for other programs."""

    def post(self, request: HttpRequest) -> HttpResponse:
        report = self.report(request)
        note_report(actor=self.actor, report=report, form="csv")
        response = HttpResponse(as_csv(report), content_type=CSV)
        name = f"rapor-{report.asked.first:%Y%m%d}-{report.asked.last:%Y%m%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
