"""Papers of an application: upload, pages, download, removal (R-P5)."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from iys_portal.core.errors import Invalid
from iys_portal.core.numbers import number_in
from providers import services
from providers.enums import Step
from providers.missing import SIGNED_PAPERS
from providers.models import ApplicationDocument
from providers.selectors import applications as selectors

from .applications import HeldView, StepPage, place_url
from .papers import page_picture, pdf


def step_of(kind: str) -> Step:
    """The page on which this document is uploaded."""
    return Step.AGREEMENT if kind in SIGNED_PAPERS else Step.DOCUMENTS


class UploadView(StepPage):
    """Takes the files of one document; what is refused is said at its place."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        kind, brand = request.POST.get("kind", ""), request.POST.get("brand", "")
        try:
            document = services.add_document(
                application=self.application,
                actor=self.actor,
                kind=kind,
                brand_id=number_in(brand),
                files=[(str(file.name), file) for file in request.FILES.getlist("files")],
                append=request.POST.get("how") == "append",
            )
        except Invalid as error:
            return self.refused(request, step_of(kind), f"{kind}-{brand}" if brand else kind, str(error))
        messages.success(request, _("The document is kept."))
        key = f"{kind}-{brand}" if document.brand_id else kind
        return redirect(place_url(self.application, step_of(kind), key))

    def refused(self, request: HttpRequest, step: Step, key: str, sentence: str) -> HttpResponse:
        places = [
            replace(place, errors=[sentence]) if place.key == key else place
            for place in selectors.places_of(self.application, step)
        ]
        return self.page(request, step, status=422, places=places)


class OfDocumentView(HeldView):
    """One document of the application; another's does not exist."""

    def document(self, public_id: UUID) -> ApplicationDocument:
        visible = ApplicationDocument.objects.visible_to(self.actor)
        found = visible.filter(application=self.application, public_id=public_id).first()
        if found is None:
            raise Http404
        return found


class DownloadView(OfDocumentView):
    def get(self, request: HttpRequest, document_id: UUID) -> FileResponse:
        document = self.document(document_id)
        services.note_opened(document=document, actor=self.actor)
        return pdf(document.file, f"{self.application.number}-{document.kind}-{document.version}")


class PageView(OfDocumentView):
    """A small picture of one page."""

    def get(self, request: HttpRequest, document_id: UUID, number: int) -> HttpResponse:
        document = self.document(document_id)
        if not 1 <= number <= document.pages:
            raise Http404
        return page_picture(document.file, number)


class RemoveView(OfDocumentView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        document = services.remove_document(application=self.application, actor=self.actor, document_id=document_id)
        messages.success(request, _("The document was taken out."))
        return self.to(step_of(document.kind))
