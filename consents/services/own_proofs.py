"""What citizens take home of their own history (R-Z4, R-L3): the evidence PDF, and a signed receipt of one event.

Both begin at the own addresses and where their present holder's history begins: another person's event, and an earlier
holder's, is `NotFound`. The documents belong to the citizen alone; no company sees that they were made.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from consents.document_kinds import PROOF, RECEIPT
from consents.documents import proof as document_proof
from consents.documents.receipts import receipt_of
from consents.documents.verify import verify_address
from consents.enums import Channel
from consents.models import ConsentEvent, ConsentText
from consents.proof.receipts import signed_receipt
from consents.selectors import history
from consents.selectors.own_history import consent_behind, lines_of, own_event, own_events
from consents.selectors.proofs import proof_of
from consents.written_moments import printed
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from iys_portal.core.models import Document


@transaction.atomic
def issue_own_evidence(*, actor: Actor, event_id: int, now: datetime) -> Document:
    """Freeze the evidence of the own consent that an event is about. Raises `NotFound`, `NotAllowed`. Audited."""
    event, address = _own(actor, event_id)
    consent, since = consent_behind(event), address.history_from
    brand = history.brand_of(consent)
    number = documents.new_number(PROOF)
    proof = proof_of([consent], [brand], now=now, since=since)
    data = document_proof.content(
        [history.record_of(actor, consent, brand, now=now, since=since)],
        recipient=consent.recipient,
        proof={**proof.values, "document": number},
        seals=proof.seals,
        qr=verify_address(number, proof.newest),
    )
    return _issue(PROOF, number, data, event=event, actor=actor, now=now, verb="consent.proof_taken")


@transaction.atomic
def issue_receipt(*, actor: Actor, event_id: int, now: datetime) -> Document:
    """Freeze and sign a receipt of one own event (ISO/IEC TS 27560), as JSON and PDF. Raises as above. Audited."""
    event, address = _own(actor, event_id)
    brand = history.brand_of(consent_behind(event))
    same = {"brand_id": event.brand_id, "channel": event.channel, "recipient_type": event.recipient_type}
    before = own_events([address]).filter(**same, version__lte=event.version).order_by("version")
    text = ConsentText.objects.filter(pk=event.text_version_id).first() if event.text_version_id else None
    number = documents.new_number(RECEIPT)
    signed = signed_receipt(receipt_of(list(before), brand=brand, text=text, number=number, made_at=now))
    data = {"signed": signed, **_in_words(actor, address, event, now=now, text=text, number=number)}
    return _issue(RECEIPT, number, data, event=event, actor=actor, now=now, verb="consent.receipt_taken")


def own_document(actor: Actor, public_id: Any) -> Document | None:
    """A document that this citizen had made; None for any other (R-A1)."""
    actor.require(Permission.CONSENT_OWN)
    own = Document.objects.filter(actor_kind=actor.kind, actor_id=actor.id, kind__in=(PROOF, RECEIPT))
    return own.filter(public_id=public_id).first()


def _own(actor: Actor, event_id: int) -> tuple[ConsentEvent, ProvenAddress]:
    actor.require(Permission.CONSENT_OWN)
    addresses = addresses_of(actor.id)
    event = own_event(addresses, event_id)
    if event is None:
        raise NotFound(code="event")
    return event, next(row for row in addresses if row.address == event.recipient)


def _in_words(
    actor: Actor, address: ProvenAddress, event: ConsentEvent, *, now: datetime, text: ConsentText | None, number: str
) -> dict[str, Any]:
    """The same for a reader, frozen beside what is signed."""
    (line,) = lines_of(actor, [address], [event], now=now)
    return {
        "qr": verify_address(number),
        "recipient": event.recipient,
        "title": str(line.words.title),
        "notes": [str(note) for note in line.words.notes],
        "brand": line.brand.name,
        "brand_code": line.brand.brand_code,
        "provider": line.brand.provider.title,
        "mersis": line.brand.provider.mersis,
        "channel": str(Channel(event.channel).label),
        "dated": printed(event.consent_date),
        "registered": printed(event.registered_at),
        "source": str(line.source),
        "dealer": line.dealer,
        "event": event.event_id,
        "text": text and {"title": text.title, "version": text.version, "words": text.text.strip()},
    }


def _issue(
    kind: str, number: str, data: dict[str, Any], *, event: ConsentEvent, actor: Actor, now: datetime, verb: str
) -> Document:
    document = documents.issue(
        kind=kind,
        number=number,
        data=data,
        subject=("consents.consent", str(event.event_id)),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        actor=actor,
        now=now,
    )
    audit.record(verb, ("consents.consent", str(event.event_id)), actor=actor, new={"document": number})
    return document
