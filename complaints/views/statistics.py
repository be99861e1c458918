"""Statistics, signals and reports on complaints (R-K9, R-K10). What is taken out goes by POST: it is logged (R-G3)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from complaints.forms.statistics import StatisticsForm
from complaints.selectors import cases, senders, signals
from complaints.selectors.statistics import Statistics, fines_on, statistics_of, yearly_reports
from complaints.services.reports import issue_yearly, may_issue_yearly, note_statistics
from complaints.statistics_table import statistics_table
from consents.enums import ExportFormat
from consents.views.base import ActorView
from consents.views.exports import at_once
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid, NotAllowed
from iys_portal.core.numbers import number_in, page_in
from providers.models import Brand

LATEST = 20


class NumbersView(ActorView):
    """For who sees complaints: officers their il, staff all, a provider its own (R-A1)."""

    permission = Permission.COMPLAINT_VIEW

    def form(self, request: HttpRequest) -> StatisticsForm:
        return StatisticsForm(request.GET, actor=self.actor, today=timezone.localdate())

    def found(self, form: StatisticsForm) -> Statistics:
        return statistics_of(self.actor, form.asked)


class StaffNumbersView(NumbersView):
    """Of every sender: for staff alone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.all_providers:  # type: ignore[attr-defined]
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)


class StatisticsView(NumbersView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request)
        found = self.found(form)
        context = {
            "form": form,
            "found": found,
            "query": request.GET.urlencode(),
            "fines": fines_on(timezone.localdate()),
            "staff": self.actor.all_providers,
            "standing": signals.standing_brands() if self.actor.all_providers else [],
            "sees_reports": self.actor.all_providers and self.actor.may(Permission.COMPLAINT_VIEW_ANY),
            "like": [(brand, _with_brand(request, brand)) for brand in form.like],
        }
        return render(request, "complaints/statistics/page.html", context)


class StatisticsFileView(NumbersView):
    """The numbers for other programs, as CSV or as a workbook."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, form: str) -> HttpResponseBase:
        if form not in ExportFormat.values:
            raise Http404
        found = self.found(self.form(request))
        table = statistics_table(found)
        note_statistics(form=form, asked=found.asked, actor=self.actor)
        return at_once(ExportFormat(form), table, name=f"sikayet-istatistikleri-{timezone.localdate():%Y%m%d}")


class BrandView(StaffNumbersView):
    """All complaints about one brand in numbers, what stands out, and the latest ones; for staff."""

    def get(self, request: HttpRequest, code: int) -> HttpResponse:
        brand = get_object_or_404(Brand.objects.select_related("provider"), brand_code=code)
        data = request.GET.copy()
        data["brand"] = str(code)
        form = StatisticsForm(data, actor=self.actor, today=timezone.localdate())
        context = {
            "brand": brand,
            "found": self.found(form),
            "standing": signals.brand_signals([brand.pk]).get(brand.pk, []),
            "history": signals.signal_history(brand),
            "latest": _with_signals(cases.visible(self.actor).filter(brand=brand).order_by("-filed_at")[:LATEST]),
            "before": senders.before_registration(brand, self.actor)[:LATEST],
            "query": urlencode({"brand": code}),
        }
        return render(request, "complaints/statistics/brand.html", context)


class UnregisteredView(StaffNumbersView):
    """Senders that are not registered, the most complained about first; for staff."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = page_in(request.GET.get("sayfa", ""))
        rows, more = senders.unregistered_page(self.actor, page=page)
        context = {
            "rows": rows,
            "next_url": f"?sayfa={page + 1}" if more else "",
            "first_url": "?" if page > 1 else "",
        }
        return render(request, "complaints/statistics/unregistered.html", context)


class FinesView(NumbersView):
    """What a breach may cost, as information (R-K9)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        return render(request, "complaints/statistics/fines.html", {"fines": fines_on(today), "day": today})


class YearlyView(StaffNumbersView):
    """The yearly reports, for who sees every il, and a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(Permission.COMPLAINT_VIEW_ANY)
        year = timezone.localdate().year
        years = [str(year - 1), str(year)] if may_issue_yearly(self.actor) else []
        context = {"reports": yearly_reports(), "years": years}
        return render(request, "complaints/statistics/yearly.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("year", "")
        year = (number_in(text) if len(text) == 4 else None) or 0
        try:
            document = issue_yearly(year=year, actor=self.actor, now=timezone.now())
        except Invalid as error:
            messages.error(request, str(error.message))
            return redirect("complaints:yearly")
        return redirect("documents:document", document.public_id)


def _with_brand(request: HttpRequest, brand: Brand) -> str:
    query = request.GET.copy()
    query["brand"] = str(brand.brand_code)
    return query.urlencode()


def _with_signals(complaints: Any) -> list[tuple[Any, list[signals.Shown]]]:
    rows = list(complaints)
    found = signals.signals_of(rows)
    return [(row, found[row.pk]) for row in rows]
