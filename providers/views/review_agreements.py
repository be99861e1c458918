"""Agreements on the reviewers' desk: each version as issued, and the signed files; each opening is logged."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase

from iys_portal.core.enums import DocumentState
from providers import services
from providers.models import Agreement, AgreementFile

from .papers import page_picture, pdf
from .review import OfPapers


class IssuedView(OfPapers):
    """One version of an application's agreement."""

    def get(self, request: HttpRequest, public_id: UUID, version: int) -> HttpResponseBase:
        visible = Agreement.objects.visible_to(self.actor).select_related("document", "application")
        agreement = visible.filter(application__public_id=public_id, version=version).first()
        if agreement is None or agreement.document.state != DocumentState.READY:
            raise Http404
        services.note_agreement_opened(agreement=agreement, actor=self.actor, what="issued")
        return pdf(agreement.document.file, f"{agreement.document.number}-{agreement.version}")


class FileView(OfPapers):
    """A signed file, or a picture of one of its pages."""

    def get(self, request: HttpRequest, file_id: UUID, number: int | None = None) -> HttpResponseBase:
        visible = AgreementFile.objects.visible_to(self.actor).select_related("agreement__document")
        kept = visible.filter(public_id=file_id).first()
        if kept is None or (number is not None and not 1 <= number <= kept.pages):
            raise Http404
        services.note_agreement_opened(agreement=kept.agreement, actor=self.actor, what=kept.stage)
        if number is None:
            return pdf(kept.file, f"{kept.agreement.document.number}-{kept.stage}")
        return page_picture(kept.file, number)
