"""May I write to them? One address, a pasted list or a file; the answer is kept and can be taken home (R-S1)."""

import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import QueryWay
from consents.exports import CSV, XLSX
from consents.files.layout import Layout
from consents.forms.address_column import ColumnForm
from consents.forms.list_filters import ListFilterForm
from consents.forms.queries import QueryForm
from consents.models import RecipientQuery
from consents.proof.queries import signed_statement
from consents.query_downloads import Download, downloads_of
from consents.query_results import write_xlsx
from consents.selectors import queries as selectors
from consents.services import queries as services
from consents.services import query_summary
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.errors import DomainError, Invalid, NotFound, WrongMoment
from iys_portal.core.forms import show_refusal
from iys_portal.core.storage import private_path

from .base import ActorView
from .export_tables import may_export

JSON = "application/json"


class ReadView(ActorView):
    """A page about queries for whoever may see them: those who ask, and staff over all companies."""

    permission = Permission.QUERY_VIEW

    def item(self, public_id: UUID) -> RecipientQuery:
        return selectors.visible_query(self.actor, public_id)


class QueryView(ReadView):
    """An act of whoever may ask."""

    permission = Permission.CONSENT_QUERY


class ListView(ReadView):
    """Queries, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = ListFilterForm(request.GET, actor=self.actor)
        chosen = form.chosen
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = selectors.queries_page(self.actor, chosen=chosen, after=after, before=before)
        context = {
            "form": form,
            "page": page,
            "rows": [(item, selectors.answer_of(item)) for item in page.items],
            "moved": after or before,
            "query": urlencode(chosen),
            "now": timezone.now(),
            "may_ask": self.actor.may(Permission.CONSENT_QUERY),
            "may_export": may_export(self.actor),
        }
        return render(request, "consents/queries/list.html", context)


class AskView(QueryView):
    """One form for one address, a pasted list and a file."""

    def form(self, *args: Any, **kwargs: Any) -> QueryForm:
        brands = selectors.askable_brands(self.actor).order_by("-is_main", "name")
        return QueryForm(*args, brands=brands, channels=selectors.askable_channels(self.actor), **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "consents/queries/new.html", {"form": self.form(initial={"channel": "EPOSTA"})})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                item = self.ask(form)
            except NotFound:  # a channel of this brand that was not opened (R-P12)
                show_refusal(form, Invalid(_("This channel of the brand is not opened to you."), field="channel"))
            except DomainError as error:
                show_refusal(form, error)
            else:
                return redirect("consents:query", item.public_id)
        return render(request, "consents/queries/new.html", {"form": form}, status=422)

    def ask(self, form: QueryForm) -> RecipientQuery:
        data = form.cleaned_data
        if form.way == "file":
            return services.ask_file(
                actor=self.actor, file=data["file"], name=data["file"].name, look=True, **form.question
            )
        if form.way == "text":
            return services.ask_text(actor=self.actor, text=data["text"], look=True, **form.question)
        return services.ask(actor=self.actor, addresses=[data["address"]], way=QueryWay.ONE, **form.question)


def column_form(item: RecipientQuery, data: Any = None) -> ColumnForm:
    return ColumnForm(data, layout=Layout.from_json(item.layout), found=services.address_column(item))


class OneView(ReadView):
    """One query: its column is to be chosen, a job works on it, or its answer stands.

    Staff read it with masked addresses, and that they did is in the audit log (R-A3, R-G2).
    """

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        if self.actor.all_providers:
            audit.record("query.read", item, actor=self.actor, provider_id=item.provider_id)
        return self.page(request, item, masked=self.actor.all_providers)

    def page(
        self,
        request: HttpRequest,
        item: RecipientQuery,
        form: ColumnForm | None = None,
        *,
        masked: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        now, may_ask = timezone.now(), self.actor.may(Permission.CONSENT_QUERY)
        if item.waits_for_column and item.file and may_ask:
            form = form or column_form(item)
        context = {
            "item": item,
            "about": selectors.about(item),
            "answer": selectors.answer_of(item),
            "rows": selectors.first_rows_of(item, masked=masked),
            "masked": masked,
            "may_ask": may_ask,
            "may_show": self.actor.may(Permission.PERSON_SHOW),
            "may_export": may_export(self.actor),
            "progress": selectors.progress_of(item),
            "downloads": downloads_of(item) if may_ask else [],
            "document": query_summary.document_of(item) if may_ask else None,
            "column_form": form,
            "holds": item.holds_at(now),
        }
        return render(request, "consents/queries/detail.html", context, status=status)


class ShowView(OneView):
    """Show the masked addresses in full to staff; the audit log keeps who looked (R-G2)."""

    permission = Permission.PERSON_SHOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        self.actor.require(Permission.QUERY_VIEW)
        item = self.item(public_id)
        audit.record("query.shown", item, actor=self.actor, provider_id=item.provider_id)
        return self.page(request, item)


class ProgressView(ReadView):
    """How far the job is, asked every second; a finished one makes the page load anew."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        progress = selectors.progress_of(item)
        if progress is None or not progress.runs:
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Refresh": "true"})
            return redirect("consents:query", item.public_id)
        context = {
            "item": item,
            "progress": progress,
            "rows": selectors.first_rows_of(item, masked=self.actor.all_providers),
        }
        return render(request, "consents/queries/progress.html", context)


class ColumnView(OneView):
    """Which column holds the addresses; then the job starts."""

    permission = Permission.CONSENT_QUERY
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        form = column_form(item, request.POST)
        if not form.is_valid():
            return self.page(request, item, form, status=422)
        services.choose_column(item, actor=self.actor, column=int(form.cleaned_data["column"]))
        return redirect("consents:query", item.public_id)


class ActView(QueryView):
    """Stop a query, or ask again what broke down."""

    http_method_names = ["post"]
    act = ""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        getattr(services, self.act)(item, actor=self.actor)
        return redirect("consents:query", item.public_id)


class DownloadView(QueryView):
    """The result or the signed statement, by POST, because every export of addresses is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
        item = self.item(public_id)
        offered = next((file for file in downloads_of(item) if file.kind == kind), None)
        if offered is None:
            raise Http404
        if offered.why_not:
            raise WrongMoment(offered.why_not, code=f"download:{kind}")
        if offered.to_order:
            services.order_book(item, actor=self.actor)
            return redirect("consents:query", item.public_id)
        audit.record("query.exported", item, actor=self.actor, new={"kind": kind, "rows": item.total})
        return _file(item, offered)


def _file(item: RecipientQuery, offered: Download) -> HttpResponseBase:
    if offered.kind == "json":
        content = json.dumps(signed_statement(item), ensure_ascii=False, indent=1)
        headers = {"Content-Disposition": f'attachment; filename="{offered.file_name}"'}
        return HttpResponse(content, content_type=JSON, headers=headers)
    path = private_path(item.result.name)
    if offered.kind == "csv":
        return FileResponse(path.open("rb"), as_attachment=True, filename=offered.file_name, content_type=CSV)
    if item.book:
        book = private_path(item.book.name)
        return FileResponse(book.open("rb"), as_attachment=True, filename=offered.file_name, content_type=XLSX)
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        write_xlsx(path, Layout.from_json(item.layout), book)
        file = book.open("rb")  # stays readable after its folder is gone
    return FileResponse(file, as_attachment=True, filename=offered.file_name, content_type=XLSX)


class SummaryView(QueryView):
    """The answer as a document with a QR code: what was asked, the numbers, the signature; no address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        document = query_summary.issue_summary(self.item(public_id), actor=self.actor, now=timezone.now())
        return redirect("documents:document", document.public_id)
