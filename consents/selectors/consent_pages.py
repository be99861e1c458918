"""Reads of consent pages (R-M7): a provider's own, the public one by its short name, and a receipt by its number."""

from django.db.models import QuerySet

from consents.document_kinds import PAGE_RECEIPT
from consents.models import ConsentPage
from iys_portal.core.actors import Actor
from iys_portal.core.codes import read_code
from iys_portal.core.documents import DIGITS
from iys_portal.core.models import Document


def visible(actor: Actor) -> QuerySet[ConsentPage]:
    """Pages that the actor may see (R-A1), newest first."""
    return ConsentPage.objects.visible_to(actor).select_related("brand__provider", "text__brand__provider", "retailer")


def page_of(actor: Actor, public_id: str) -> ConsentPage | None:
    return visible(actor).filter(public_id=public_id).first()


def public_page(public_id: str) -> ConsentPage | None:
    """The page that anybody may open, on or off; None where there is none."""
    found = ConsentPage.objects.select_related("brand__provider", "text__brand__provider", "retailer")
    return found.filter(public_id=public_id).first()


def receipt_of(page: ConsentPage, number: str) -> Document | None:
    """The receipt with this number, if it is one of this page."""
    about = {"kind": PAGE_RECEIPT, "subject_type": "consents.consentpage", "subject_id": str(page.pk)}
    return Document.objects.filter(number=read_code(number, digits=DIGITS), **about).first()
