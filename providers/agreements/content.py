"""What an agreement holds (R-P4): plain values, frozen with the document; Turkish, as the law has it.

Identity numbers stand masked (R-P9): a signature's certificate, or the circular, says whose it is.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.encryption import keyed_hash
from providers.models import Application, Signatory

from . import texts

MONTHS = ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"]


def content(
    application: Application, people: Sequence[Signatory], *, version: int, text_version: int, qr: str, now: datetime
) -> dict[str, Any]:
    """The agreement's data; `people` in their order."""
    day = now.astimezone(ISTANBUL)
    return {
        "qr": qr,
        "application": application.number,
        "version": version,
        "text_version": text_version,
        "date": f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        "operator": dict(settings.OPERATOR),
        "applicant": {
            "legal": application.is_legal,
            "title": application.title,
            "mersis": application.mersis,
            "tax_office": application.tax_office,
            "tax_number": application.tax_number_shown,
            "address": f"{' '.join(application.address.split())}, {application.place_shown}",
            "email": application.email,
        },
        "signatories": [
            {"place": one.place, "name": one.full_name, "tckn": one.tckn_shown, "field": field_name(one.place)}
            for one in people
        ],
        "joint": len(people) > 1,
        "registry_field": REGISTRY_FIELD,
        "parts": texts.parts_of(text_version, court=settings.OPERATOR["court"]),
    }


REGISTRY_FIELD = "Sicil"


def field_name(place: int) -> str:
    """The PDF's name of a signatory's field; an ASCII one, because readers show others broken."""
    return f"Imza{place}"


def fingerprint(application: Application, people: Sequence[Signatory]) -> str:
    """Keyed hash of everything that the agreement says of the applicant: another one makes the agreement void."""
    facts = [
        application.kind,
        application.title,
        application.mersis,
        application.tax_office,
        application.tax_number,
        application.address,
        application.province,
        application.district,
        application.email,
        *([one.place, one.full_name, one.tckn] for one in people),
    ]
    return keyed_hash(json.dumps(facts, ensure_ascii=False), purpose="agreement")
