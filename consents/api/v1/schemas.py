"""What calls of /api/v1 about consents bring and answer. Rules are the engine's; here is only form."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Field, Path, Query, Schema
from pydantic import AwareDatetime, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from consents.enums import Channel, RecipientType, Source, Status
from consents.models import ConsentEvent
from iys_portal.core import calendar
from iys_portal.core.calendar import ISTANBUL, written
from providers.api.v1.brands import ChannelName

BrandCode = Annotated[int, Path(ge=1, le=999_999_999, description="The brand's public number.")]
RecipientTypeName = Literal["BIREYSEL", "TACIR"]
StatusName = Literal["ONAY", "RET"]
NO_NUL = r"^[^\x00]*$"
"""No text of the database can hold it."""
Words = Annotated[str, StringConstraints(pattern=NO_NUL)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_NUL)]
Limit = Annotated[int, Query(ge=1, le=1_000)]


def in_reach(value: datetime | None) -> datetime | None:
    """A moment that can be told in every zone. For a field's validator."""
    if value is not None and not calendar.in_reach(value):
        about = {"earliest": calendar.EARLIEST_YEAR, "latest": calendar.LATEST_YEAR}
        raise PydanticCustomError("year_out_of_reach", "the year is between {earliest} and {latest}", about)
    return value


class Body(Schema):
    """A body of a call: unknown names are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class WhichConsent(Body):
    recipient: Address = Field(description="An e-mail address, or a phone number in E.164.")
    channel: ChannelName
    recipient_type: RecipientTypeName = "BIREYSEL"

    def as_document(self) -> dict[str, Any]:
        """As the compatible calls name it."""
        return {"recipient": self.recipient, "type": self.channel, "recipientType": self.recipient_type}


class ConsentIn(WhichConsent):
    status: StatusName
    source: Words = Field("", max_length=40, description="HS_WEB, HS_ISLAK_IMZA …; the registry's own are refused.")
    consent_date: AwareDatetime | None = Field(None, description="When it was given or refused, with its time zone.")
    retailer_code: Words = Field("", max_length=20)

    _within_reach = field_validator("consent_date")(in_reach)

    def as_document(self) -> dict[str, Any]:
        return {
            **super().as_document(),
            "status": self.status,
            "source": self.source,
            "consentDate": written(self.consent_date) if self.consent_date else None,
            "retailerCode": self.retailer_code or None,
        }


class Recorded(Schema):
    transaction_id: str
    registered_at: datetime


class ConsentsIn(Body):
    consents: list[ConsentIn] = Field(min_length=1, max_length=settings.REGISTRY["API_BATCH_ROWS"])


class OutcomeError(Schema):
    code: str
    detail: str
    pointer: str | None = Field(None, description="Where in the body.")


class RecordedEntry(Schema):
    index: int
    verdict: Literal["NEW", "CHANGED", "RENEWED", "UNCHANGED", "CONFLICTING", "LATE", "MALFORMED"]
    transaction_id: str | None = None
    error: OutcomeError | None = None


class RecordedMany(Schema):
    recorded: int = Field(description="How many events were written; exact repeats write none.")
    entries: list[RecordedEntry]


class StatusOut(Schema):
    recipient: str
    answer: str = Field(description="SENDABLE, REFUSED, UNKNOWN, AWAITING_CONFIRMATION, EVIDENCE_MISSING, …")
    reason: str
    explanation: str
    record: dict[str, Any] | None = Field(None, description="The consent or refusal behind it, as the national API's.")


class Event(Schema):
    """One event of the ledger. IPTAL is what an undo of a new record leaves: neither consent nor refusal."""

    event: int
    recipient: str
    channel: ChannelName
    recipient_type: RecipientTypeName
    version: int
    status: Literal["ONAY", "RET", "IPTAL"]
    source: str | None
    consent_date: datetime | None
    registered_at: datetime
    undo: bool
    transaction_id: str


class History(Schema):
    total: int
    items: list[Event]


class Changes(Schema):
    items: list[Event]
    cursor: str = Field(description="Ask on with it, now or in ten years. It says nothing and never expires.")
    more: bool = Field(description="Whether it is worth asking again at once.")


def event_of(event: ConsentEvent) -> dict[str, Any]:
    return {
        "event": event.event_id,
        "recipient": event.recipient,
        "channel": Channel(event.channel).name,
        "recipient_type": RecipientType(event.recipient_type).name,
        "version": event.version,
        "status": Status(event.status).name,
        "source": Source(event.source).name if event.source else None,
        "consent_date": moment(event.consent_date),
        "registered_at": moment(event.registered_at),
        "undo": event.undoes_version is not None,
        "transaction_id": bytes(event.transaction_id).hex(),
    }


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in Türkiye's time."""
    return at.astimezone(ISTANBUL).isoformat() if at is not None else None
