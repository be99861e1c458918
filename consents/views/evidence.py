"""Evidence of signed consents (R-C15, R-C16): hand a scan out, complete one consent, complete many."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.brand_choice import brands_for
from consents.effective import effective_status
from consents.enums import Hold, Status
from consents.evidence import JSON
from consents.files.errors import FileRefused
from consents.filters import ListAddress, read_place
from consents.forms.evidence import FilesForm, ReferenceForm, ScanForm
from consents.selectors import evidence as selectors
from consents.selectors import history, pages, totals
from consents.services import evidence as services
from consents.services.evidence_files import files_of
from consents.tables import rows_for
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in
from iys_portal.core.refused_files import invalid
from iys_portal.core.uploads import draw_small
from providers.models import Brand

from .base import ActorView
from .consents import DetailView


def _file(data: bytes, content_type: str) -> HttpResponse:
    """A private file: not guessed at, not kept by others, and without any right in the browser."""
    response = HttpResponse(data, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


class FileView(ActorView):
    """The file itself, to be saved; each reading stands in the audit log."""

    permission = Permission.CONSENT_VIEW

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        evidence = services.visible_evidence(self.actor, number)
        response = _file(services.read_out(actor=self.actor, evidence=evidence), evidence.content_type)
        name = selectors.file_name(evidence)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return response


class PreviewView(ActorView):
    """A small picture of the file, made when it is asked for."""

    permission = Permission.CONSENT_VIEW

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        evidence = services.visible_evidence(self.actor, number)
        if evidence.content_type == JSON:
            raise Http404
        data = services.read_out(actor=self.actor, evidence=evidence, verb="evidence.preview")
        response = _file(draw_small(data, evidence.content_type), "image/jpeg")
        response["Cache-Control"] = "private, max-age=600"
        return response


class CompleteView(DetailView):
    """Complete the evidence of one consent, by a scan or a reference."""

    permission = Permission.EVIDENCE_COMPLETE

    def get(self, request: HttpRequest, event_id: int) -> HttpResponse:
        return redirect("consents:detail", event_id)

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        consent = history.consent_of(self.actor, event_id)
        if consent is None:
            raise Http404
        form = ScanForm(request.POST, request.FILES)
        if not form.is_valid() or (done := self.complete(form, consent)) is None:
            return self.page(request, *self.find(event_id), masked=False, scan=form, status=422)
        if done:
            messages.success(request, _("The evidence is complete. The consent may be used now."))
        else:
            messages.info(request, _("Nothing was missing there any more."))
        return redirect("consents:detail", event_id)

    def complete(self, form: ScanForm, consent: Any) -> int | None:
        """How many consents were completed; None where the form has something to say first."""
        data = form.cleaned_data
        about = {"file": data["file"], "name": data["file"].name} if data["file"] else {"reference": data["reference"]}
        try:
            return services.complete_evidence(actor=self.actor, consent=consent, **about)
        except Invalid as error:
            show_refusal(form, error)
            return None


class MissingView(ActorView):
    """Consents that wait for their evidence: one reference for all ticked, or scans named after them."""

    permission = Permission.EVIDENCE_COMPLETE

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "scans" in request.FILES or "upload" in request.POST:
            return self.by_files(request)
        form = ReferenceForm(request.POST)
        if not form.is_valid():
            return self.page(request, reference=form, status=422)
        try:
            total = self.by_reference(form.cleaned_data["reference"], request.POST.getlist("event"))
        except Invalid as error:
            show_refusal(form, error, elsewhere="reference")
            return self.page(request, reference=form, status=422)
        _say(request, total)
        return redirect(request.get_full_path())

    def by_reference(self, reference: str, ticked: list[str]) -> int:
        numbers = [number for text in ticked[: pages.PAGE] if (number := number_in(text)) is not None]
        waiting = selectors.waiting_by_events([brand.pk for brand in self.brands], numbers)
        return services.complete_by_reference(actor=self.actor, consents=waiting.values(), reference=reference)

    def by_files(self, request: HttpRequest) -> HttpResponse:
        form = self.files_form(request.POST)
        if not form.is_valid():
            return self.page(request, files=form, status=422)
        brand = form.cleaned_data["brand"]
        try:
            with files_of(request.FILES.getlist("scans")) as found:
                matched = selectors.waiting_by_names(brand, [name for name, _content in found])
                files = ((name, content(), rows) for (name, content), rows in zip(found, matched, strict=True))
                result = services.complete_by_files(actor=self.actor, brand=brand, files=files)
        except (Invalid, FileRefused) as error:
            form.add_error("scans", str(invalid(error) if isinstance(error, FileRefused) else error))
            return self.page(request, files=form, status=422)
        return self.page(request, result=result)

    @cached_property
    def brands(self) -> list[Brand]:
        return brands_for(self.actor)

    def files_form(self, data: Any = None) -> FilesForm:
        active = Brand.objects.visible_to(self.actor).filter(is_active=True).select_related("provider")
        return FilesForm(data, brands=active.order_by("-is_main", "name"))

    def page(self, request: HttpRequest, *, status: int = 200, **shown: Any) -> HttpResponse:
        backwards = "before" in request.GET
        place = read_place(self.actor, request.GET.get("before" if backwards else "after", ""))
        filters = pages.Filters(
            brands=tuple(brand.pk for brand in self.brands), status=Status.ONAY, hold=Hold.EVIDENCE_MISSING
        )
        base = pages.everything(self.actor).annotate(effective=effective_status(timezone.now()))
        narrowed, total = totals.narrowed(self.actor, filters)
        page = pages.page_of(narrowed, base=base, cursor=place, backwards=backwards)
        address = ListAddress(self.actor, request.path, {})
        context = {
            "rows": rows_for(self.actor, page.rows, self.brands),
            "total": total,
            "several": len(self.brands) > 1,
            "reference": ReferenceForm(),
            "files": self.files_form(),
            "first_url": address.at() if place else "",
            "previous_url": address.before(page.before),
            "next_url": address.after(page.after),
        }
        return render(request, "consents/evidence/missing.html", context | shown, status=status)


def _say(request: HttpRequest, total: int) -> None:
    if total:
        text = ngettext(
            "%(count)s consent is complete and may be used now.",
            "%(count)s consents are complete and may be used now.",
            total,
        )
        messages.success(request, text % {"count": total})
    else:
        messages.info(request, _("Nothing was ticked, or nothing was missing there any more."))
