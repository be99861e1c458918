"""The evidence PDF (R-L3): everything the registry holds about consents, in words, with what proves it.

Plain values only: they are frozen with the document and never made again.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from consents.enums import Channel, RecipientType, Status
from consents.models import LedgerSeal
from consents.selectors.evidence import papers_of
from consents.selectors.history import Line, Record
from consents.selectors.told import Told
from consents.written_moments import printed


def content(
    records: Sequence[Record], *, recipient: str, proof: dict[str, Any], seals: Sequence[LedgerSeal], qr: str
) -> dict[str, Any]:
    """The document's data. `proof` is the `iys-proof-v1` of the same records; its proofs stand beside their events."""
    proofs = {event["event"]: event["proof"] for event in proof["events"]}
    return {
        "qr": qr,
        "recipient": recipient,
        "whole": len(records) > 1,
        "records": [_record(record, proofs) for record in records],
        "seals": [_seal(seal) for seal in seals],
        "unsealed": sum(one is None for one in proofs.values()),
        "proof": proof,
    }


def _record(record: Record, proofs: dict[int, Any]) -> dict[str, Any]:
    consent = record.consent
    texts = {line.text.id: line.text for line in record.lines if line.text}
    return {
        "brand": record.brand.name,
        "brand_code": record.brand.brand_code,
        "provider": record.brand.provider.title,
        "mersis": record.brand.provider.mersis,
        "channel": str(Channel(consent.channel).label),
        "type": str(RecipientType(consent.recipient_type).label),
        "status": str(Status(consent.status).label),
        "reason": str(record.reason.label),
        "events": [_event(line, proofs.get(line.event.event_id)) for line in reversed(record.lines)],
        "texts": [
            {"title": text.title, "version": text.version, "words": text.text.strip()} for text in texts.values()
        ],
        "papers": [
            {
                "name": paper.evidence.name if paper.is_file else paper.evidence.reference,
                "kind": paper.kind,
                "sha256": paper.fingerprint,
                "present": paper.present,
            }
            for paper in papers_of(record)
        ],
    }


def _event(line: Line, proof: dict[str, Any] | None) -> dict[str, Any]:
    event = line.event
    return {
        "number": event.event_id,
        "version": event.version,
        "title": line.title,
        "status": str(Status(event.status).label),
        "dated": printed(event.consent_date),
        "registered": printed(event.registered_at),
        "late": event.late,
        "source": str(line.source.label) if line.source else "",
        "source_code": line.source.name if line.source else "",
        "who": line.who,
        "way": str(line.way),
        "file": line.by_import.file_name if line.by_import else "",
        "retailer": str(line.retailer) if isinstance(line.retailer, Model) else "",
        "evidence": line.evidence,
        "text": f"{line.text.title}, {_('version')} {line.text.version}" if line.text else "",
        "note": line.note,
        "told": [_told(told) for told in line.told],
        "transaction": line.transaction,
        "proof": proof
        and {"seal": proof["seal"], "place": proof["place"], "leaf": proof["leaf"], "path": proof["path"]},
    }


def _told(told: Told) -> dict[str, Any]:
    return {
        "title": str(told.title),
        "means": str(told.means.label),
        "state": str(told.label),
        "sent": printed(told.sent_at),
        "message_id": told.message_id,
        "answer": told.answer,
        "own": f"{printed(told.own_at)} {told.own_means}" if told.own_at else "",
    }


def _seal(seal: LedgerSeal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "sealed": printed(seal.sealed_at),
        "events": seal.events,
        "root": seal.events_root_hex,
        "hash": seal.hash_hex,
        "key": seal.key_id,
        "signature": seal.signature_hex,
    }
