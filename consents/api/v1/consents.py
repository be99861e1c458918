"""Consents in and out: one, many, status, history, and the whole feed."""

import base64
import binascii
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from consents.api.base import require_channels
from consents.api.faults import fault_of, status_of
from consents.api.reading import asked_of, consent_of
from consents.effective import judge
from consents.enums import Channel, Status, WayIn
from consents.selectors import api as selectors
from consents.services import api_consents
from consents.services.api_consents import EntryRefused
from consents.services.api_questions import note_history
from consents.services.records import Outcome, record_consents
from iys_portal.core.errors import Invalid
from iys_portal.core.numbers import number_in
from providers.api.errors import Refused
from providers.api.v1.frame import Key, asked, count_of_key, once
from providers.api.v1.problems import REFUSALS, Problem, of_fault
from providers.enums import KeyScope

from .schemas import (
    BrandCode,
    Changes,
    ChannelName,
    ConsentIn,
    ConsentsIn,
    History,
    Limit,
    Recorded,
    RecordedMany,
    StatusName,
    StatusOut,
    WhichConsent,
    event_of,
    moment,
)

router = Router(tags=["consents"])
RECORD, QUERY = Key(KeyScope.RECORD), Key(KeyScope.QUERY)
FIRST = "1:"  # form of a cursor


@router.post("", auth=RECORD, response={200: Recorded, REFUSALS: Problem}, summary="Record one", operation_id="record")
@once
def record(request: HttpRequest, brand: BrandCode, body: ConsentIn) -> Any:
    """One consent or refusal. An exact repeat is answered with the first transaction (R-C14)."""
    ask, sent = asked(request), body.as_document()
    try:
        added = api_consents.add_consent(actor=ask.actor, brand=ask.brand, given=consent_of(sent), moment=ask.now)
    except EntryRefused as error:
        raise Refused(status_of(error.number), [fault_of(error.number, sent)]) from None
    return {"transaction_id": added.transaction_id, "registered_at": moment(added.registered_at)}


@router.post(
    "/many", auth=RECORD, response={200: RecordedMany, REFUSALS: Problem}, summary="Record many",
    operation_id="record_many",
)  # fmt: skip
@once
def record_many(request: HttpRequest, brand: BrandCode, body: ConsentsIn) -> Any:
    """Up to a thousand in one transaction, each with its own outcome, in their order (R-C10)."""
    ask, sent = asked(request), [one.as_document() for one in body.consents]
    outcomes = record_consents(
        actor=ask.actor, brand=ask.brand, entries=[consent_of(one).entry for one in sent], way=WayIn.API, strict=True,
        moment=ask.now,
    )  # fmt: skip
    entries = [_entry(index, outcome, sent[index]) for index, outcome in enumerate(outcomes)]
    return {"recorded": sum(outcome.verdict.written for outcome in outcomes), "entries": entries}


def _entry(index: int, outcome: Outcome, sent: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"index": index, "verdict": outcome.verdict.name, "transaction_id": outcome.transaction_id}
    if outcome.problem is not None:
        told["error"] = of_fault(fault_of(outcome.problem.number, sent), before=f"#/consents/{index}")
    return told


@router.post(
    "/status", auth=QUERY, response={200: StatusOut, REFUSALS: Problem}, summary="Status of one",
    operation_id="status",
)  # fmt: skip
def status(request: HttpRequest, brand: BrandCode, body: WhichConsent) -> Any:
    """May this address be written to now (R-S4), and why? By POST: addresses have no place in addresses."""
    ask = asked(request)
    count_of_key(request, "lookups")
    which = asked_of(body.as_document())
    require_channels(ask, [which.channel])
    key = which.key(ask.brand.pk)
    reason = judge([key], now=ask.now)[0]
    return {
        "recipient": which.recipient,
        "answer": reason.effective.name,
        "reason": reason.name,
        "explanation": str(reason.label),
        "record": selectors.status_of(key, now=ask.now),
    }


@router.post(
    "/history", auth=QUERY, response={200: History, REFUSALS: Problem}, summary="History of one",
    operation_id="history",
)  # fmt: skip
def history(
    request: HttpRequest, brand: BrandCode, body: WhichConsent, limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Any:  # fmt: skip
    """What moved one consent, newest first. That it was read is in the audit log (R-A3)."""
    ask = asked(request)
    count_of_key(request, "history")
    which = asked_of(body.as_document())
    require_channels(ask, [which.channel])
    rows = selectors.history_of(which.key(ask.brand.pk))
    found = list(rows[offset : offset + limit])
    if found:
        note_history(actor=ask.actor, brand=ask.brand, event_id=found[0].event_id)
    return {"total": rows.count(), "items": [event_of(event) for event in found]}


@router.get(
    "/changes", auth=QUERY, response={200: Changes, REFUSALS: Problem}, summary="Everything that happened",
    operation_id="changes",
)  # fmt: skip
def changes(
    request: HttpRequest,
    brand: BrandCode,
    cursor: Annotated[str, Query(max_length=60, description="Where to go on; without it from the beginning.")] = "",
    limit: Limit = 1_000,
    channel: ChannelName | None = None,
    status: StatusName | None = None,
    by: Annotated[str | None, Query(pattern="^(recipient|provider)$", description="Who caused it.")] = None,
) -> Any:
    """The brand's whole history in the registry's order: each event once, none skipped, however late it committed."""
    ask = asked(request)
    pulled = selectors.feed_page(
        ask.actor,
        ask.brand,
        after=_place(cursor),
        limit=limit,
        channel=Channel[channel] if channel else None,
        status=Status[status] if status else None,
        registry={"recipient": True, "provider": False}.get(by or ""),
    )
    items = [event_of(event) for event in pulled.events]
    return {"items": items, "cursor": _cursor(pulled.after), "more": pulled.more}


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"{FIRST}{place}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    """The place that a cursor means. Raises `Invalid` for what is none of ours."""
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        text = ""
    place = number_in(text.removeprefix(FIRST), digits=19) if text.startswith(FIRST) else None
    if place is None or place >= 2**63:
        raise Invalid(_("This cursor is none of the registry's."), code="cursor")
    return place
