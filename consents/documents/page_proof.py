"""What proves a consent that was given on a consent page (R-M7), and the receipt that its giver keeps.

The proof is a file of evidence like a scan: the ledger holds its hash. It names no address; each stands in it as the
keyed hash by which the audit log names it, and in the ledger beside the proof's hash.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from consents.enums import Channel
from consents.models import ConsentPage
from consents.opaque import fingerprint
from consents.page_visits import Proven, Visit
from consents.written_moments import printed, signed_text
from iys_portal.accounts.models import PrivacyNotice
from iys_portal.core.masking import mask

from .verify import verify_address

FORM = "iys-consent-page-v1"


def proof_of_answer(
    page: ConsentPage,
    visit: Visit,
    chosen: Mapping[Channel, Proven],
    *,
    number: str,
    notice: PrivacyNotice,
    language: str,
    moment: datetime,
) -> dict[str, Any]:
    """The file's values; docs/adr/0017-consent-pages.md says what each is for."""
    text = page.text
    return {
        "form": FORM,
        "receipt": number,
        "visit": visit.nonce.hex,
        "answered_at": signed_text(moment),
        "language": language,
        "page": {
            "id": page.public_id,
            "version": page.version,
            "address": settings.PORTAL_URL + reverse("consents:page-public", args=[page.public_id]),
            "title": page.title,
            "purpose": page.purpose,
            "offered": [channel.name for channel in page.offered],
            "dealer": page.retailer.code if page.retailer else "",
        },
        "brand": {"number": page.brand.brand_code, "name": page.brand.name},
        "provider": {"title": page.brand.provider.title, "mersis": page.brand.provider.mersis},
        "text": {
            "title": text.title,
            "version": text.version,
            "language": text.language,
            "sha256": hashlib.sha256(text.text.encode()).hexdigest(),
        },
        "privacy_notice": {
            "version": notice.version,
            "language": notice.language,
            "read_at": signed_text(visit.read_at),
        },
        "ticked": [
            {"channel": channel.name, "address_hash": fingerprint(one.address), "code_proven_at": signed_text(one.at)}
            for channel, one in chosen.items()
        ],
    }


def receipt_of_answer(
    page: ConsentPage,
    chosen: Mapping[Channel, Proven],
    written: Sequence[tuple[int, str]],
    *,
    number: str,
    proof: bytes,
    moment: datetime,
) -> dict[str, Any]:
    """The receipt's data; `written` are event and transaction of each channel. Addresses are masked: its page opens by
    the number alone."""
    return {
        "qr": verify_address(number),
        "page": page.public_id,
        "title": page.title,
        "purpose": page.purpose,
        "brand": page.brand.name,
        "brand_code": page.brand.brand_code,
        "provider": page.brand.provider.title,
        "mersis": page.brand.provider.mersis,
        "at": printed(moment),
        "channels": [
            {
                "code": channel.name,
                "address": mask(one.address),
                "proven": printed(one.at),
                "event": event,
                "transaction": transaction,
            }
            for (channel, one), (event, transaction) in zip(chosen.items(), written, strict=True)
        ],
        "text": {"title": page.text.title, "version": page.text.version, "language": page.text.language,
                 "words": page.text.text.strip()},
        "proof": proof.hex(),
    }  # fmt: skip
