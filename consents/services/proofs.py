"""Issue the evidence PDF (R-L3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from consents.document_kinds import PROOF
from consents.documents import proof as document_proof
from consents.documents.verify import verify_address
from consents.models import Consent
from consents.selectors import history
from consents.selectors.proofs import proof_of
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.models import Document
from providers.models import Brand

MAX_CONSENTS = 200
"""Consents of one document; an address with more is told brand by brand."""


@transaction.atomic
def issue_evidence(*, actor: Actor, event_id: int, whole: bool, now: datetime) -> Document:
    """Freeze the evidence of the consent that an event is about, or of every consent at its address in the scope.

    Raises `NotFound` for another's consent (R-A1), `NotAllowed` for staff who may not see addresses, `Invalid` for an
    address with more than `MAX_CONSENTS` consents. Audited as taking out a proof.
    """
    consent = _to_prove(actor, event_id)
    consents = _at_address(actor, consent) if whole else [consent]
    brands = {
        one.pk: one for one in Brand.objects.select_related("provider").filter(pk__in={c.brand_id for c in consents})
    }
    providers = {brand.provider_id for brand in brands.values()}
    provider_id = providers.pop() if len(providers) == 1 else None
    number = documents.new_number(PROOF)
    proof = proof_of(consents, brands.values(), now=now)
    data = document_proof.content(
        [history.record_of(actor, one, brands[one.brand_id], now=now) for one in consents],
        recipient=consent.recipient,
        proof={**proof.values, "document": number},
        seals=proof.seals,
        qr=verify_address(number, proof.newest),
    )
    document = documents.issue(
        kind=PROOF,
        number=number,
        data=data,
        subject=("consents.consent", str(consent.event_id)),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        actor=actor,
        now=now,
        provider_id=provider_id,
    )
    _note(consent, actor, provider_id, {"document": number, "consents": len(consents)})
    return document


@transaction.atomic
def take_proof(*, actor: Actor, event_id: int, now: datetime) -> dict[str, Any]:
    """The proof of the consent that an event is about, as a file's values. Rights and audit as for the document."""
    consent = _to_prove(actor, event_id)
    brand = history.brand_of(consent)
    _note(consent, actor, brand.provider_id, None)
    return proof_of([consent], [brand], now=now).values


def _to_prove(actor: Actor, event_id: int) -> Consent:
    actor.require(Permission.CONSENT_VIEW)
    consent = history.consent_of(actor, event_id)
    if consent is None:
        raise NotFound
    if actor.all_providers:
        actor.require(Permission.PERSON_SHOW)
    return consent


def _note(consent: Consent, actor: Actor, provider_id: int | None, new: dict[str, Any] | None) -> None:
    target = ("consents.consent", str(consent.event_id))
    audit.record("consent.proof_taken", target, actor=actor, provider_id=provider_id, new=new)


def _at_address(actor: Actor, consent: Consent) -> Sequence[Consent]:
    found = Consent.objects.visible_to(actor).filter(recipient=consent.recipient)
    consents = list(found.order_by("brand_id", "channel", "recipient_type")[: MAX_CONSENTS + 1])
    if len(consents) > MAX_CONSENTS:
        text = _("This address has more than %(limit)d consents. Have the documents made one by one.")
        raise Invalid(text % {"limit": MAX_CONSENTS})
    return consents
