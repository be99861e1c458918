"""A citizen's receipt for one event (R-Z4): the fields of ISO/IEC TS 27560, by its names in snake_case.

`docs/receipts.md` lists them. Plain values only, so that any program reads them; whole numbers and texts, because the
bytes that are signed have to be the same in every language.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from consents.canonical import fields_of, leaf_v1
from consents.enums import Channel, EventKind, RecipientType, Source, Status
from consents.models import ConsentEvent, ConsentText
from consents.opaque import fingerprint
from consents.proof.receipts import FORM
from consents.written_moments import signed_text
from iys_portal.core.actors import ActorKind
from providers.models import Brand, Provider

SCHEMA = "ISO/IEC TS 27560:2023"
REGISTRY = "registry"
RIGHTS = ("access", "withdrawal", "erasure_after_retention", "complaint")


def receipt_of(
    events: Sequence[ConsentEvent],
    *,
    brand: Brand,
    text: ConsentText | None,
    number: str,
    made_at: datetime,
) -> dict[str, Any]:
    """The receipt for the last of these events of one consent, oldest first."""
    last = events[-1]
    return {
        "form": FORM,
        "schema_version": SCHEMA,
        "receipt_id": number,
        "receipt_time": signed_text(made_at),
        "record_id": bytes(last.transaction_id).hex(),
        "pii_principal_id": fingerprint(last.recipient),
        "pii_processing": {
            "privacy_notice": _notice(text),
            "language": text.language if text else settings.LANGUAGE_CODE,
            "purposes": [_purpose(last, brand)],
        },
        "party_identification": [_controller(brand.provider), _registry()],
        "events": [
            _event(event, former, brand.provider) for former, event in zip((None, *events), events, strict=False)
        ],
        "ledger": {"event": last.event_id, "leaf": leaf_v1(fields_of(last)).hex()},
    }


def _notice(text: ConsentText | None) -> dict[str, Any] | None:
    """The words that were agreed to, where the record names them (R-C18)."""
    if text is None:
        return None
    sha256 = hashlib.sha256(text.text.encode()).hexdigest()
    return {"title": text.title, "version": text.version or 0, "language": text.language, "sha256": sha256}


def _purpose(event: ConsentEvent, brand: Brand) -> dict[str, Any]:
    channel = Channel(event.channel)
    return {
        "purpose": "commercial_electronic_messages",
        "purpose_type": "direct_marketing",
        "service": {"brand_number": brand.brand_code, "brand_name": brand.name},
        "lawful_basis": "consent",
        "pii_information": [
            {
                "pii_type": "phone_number" if channel.takes_phone else "email_address",
                "pii_attribute_id": fingerprint(event.recipient),
                "pii_optional": False,
                "sensitive_pii_category": False,
            }
        ],
        "pii_controllers": [_party(brand.provider)],
        "collection_method": Source(event.source).name if event.source else None,
        "processing_method": channel.name,
        "recipient_type": RecipientType(event.recipient_type).name,
        "storage_locations": ["TR"],
        "retention_period": f"P{settings.REGISTRY['KEEP_YEARS']}Y",
        "jurisdiction": "TR",
        "recipient_third_parties": [],
        "withdrawal_method": settings.PORTAL_URL + reverse("consents:own"),
        "privacy_rights": list(RIGHTS),
    }


def _controller(provider: Provider) -> dict[str, Any]:
    return {
        "party_id": _party(provider),
        "party_role": "pii_controller",
        "party_name": provider.title,
        "party_type": provider.kind,
        "party_email": provider.email,
    }


def _registry() -> dict[str, Any]:
    return {
        "party_id": REGISTRY,
        "party_role": "registry",
        "party_name": settings.SITE_NAME,
        "party_type": "public_registry",
        "party_url": settings.PORTAL_URL,
    }


def _party(provider: Provider) -> str:
    return f"mersis:{provider.mersis}"


def _event(event: ConsentEvent, former: ConsentEvent | None, provider: Provider) -> dict[str, Any]:
    own = event.actor_kind == ActorKind.RECIPIENT
    return {
        "event_time": signed_text(event.consent_date) if event.consent_date else None,
        "recorded_time": signed_text(event.registered_at),
        "event_type": EventKind(event.kind).name.lower(),
        "event_state": state_of(event, former),
        "entity_id": "pii_principal" if own else _party(provider),
        "collection_method": Source(event.source).name if event.source else None,
        "validity_duration": "until_withdrawn" if event.status == Status.ONAY else None,
    }


def state_of(event: ConsentEvent, former: ConsentEvent | None) -> str:
    """The state that the event left, in one word."""
    if event.status == Status.IPTAL:
        return "cancelled"
    if event.status == Status.RET:
        return "withdrawn" if former is not None and former.status == Status.ONAY else "refused"
    if event.kind == EventKind.CONFIRM:
        return "confirmed"
    if event.holds:
        return "given_not_usable"
    return "renewed" if former is not None and former.status == Status.ONAY else "given"
