"""A file becomes consents: upload, columns, check, report, apply, undo. Everything the pages show stands in rows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from consents.brand_choice import brands_for
from consents.files.layout import Layout, shape_of
from consents.forms.imports import ColumnsForm, FilterForm, ReadingForm, UndoForm, UploadForm
from consents.import_downloads import downloads_of
from consents.models import ConsentImport
from consents.policies import may_import, require_import_view
from consents.selectors import import_report as reports
from consents.selectors import imports as selectors
from consents.selectors.import_evidence import archive_of, evidence_of
from consents.selectors.import_notices import notices_of
from consents.selectors.import_rows import Reader, is_masked
from consents.services import import_columns
from consents.services import imports as services
from consents.states import ImportState
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in

from .import_lines import lines_context

FIRST_ROWS = 10  # on the report; all of them have a page of their own


class ImportView(View):
    """A page about imports: for their importers and, to be read, for who reads the audit log."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        require_import_view(self.actor)
        return super().dispatch(request, *args, **kwargs)

    def item(self, public_id: UUID) -> ConsentImport:
        return selectors.visible_import(self.actor, public_id)

    @property
    def may_upload(self) -> bool:
        any_provider = self.actor.all_providers
        return self.actor.may(Permission.CONSENT_IMPORT_ANY if any_provider else Permission.CONSENT_IMPORT)


class ListView(ImportView):
    """Imports, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        brands = [] if self.actor.all_providers else brands_for(self.actor)
        form = FilterForm(request.GET, brands=brands)
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = selectors.imports_page(self.actor, **form.chosen, after=after, before=before)
        query = request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        context = {"form": form, "page": page, "query": query.urlencode(), "brands": brands, "moved": after or before}
        return render(request, "consents/imports/list.html", context | {"may_upload": self.may_upload})


class NewView(ImportView):
    """Upload a file or paste rows. Staff first find the brand; its number stands in the address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        if not self.may_upload:
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, self.form(initial={"brand": request.GET.get("marka", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                item = self.upload(form.cleaned_data)
            except Invalid as error:
                show_refusal(form, error, elsewhere="file")
            else:
                return redirect("consents:import_columns", item.public_id)
        return self.page(request, form, status=422)

    def form(self, *args: Any, **kwargs: Any) -> UploadForm:
        brands = selectors.importable_brands(self.actor).order_by("-is_main", "name")
        return UploadForm(*args, brands=brands, by_registry=self.actor.all_providers, **kwargs)

    def upload(self, data: dict[str, Any]) -> ConsentImport:
        about: dict[str, Any] = {name: data[name] for name in ("brand", "reason", "reference") if name in data}
        if data.get("evidence") is not None:
            about |= {"evidence": data["evidence"], "evidence_name": data["evidence"].name}
        if data.get("file") is not None:
            return services.upload(actor=self.actor, file=data["file"], name=data["file"].name, **about)
        return services.upload_paste(actor=self.actor, text=data["text"], **about)

    def page(self, request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {"form": form}
        if self.actor.all_providers:
            number, search = number_in(str(form["brand"].value() or "")), request.GET.get("ara", "")
            brands = selectors.importable_brands(self.actor)
            context["chosen"] = brands.filter(brand_code=number).first() if number else None
            context |= {"search": search, "found": selectors.find_brands(self.actor, search)}
        return render(request, "consents/imports/new.html", context, status=status)


class ColumnsView(ImportView):
    """What was recognised in the file, and what each column is."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        if "remap" not in selectors.acts_on(item, self.actor, now=timezone.now()):
            return redirect("consents:import", item.public_id)
        return self.page(request, item, ColumnsForm(item=item))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        if "read_again" in request.POST:
            return self.read_again(request, item)
        form = ColumnsForm(request.POST, item=item)
        if form.is_valid() and self.start(item, form):
            return redirect("consents:import", item.public_id)
        return self.page(request, item, form, status=422)

    def read_again(self, request: HttpRequest, item: ConsentImport) -> HttpResponse:
        reading = ReadingForm(request.POST, layout=Layout.from_json(item.layout))
        if reading.is_valid():
            try:
                import_columns.reinspect(item, actor=self.actor, **reading.chosen)
            except Invalid as error:
                show_refusal(reading, error)
            else:
                return redirect("consents:import_columns", item.public_id)
        return self.page(request, item, ColumnsForm(item=item), reading=reading, status=422)

    def start(self, item: ConsentImport, form: ColumnsForm) -> bool:
        """Keep the mapping and begin the dry run; False when something has to be said first."""
        data = {"columns": form.columns, "constants": form.constants, "wide_no": form.cleaned_data["wide_no"]}
        data["text_version_id"] = form.text_version_id
        try:
            item = import_columns.map_columns(item, actor=self.actor, **data)
            if form.add_missing(import_columns.missing_fields(item)):
                return False
            services.start_check(item, actor=self.actor)
        except Invalid as error:
            show_refusal(form, error)
            return False
        return True

    def page(
        self,
        request: HttpRequest,
        item: ConsentImport,
        form: ColumnsForm,
        *,
        reading: ReadingForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        acts = selectors.acts_on(item, self.actor, now=timezone.now())
        context = columns_context(item, form, reading, masked=is_masked(item, self.actor))
        return render(request, "consents/imports/columns.html", context | {"acts": acts}, status=status)


def columns_context(
    item: ConsentImport, form: ColumnsForm, reading: ReadingForm | None, *, masked: bool
) -> dict[str, Any]:
    """Headings with their selects, ten rows of sample, what is not stored and what is missing."""
    item.refresh_from_db(fields=["layout", "state", "wide_no", "constants"])
    layout = Layout.from_json(item.layout)
    mapping = form.mapping
    shape = shape_of(name for name in mapping.values() if name)
    return {
        "item": item,
        "layout": layout,
        "form": form,
        "reading": reading or ReadingForm(layout=layout),
        "columns": [(column, form[f"column_{column.index}"]) for column in layout.columns],
        "sample": () if masked else layout.sample,
        "masked": masked,
        "ignored": [column.heading or str(column.index + 1) for column in layout.columns if not mapping[column.index]],
        "constants": form.constant_fields(shape),
        "wide": shape == "wide",
        "before": selectors.same_file_before(item),
        "archive": archive_of(item),
        "names_scans": "evidence" in mapping.values(),
        "steps": selectors.as_steps(item),
    }


class OneView(ImportView):
    """One import: its columns are open, or a job works on it, or its report waits."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        now, reader = timezone.now(), Reader(item, self.actor)
        acts = selectors.acts_on(item, self.actor, now=now)
        if item.state == ImportState.UPLOADED and "remap" in acts:
            return redirect("consents:import_columns", item.public_id)
        report = None if item.state == ImportState.CHECKING else reports.report_of(item, reader)
        context = {
            "item": item,
            "state": ImportState(item.state),
            "layout": Layout.from_json(item.layout),
            "acts": acts,
            "steps": selectors.as_steps(item),
            "report": report,
            "undone": reports.undo_of(item, reader),
            "progress": reports.progress_of(item, reader, now=now),
            "history": reports.history_of(item, self.actor),
            "evidence": evidence_of(item, report),
            "notices": notices_of(item, acts, now=now) if report else None,
            "downloads": downloads_of(item) if report and may_import(self.actor) else [],
            "undo_until": selectors.undo_until(item),
            "undo_form": UndoForm(prefix="undo"),
            "before": selectors.same_file_before(item) if not item.applied_at else None,
        }
        lines = lines_context(request, item, reader, report, size=FIRST_ROWS)
        return render(request, "consents/imports/detail.html", context | lines)


class ProgressView(ImportView):
    """How far the job is, asked every second; a finished one makes the page load anew."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        progress = reports.progress_of(item, Reader(item, self.actor), now=timezone.now())
        if progress is None or progress.state in ("failed", "cancelled"):
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Refresh": "true"})
            return redirect("consents:import", item.public_id)
        return render(request, "consents/imports/progress.html", {"item": item, "progress": progress})


class ActView(ImportView):
    """A button of an import: one service by POST, then back to its page."""

    http_method_names = ["post"]
    act: str = ""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = self.item(public_id)
        getattr(self, self.act)(request, item)
        return redirect("consents:import", item.public_id)

    def check(self, request: HttpRequest, item: ConsentImport) -> None:
        services.start_check(item, actor=self.actor)

    def apply(self, request: HttpRequest, item: ConsentImport) -> None:
        services.start_apply(item, actor=self.actor)

    def undo(self, request: HttpRequest, item: ConsentImport) -> None:
        form = UndoForm(request.POST, prefix="undo")
        form.is_valid()
        reason, refusals = form.cleaned_data.get("reason", ""), form.cleaned_data.get("refusals", False)
        services.start_undo(item, actor=self.actor, reason=reason, include_refusals=refusals)

    def discard(self, request: HttpRequest, item: ConsentImport) -> None:
        services.discard(item, actor=self.actor)
        messages.success(request, _("The import was given up and its file deleted."))

    def resume(self, request: HttpRequest, item: ConsentImport) -> None:
        services.resume(item, actor=self.actor)

    def cancel(self, request: HttpRequest, item: ConsentImport) -> None:
        services.cancel_check(item, actor=self.actor)
