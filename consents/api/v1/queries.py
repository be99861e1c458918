"""Before sending (R-S1): a list of addresses is answered at once, signed, and kept to be taken as a file."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse
from ninja import Field, Router, Schema

from consents.api.base import require_channels
from consents.effective import Reason
from consents.enums import Channel, RecipientType
from consents.exports import CSV
from consents.models import RecipientQuery
from consents.problems import BY_NUMBER
from consents.proof.queries import signed_statement
from consents.selectors import queries as selectors
from consents.services import queries as services
from iys_portal.core import audit
from iys_portal.core.errors import NotFound
from iys_portal.core.storage import private_path
from providers.api.calls import Ask
from providers.api.v1.frame import Key, asked
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import Address, Body, BrandCode, ChannelName, RecipientTypeName, moment

router = Router(tags=["queries"], auth=Key(KeyScope.QUERY))
MALFORMED = "MALFORMED"
ROWS = settings.REGISTRY["API_QUERY_ROWS"]


class QueryIn(Body):
    channel: ChannelName
    recipient_type: RecipientTypeName = "BIREYSEL"
    recipients: list[Address] = Field(min_length=1, max_length=ROWS)


class AnswerOut(Schema):
    recipient: str = Field(description="As it was asked.")
    address: str | None = Field(description="As the registry stores it.")
    answer: str = Field(
        description="SENDABLE, REFUSED, UNKNOWN, AWAITING_CONFIRMATION, EVIDENCE_MISSING, REGISTER_FIRST; NOT_ALLOWED"
        " where the provider is suspended or closed or a freeze holds, MALFORMED where it is no address of the channel."
    )
    reason: str


class QueryOut(Schema):
    id: UUID
    number: str
    moment: datetime
    valid_until: datetime
    statement: dict[str, Any] = Field(description="What is signed (docs/queries.md): Ed25519 over its canonical JSON.")
    key_id: str
    signature: str


class QueryAnswered(QueryOut):
    answers: list[AnswerOut]


@router.post(
    "", response={200: QueryAnswered, REFUSALS: Problem}, summary=f"Ask about up to {ROWS:,} addresses",
    operation_id="query",
)  # fmt: skip
def query(request: HttpRequest, brand: BrandCode, body: QueryIn) -> Any:
    """Each address is answered in its place; the whole is signed. The provider's day has a quota of addresses."""
    ask = asked(request)
    channel = Channel[body.channel]
    require_channels(ask, [channel])
    found, rows = services.ask_by_api(
        actor=ask.actor, brand=ask.brand, channel=channel, recipient_type=RecipientType[body.recipient_type],
        addresses=body.recipients,
    )  # fmt: skip
    words = {number: _words(number) for number in {number for _address, number in rows}}
    answers = [
        {"recipient": recipient, "address": address, **words[number]}
        for recipient, (address, number) in zip(body.recipients, rows, strict=True)
    ]
    # Written as it is: the schema would look at each of ten thousand answers once more.
    return JsonResponse(_told(found) | {"answers": answers}, json_dumps_params={"ensure_ascii": False})


@router.get(
    "/{query_id}", response={200: QueryOut, REFUSALS: Problem}, summary="An answered query", operation_id="query_of"
)
def query_of(request: HttpRequest, brand: BrandCode, query_id: UUID) -> Any:
    """The signed statement; it holds no address."""
    return _told(_query(asked(request), query_id))


@router.post(
    "/{query_id}/file", response={200: None, REFUSALS: Problem}, summary="Take its file", operation_id="query_file"
)
def query_file(request: HttpRequest, brand: BrandCode, query_id: UUID) -> HttpResponseBase:
    """The CSV whose SHA-256 the statement names. By POST as in the panel: who takes it is in the audit log (R-G3)."""
    ask = asked(request)
    item = _query(ask, query_id)
    if not item.result:
        raise NotFound(code="forgotten")
    audit.record("query.exported", item, actor=ask.actor, new={"kind": "csv", "rows": item.total})
    path = private_path(item.result.name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{item.number}.csv", content_type=CSV)


def _query(ask: Ask, query_id: UUID) -> RecipientQuery:
    item = selectors.visible_query(ask.actor, query_id)
    if item.brand_id != ask.brand.pk or not item.answered:
        raise NotFound(code="query")
    return item


def _words(number: int) -> dict[str, str]:
    if number in BY_NUMBER:
        return {"answer": MALFORMED, "reason": BY_NUMBER[number].code}
    reason = Reason(number)
    return {"answer": reason.effective.name, "reason": reason.name}


def _told(item: RecipientQuery) -> dict[str, Any]:
    return {
        "id": str(item.public_id),
        "number": item.number,
        "moment": moment(item.moment),
        "valid_until": moment(item.valid_until),
        **signed_statement(item),
    }
