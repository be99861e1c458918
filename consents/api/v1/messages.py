"""Messages (R-S2, R-S3): register, have the recipients checked, release, take the lists. For a provider's own keys."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import AwareDatetime, field_validator

from consents.enums import Channel, MessagePurpose, RecipientType
from consents.exports import CSV, excel_csv
from consents.models import Message
from consents.selectors import messages as selectors
from consents.services import message_recipients, message_watch
from consents.services import messages as services
from iys_portal.core.errors import NotFound
from providers.api.calls import Ask
from providers.api.v1.frame import Key, asked, once
from providers.api.v1.problems import REFUSALS, Problem
from providers.enums import KeyScope

from .schemas import Address, Body, BrandCode, ChannelName, RecipientTypeName, Words, in_reach, moment

router = Router(tags=["messages"], auth=Key(KeyScope.MESSAGES))


class MessageIn(Body):
    channel: ChannelName
    recipient_type: RecipientTypeName = "BIREYSEL"
    purpose: MessagePurpose = MessagePurpose.COMMERCIAL
    reason: Words = Field("", max_length=300, description="Why no consent is needed; not for commercial ones.")
    subject: Words = Field(min_length=1, max_length=200)
    text: Words = Field(min_length=1, max_length=20_000)
    html: Words = Field("", max_length=200_000)
    planned_at: AwareDatetime

    _within_reach = field_validator("planned_at")(in_reach)


class RecipientsIn(Body):
    recipients: list[Address] = Field(min_length=1, max_length=100_000)


class MessageOut(Schema):
    id: UUID
    version: int
    state: str = Field(description="draft, washing, ready, released, replaced, closed, cancelled")
    channel: ChannelName
    recipient_type: RecipientTypeName
    purpose: str
    subject: str
    planned_at: datetime
    washed_at: datetime | None
    released_at: datetime | None
    asked: int
    allowed: int
    removed: int
    malformed: int
    removed_since: int


class Messages(Schema):
    items: list[MessageOut]
    next: int | None = Field(description="The next page, where there is one.")


ANSWER: Any = {200: MessageOut, REFUSALS: Problem}
TAKEN: Any = {202: MessageOut, REFUSALS: Problem}


@router.get("", response={200: Messages, REFUSALS: Problem}, summary="Messages", operation_id="messages")
def messages(request: HttpRequest, brand: BrandCode, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Any:
    """The newest first."""
    ask = asked(request)
    found = selectors.messages_page(ask.actor, chosen={"marka": str(ask.brand.brand_code)}, number=page)
    return {"items": [_told(message) for message in found.messages], "next": found.after or None}


@router.post("", response={201: MessageOut, REFUSALS: Problem}, summary="Write one", operation_id="message_new")
@once
def message_new(request: HttpRequest, brand: BrandCode, body: MessageIn) -> Any:
    """A draft; what its text lacks is said when the recipients are checked."""
    ask = asked(request)
    values = body.dict(exclude={"channel", "recipient_type"})
    message = services.create_message(
        actor=ask.actor, brand=ask.brand, channel=Channel[body.channel],
        recipient_type=RecipientType[body.recipient_type], **values,
    )  # fmt: skip
    return Status(201, _told(message))


@router.get("/{message_id}", response=ANSWER, summary="One message", operation_id="message_of")
def message_of(request: HttpRequest, brand: BrandCode, message_id: UUID) -> Any:
    return _told(_message(asked(request), message_id))


@router.post("/{message_id}/recipients", response=TAKEN, summary="Check recipients", operation_id="message_recipients")
@once
def recipients(request: HttpRequest, brand: BrandCode, message_id: UUID, body: RecipientsIn) -> Any:
    """The list is judged in the background (R-S2); larger ones come as a file."""
    ask = asked(request)
    message = _message(ask, message_id)
    text = "\n".join(body.recipients)
    return Status(202, _told(message_recipients.wash_paste(actor=ask.actor, public_id=message.public_id, text=text)))


@router.post(
    "/{message_id}/recipients/file", response=TAKEN, summary="Check a file of recipients",
    operation_id="message_recipients_file",
)  # fmt: skip
@once
def recipients_file(request: HttpRequest, brand: BrandCode, message_id: UUID, file: File[UploadedFile]) -> Any:
    ask = asked(request)
    message = _message(ask, message_id)
    found = message_recipients.wash_file(actor=ask.actor, public_id=message.public_id, file=file, name=file.name or "")
    return Status(202, _told(found))


@router.post("/{message_id}/release", response=ANSWER, summary="Register it", operation_id="message_release")
@once
def message_release(request: HttpRequest, brand: BrandCode, message_id: UUID) -> Any:
    """From now on it is never changed (R-S3), and its lists may be taken. A repeat finds it registered."""
    ask = asked(request)
    return _told(services.release(actor=ask.actor, public_id=_message(ask, message_id).public_id))


@router.post("/{message_id}/cancel", response=ANSWER, summary="Call it off", operation_id="message_cancel")
@once
def message_cancel(request: HttpRequest, brand: BrandCode, message_id: UUID) -> Any:
    ask = asked(request)
    return _told(services.cancel(actor=ask.actor, public_id=_message(ask, message_id).public_id))


@router.post(
    "/{message_id}/lists/{kind}", response={200: None, REFUSALS: Problem}, summary="Take a list as CSV",
    operation_id="message_list",
)  # fmt: skip
def message_list(
    request: HttpRequest, brand: BrandCode, message_id: UUID,
    kind: Literal["allowed", "removed", "since", "problems"],
) -> HttpResponseBase:  # fmt: skip
    """`allowed` is judged once more now; whoever may not be written to any more is taken off for good.

    By POST, for it is kept that and by whom a list was taken (R-G3).
    """
    ask = asked(request)
    message = _message(ask, message_id)
    message, rows = message_watch.take(actor=ask.actor, public_id=message.public_id, kind=kind, now=ask.now)
    return StreamingHttpResponse(excel_csv(rows), content_type=CSV)


def _message(ask: Ask, message_id: UUID) -> Message:
    message = selectors.visible_message(ask.actor, message_id)
    if message.brand_id != ask.brand.pk:
        raise NotFound(code="message")
    return message


def _told(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.public_id),
        "version": message.version,
        "state": str(message.state),
        "channel": Channel(message.channel).name,
        "recipient_type": RecipientType(message.recipient_type).name,
        "purpose": str(message.purpose),
        "subject": message.subject,
        "planned_at": moment(message.planned_at),
        "washed_at": moment(message.washed_at),
        "released_at": moment(message.released_at),
        "asked": message.asked,
        "allowed": message.allowed,
        "removed": message.removed,
        "malformed": message.malformed,
        "removed_since": message.removed_since,
    }
