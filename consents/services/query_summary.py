"""The summary of an answered query as a document (R-S1): numbers, fingerprints and signature, no address."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from consents.document_kinds import QUERY
from consents.documents.verify import verify_address
from consents.models import RecipientQuery
from consents.proof.queries import signed_statement
from consents.selectors.queries import about, reasons_in_words
from consents.written_moments import printed
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import Document


def document_of(query: RecipientQuery) -> Document | None:
    """The summary that was issued; its number is the query's."""
    return Document.objects.filter(kind=QUERY, number=query.number).first()


@transaction.atomic
def issue_summary(query: RecipientQuery, *, actor: Actor, now: datetime) -> Document:
    """Issue the summary, or give the one that was issued: a second click is ordinary. Audited.

    Raises `WrongMoment` before the answer.
    """
    actor.require(Permission.CONSENT_QUERY)
    query = RecipientQuery.objects.select_for_update(of=("self",)).select_related("brand", "provider").get(pk=query.pk)
    if not query.answered:
        raise WrongMoment
    issued = document_of(query)
    if issued is not None:
        return issued
    document = documents.issue(
        kind=QUERY,
        number=query.number,
        data=_content(query),
        subject=("consents.recipientquery", str(query.pk)),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        actor=actor,
        now=now,
        provider_id=query.provider_id,
    )
    audit.record("query.summary", query, actor=actor)
    return document


def _content(query: RecipientQuery) -> dict[str, Any]:
    named = {name: str(value) for name, value in about(query).items()}
    return {
        "qr": verify_address(query.number),
        "provider": query.provider.title,
        "mersis": query.provider.mersis,
        "brand": query.brand.name,
        "brand_code": query.brand.brand_code,
        **named,
        "file": query.file_name,
        "moment": printed(query.moment),
        "valid_until": printed(query.valid_until),
        "total": query.total,
        "reasons": [list(row) for row in reasons_in_words(query)],
        "signed": signed_statement(query),
    }
