"""What webhooks and push say, and how a webhook is signed (docs/webhooks.md). Pure: rows in, bytes out."""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from consents.enums import Channel
from consents.models import ConsentEvent
from iys_portal.core.calendar import ISTANBUL

PREFIX = "whsec_"
PUSH_TEST: dict[str, Any] = {
    "iysCode": 121212,
    "brandCode": 121212,
    "consentDate": "2015-05-01 15:00:00",
    "creationDate": "2015-05-01 15:00:00",
    "source": "IYS_MOBIL",
    "recipient": "pushtest@iys.org.tr",
    "recipientType": "BIREYSEL",
    "status": "ONAY",
    "type": "EPOSTA",
    "transactionId": "e52ee30512adfcd2a41fb3b4682f5bd61eee5b1c92bda665fc0b7e56644d429d",
}
"""The test of the national interface: the same for everybody."""


def secret_text(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode("ascii")


def signature(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one `v1,…` for each secret that holds (Standard Webhooks)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets]
    made = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii") for key in keys]
    return " ".join(f"v1,{one}" for one in made)


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def envelope(event: str, *, at: datetime, data: Mapping[str, Any]) -> bytes:
    return as_bytes({"type": event, "timestamp": at.astimezone(ISTANBUL).isoformat(), "data": data})


def change(
    event: ConsentEvent,
    told: Mapping[str, Any],
    *,
    brand_code: int,
    known: Collection[tuple[str, int]],
    stop_by: Mapping[int, date],
) -> dict[str, Any]:
    """One change of a webhook. The address only where the provider recorded it itself or its owner gave it (R-G1)."""
    found = {"position": event.event_id, "brandCode": brand_code, **told}
    if (event.recipient, event.brand_id) not in known:
        del found["recipient"]
    if event.event_id in stop_by:
        found["stopBy"] = stop_by[event.event_id].isoformat()
    return found


def wish(row: Any, *, brand_code: int) -> dict[str, Any]:
    """A standing wish that overrules a consent which the provider holds (R-Z8)."""
    return {
        "brandCode": brand_code,
        "recipient": row.recipient,
        "type": Channel(row.channel).name,
        "stopBy": row.due_on.isoformat(),
    }


def as_bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
