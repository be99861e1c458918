"""The statement that a query's answer is signed as, form v1. Described in `docs/queries.md`; it never changes."""

import json
from typing import Any

from consents.effective import Reason
from consents.enums import Channel, RecipientType
from consents.models import RecipientQuery
from consents.problems import BY_NUMBER
from consents.written_moments import signed_text

from .form import signed_by
from .keys import sign

FORM = "iys-query-v1"


def statement_of(query: RecipientQuery) -> dict[str, Any]:
    """What the registry says about an answered list: no address, but the fingerprint of the file that holds them."""
    assert query.moment is not None
    assert query.valid_until is not None
    return {
        "form": FORM,
        "number": query.number,
        "provider": query.provider.iys_code,
        "brand": query.brand.brand_code,
        "channel": Channel(query.channel).name,
        "recipient_type": RecipientType(query.recipient_type).name,
        "asked_sha256": query.sha256,
        "total": query.total,
        "answers": {Reason(int(number)).name: total for number, total in query.counts.items()},
        "malformed": {BY_NUMBER[int(number)].code: total for number, total in query.malformed.items()},
        "moment": signed_text(query.moment),
        "valid_until": signed_text(query.valid_until),
        "result_sha256": query.result_sha256,
        "result_size": query.result_size,
    }


def canonical(statement: dict[str, Any]) -> bytes:
    """The bytes that are signed: JSON in UTF-8, keys in order, no blanks."""
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign_query(query: RecipientQuery) -> None:
    """Put the signature and its key's name on an answered query; the caller saves it."""
    query.key_id, query.signature = sign(canonical(statement_of(query)))


def signed_statement(query: RecipientQuery) -> dict[str, Any]:
    """The statement with its signature, as a file's values."""
    return {
        "statement": statement_of(query),
        "key_id": query.key_id,
        "signature": bytes(query.signature or b"").hex(),
    }


def holds(statement: dict[str, Any], signature: bytes, public: bytes) -> bool:
    """Whether the key of these 32 bytes signed the statement."""
    return signed_by(canonical(statement), signature, public)
