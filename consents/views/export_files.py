"""A person's own exported files: the list with its progress, downloading, and removing (R-G3)."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import ExportFormat, ExportStage
from consents.filters import ConsentFilterForm, read_filters
from consents.forms.exports import RefusalListForm
from consents.models import ExportFile
from consents.selectors.exports import exports_of, lines_of
from consents.services import exports as services
from iys_portal.accounts.permissions import Permission
from iys_portal.core.calendar import ISTANBUL

from .base import ActorView
from .exports import TYPES


class ExportFilesView(ActorView):
    """For whoever may export."""

    permission = Permission.CONSENT_EXPORT


class ExportsView(ExportFilesView):
    """The newest files, each with its progress; and the refusals since the last download."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, RefusalListForm(actor=self.actor))

    def page(self, request: HttpRequest, form: RefusalListForm, *, status: int = 200) -> HttpResponse:
        lines = exports_of(self.actor, now=timezone.now())
        return render(request, "consents/exports/list.html", {"lines": lines, "form": form}, status=status)


class ExportView(ExportFilesView):
    """How far one file is, asked every second; a finished one makes the page load anew."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        found = ExportFile.objects.visible_to(self.actor).select_related("job").filter(public_id=public_id)
        if not found.exists():
            raise Http404
        if not request.headers.get("HX-Request"):
            return redirect("consents:exports")
        line = lines_of(self.actor, list(found), now=timezone.now())[0]
        if line.stage is not ExportStage.MAKING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "consents/exports/words.html", {"line": line})


class ExportRefusalsView(ExportsView):
    """Have the refusals listed that came since the person's last download."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RefusalListForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self.page(request, form, status=422)
        shown = {"state": "RET"} | form.chosen
        filters = ConsentFilterForm(shown, actor=self.actor)
        services.start_refusals(
            actor=self.actor,
            form=ExportFormat(form.cleaned_data["format"]),
            filters=read_filters(self.actor, filters, ""),
            shown=shown,
            everything=form.cleaned_data["everything"],
            now=timezone.now(),
        )
        messages.success(request, _("Your file is being made. You can leave this page; nothing is lost."))
        return redirect("consents:exports")


class ExportTakeView(ExportFilesView):
    """The file itself."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        item = services.take_export(actor=self.actor, public_id=public_id, now=timezone.now())
        made = item.made_at.astimezone(ISTANBUL) if item.made_at else item.created_at
        name = f"{item.slug}-{made:%Y-%m-%d-%H%M}.{item.format}"
        content_type = TYPES[ExportFormat(item.format)]
        response = FileResponse(item.file.open("rb"), as_attachment=True, filename=name, content_type=content_type)
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ExportRemoveView(ExportFilesView):
    """Remove a file, or stop its making."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        item = services.remove_export(actor=self.actor, public_id=public_id, now=timezone.now())
        stopped = item.stage(timezone.now()) is ExportStage.STOPPED
        messages.success(request, _("The export was stopped.") if stopped else _("The file was removed."))
        return redirect("consents:exports")
