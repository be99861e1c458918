"""The agreement in the applicant's way (R-P4): having it made, downloading, handing in what was signed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import Invalid
from providers import services
from providers.agreements import reports
from providers.enums import AgreementStage, Step
from providers.missing import agreement_of
from providers.models import AgreementFile

from .applications import HeldView, StepPage
from .papers import pdf


@method_decorator([login_not_required], name="dispatch")
class GuideView(View):
    """How to sign a PDF with e-imza, step by step."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "providers/applications/signing_guide.html")


class PrepareView(StepPage):
    """Has the agreement made, to be signed in the chosen way."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            services.prepare_agreement(application=self.application, actor=self.actor, way=request.POST.get("way", ""))
        except Invalid as error:
            return self.page(request, Step.AGREEMENT, status=422, refusal=str(error))
        return self.to(Step.AGREEMENT)


class IssuedView(HeldView):
    """The agreement as it was issued, to be signed."""

    def get(self, request: HttpRequest) -> FileResponse:
        agreement = agreement_of(self.application)
        if agreement is None or agreement.document.state != DocumentState.READY:
            raise Http404
        services.note_agreement_opened(agreement=agreement, actor=self.actor, what="issued")
        return pdf(agreement.document.file, agreement.document.number)


class TakeView(StepPage):
    """Takes the signed PDF; what was checked is said in words, whether it was taken or not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        file = request.FILES.get("files")
        if file is None:
            return self.page(request, Step.AGREEMENT, status=422, refusal=_("Choose the signed PDF."))
        try:
            kept = services.take_signed(application=self.application, actor=self.actor, file=file)  # type: ignore[arg-type]
        except services.SignatureRefused as error:
            checked = reports.groups(reports.stored(error.report)) if error.report else []
            return self.page(request, Step.AGREEMENT, status=422, refusal=str(error), refused=checked)
        if kept.stage == AgreementStage.PARTIAL:
            messages.success(request, _("The first signature is kept; now the second person signs the same file."))
        else:
            messages.success(request, _("The signed agreement is kept."))
        return self.to(Step.AGREEMENT)


class FileView(HeldView):
    """A signed file: for the second signatory, and the countersigned one after the approval."""

    def get(self, request: HttpRequest, file_id: UUID) -> FileResponse:
        visible = AgreementFile.objects.visible_to(self.actor).select_related("agreement__document")
        kept = visible.filter(agreement__application=self.application, public_id=file_id).first()
        if kept is None:
            raise Http404
        services.note_agreement_opened(agreement=kept.agreement, actor=self.actor, what=kept.stage)
        return pdf(kept.file, f"{kept.agreement.document.number}-{kept.stage}")


class ChangeView(HeldView):
    """Makes the application a draft again, so that it can be changed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        services.change_application(application=self.application, actor=self.actor)
        messages.info(request, _("The application can be changed again."))
        return redirect("providers:application", self.application.public_id)
