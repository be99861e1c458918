"""A sender's complaints (R-K6): the list, one case, the answer, more time. What the panel shows, and no more."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from complaints.enums import Topic
from complaints.models import Complaint
from complaints.selectors import cases, inbox
from complaints.services import answer_with_papers, ask_time
from complaints.transitions import COMPLAINT
from consents.api.v1.schemas import Body, BrandCode, ChannelName, Words, moment
from consents.enums import Channel
from iys_portal.core import audit
from iys_portal.core.errors import NotFound
from iys_portal.core.refused_files import FileRefused, invalid
from providers.api.calls import Ask
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

router = Router(tags=["complaints"], auth=Key(KeyScope.COMPLAINTS))


class ComplaintRow(Schema):
    id: UUID
    tracking_number: str
    state: str
    channel: ChannelName
    message_at: datetime
    due_on: date | None = Field(description="Until when an answer is expected, where one is.")


class Complaints(Schema):
    items: list[ComplaintRow]
    next: int | None = Field(description="Ask on with `before`.")


class DefenceOut(Schema):
    text: str
    given_at: datetime
    in_time: bool


class ComplaintOut(ComplaintRow):
    address: str = Field(description="Where the message came; who complains is not told (R-K6).")
    text: str
    topics: list[str]
    answers: list[DefenceOut]
    actions: list[str] = Field(description="What may be done now: answer, ask_time.")


class AnswerIn(Schema):
    text: Words = Field(min_length=1, max_length=20_000)


class TimeIn(Body):
    days: int = Field(ge=1, le=365)
    reason: Words = Field(min_length=1, max_length=2_000)


@router.get("", response={200: Complaints, REFUSALS: Problem}, summary="Complaints", operation_id="complaints")
def complaints(
    request: HttpRequest, brand: BrandCode,
    tab: Annotated[str, Query(pattern="^(open|overdue|answered|decided)?$")] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Any:  # fmt: skip
    """About the brand, the newest first, once the registry has asked for an answer."""
    ask = asked(request)
    rows, following = inbox.inbox_page(ask.actor, tab=tab, brand=ask.brand.pk, number="", before=before, now=ask.now)
    return {"items": [_line(row.complaint, row.left.due_on if row.left else None) for row in rows], "next": following}


@router.get(
    "/{complaint_id}", response={200: ComplaintOut, REFUSALS: Problem}, summary="One complaint",
    operation_id="complaint_of",
)  # fmt: skip
def complaint_of(request: HttpRequest, brand: BrandCode, complaint_id: UUID) -> Any:
    """That it was read is in the audit log (R-A3)."""
    ask = asked(request)
    case = _case(ask, complaint_id)
    audit.record("complaint.read", case, actor=ask.actor)
    return _told(case, ask)


@router.post(
    "/{complaint_id}/answer", response={201: ComplaintRow, REFUSALS: Problem}, summary="Answer",
    operation_id="complaint_answer",
)  # fmt: skip
@once
def complaint_answer(
    request: HttpRequest, brand: BrandCode, complaint_id: UUID, body: Form[AnswerIn],
    files: File[list[UploadedFile]] = [],  # noqa: B006 (never changed)
) -> Any:  # fmt: skip
    """The answer is frozen with its documents; one file that is refused keeps all of it from being sent.

    Answered without the case's text and address, which the call before it tells.
    """
    ask = asked(request)
    case = _case(ask, complaint_id)
    given = [(file.name or "", file) for file in files]
    try:
        answer_with_papers(complaint=case, text=body.text, files=given, actor=ask.actor, now=ask.now)
    except FileRefused as error:
        raise invalid(error, field="files") from None
    return Status(201, _row(_case(ask, complaint_id)))


@router.post(
    "/{complaint_id}/time", response={201: ComplaintRow, REFUSALS: Problem}, summary="Ask for more time",
    operation_id="complaint_time",
)  # fmt: skip
@once
def complaint_time(request: HttpRequest, brand: BrandCode, complaint_id: UUID, body: TimeIn) -> Any:
    ask = asked(request)
    ask_time(complaint=_case(ask, complaint_id), days=body.days, reason=body.reason, actor=ask.actor, now=ask.now)
    return Status(201, _row(_case(ask, complaint_id)))


def _case(ask: Ask, complaint_id: UUID) -> Complaint:
    found = cases.visible(ask.actor).filter(public_id=complaint_id, brand=ask.brand).first()
    if found is None:
        raise NotFound(code="complaint")
    return found


def _row(case: Complaint) -> dict[str, Any]:
    """All that an act is answered with: what is kept for its repeat holds nothing about a person (R-G1)."""
    clock = inbox.defence_clock(case)
    return _line(case, clock.due_on if clock else None)


def _line(case: Complaint, due_on: date | None) -> dict[str, Any]:
    assert case.channel is not None  # what was filed is whole (R-K2)
    return {
        "id": str(case.public_id),
        "tracking_number": case.tracking_number,
        "state": str(case.state),
        "channel": Channel(case.channel).name,
        "message_at": moment(case.message_at),
        "due_on": due_on.isoformat() if due_on else None,
    }


def _told(case: Complaint, ask: Ask) -> dict[str, Any]:
    answers = [
        {"text": one.text, "given_at": moment(one.given_at), "in_time": one.in_time} for one in cases.defences_of(case)
    ]
    moves = {move.name for move in COMPLAINT.available(case, ask.actor)}
    return {
        **_row(case),
        "address": case.address,
        "text": case.text,
        "topics": [Topic(topic).name for topic in case.topics],
        "answers": answers,
        "actions": sorted(moves & {"answer", "ask_time"}),
    }
