"""Evidence: a scan behind a consent that waits for it (R-C16), and the PDF that proves one (R-L3)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseBase
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from consents.api.base import require_channels
from consents.api.reading import asked_of
from consents.models import Consent
from consents.selectors.proofs import proof_document
from consents.services.evidence import complete_evidence
from consents.services.proofs import issue_evidence
from iys_portal.core import audit
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.models import Document
from providers.api.calls import Ask
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import BrandCode, WhichConsent, moment

router = Router(tags=["evidence"])
RECORD, QUERY = Key(KeyScope.RECORD), Key(KeyScope.QUERY)


class Completed(Schema):
    completed: int = Field(description="1, or 0 where the consent no longer waits for its evidence.")


class DocumentOut(Schema):
    id: UUID
    number: str
    state: str = Field(description="waiting, ready, failed")
    sha256: str
    created_at: datetime


@router.post(
    "/evidence", auth=RECORD, response={200: Completed, REFUSALS: Problem}, summary="Attach a scan",
    operation_id="evidence",
)  # fmt: skip
@once
def evidence(request: HttpRequest, brand: BrandCode, file: File[UploadedFile], which: Form[WhichConsent]) -> Any:
    """PDF, JPEG or PNG by content; the consent may be used at once (R-S4)."""
    ask = asked(request)
    consent = _consent(ask, which)
    done = complete_evidence(actor=ask.actor, consent=consent, file=file, name=file.name or "", moment=ask.now)
    return {"completed": done}


@router.post(
    "/proofs", auth=QUERY, response={202: DocumentOut, REFUSALS: Problem}, summary="Have an evidence PDF made",
    operation_id="proof",
)  # fmt: skip
@once
def proof(request: HttpRequest, brand: BrandCode, body: WhichConsent) -> Any:
    """The consent with its history, texts, hashes and inclusion proof. Taking it out is audited (R-G3)."""
    ask = asked(request)
    consent = _consent(ask, body)
    return Status(202, _told(issue_evidence(actor=ask.actor, event_id=consent.event_id, whole=False, now=ask.now)))


@router.get(
    "/proofs/{document_id}", auth=QUERY, response={200: DocumentOut, REFUSALS: Problem}, summary="How a PDF stands",
    operation_id="proof_of",
)  # fmt: skip
def proof_of(request: HttpRequest, brand: BrandCode, document_id: UUID) -> Any:
    return _told(_document(asked(request), document_id))


@router.get(
    "/proofs/{document_id}/pdf", auth=QUERY, response={200: None, REFUSALS: Problem}, summary="The PDF",
    operation_id="proof_pdf",
)  # fmt: skip
def proof_pdf(request: HttpRequest, brand: BrandCode, document_id: UUID) -> HttpResponseBase:
    """409 while it is being made."""
    ask = asked(request)
    document = _document(ask, document_id)
    if document.state != DocumentState.READY:
        raise WrongMoment(code=f"document-{document.state}")
    audit.record("document.downloaded", document, actor=ask.actor)
    return FileResponse(document.file.open("rb"), as_attachment=True, filename=f"{document.number}.pdf")


def _consent(ask: Ask, which: WhichConsent) -> Consent:
    found = asked_of(which.as_document())
    require_channels(ask, [found.channel])
    consent = Consent.objects.visible_to(ask.actor).filter(pk=found.key(ask.brand.pk)).first()
    if consent is None:
        raise NotFound(code="consent")
    return consent


def _document(ask: Ask, document_id: UUID) -> Document:
    document = proof_document(ask.actor, ask.brand, document_id)
    if document is None:
        raise NotFound(code="document")
    return document


def _told(document: Document) -> dict[str, Any]:
    return {
        "id": str(document.public_id),
        "number": document.number,
        "state": str(document.state),
        "sha256": document.sha256,
        "created_at": moment(document.created_at),
    }
