"""What the registry holds about one message (R-K3): both clocks at its hour, notices, registered messages."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from consents.effective import Reason, may_be_sent
from consents.enums import NoticeState, RecipientType, Source, Status
from consents.models import ConsentEvent, Notice
from consents.moments import Difference
from consents.selectors.messages import messages_of
from consents.selectors.moments import Answer, of_address
from iys_portal.core.actors import SYSTEM

AROUND = timedelta(days=1)
"""How far from the hour of a complaint a registered message is still shown: planned times are not sending times."""
MOST = 10


@dataclass(frozen=True)
class Clock:
    """One answer about one record."""

    status: int | None
    reason: int
    source: int | None
    consent_date: datetime | None
    registered_at: datetime | None

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label) if self.status else ""

    @property
    def reason_label(self) -> str:
        return str(Reason(self.reason).label)

    @property
    def source_label(self) -> str:
        return str(Source(self.source).label) if self.source else ""

    @property
    def tone(self) -> str:
        return "success" if may_be_sent(self.reason) else "danger"


@dataclass(frozen=True)
class HeldConsent:
    """A record of the brand for this address and channel, as known at the hour and as known now (R-L4)."""

    recipient_type: int
    known: Clock
    now_known: Clock
    differences: tuple[str, ...] = ()

    @property
    def type_label(self) -> str:
        return str(RecipientType(self.recipient_type).label)

    @property
    def same(self) -> bool:
        return (self.known.status, self.known.reason) == (self.now_known.status, self.now_known.reason)

    @property
    def difference_labels(self) -> list[str]:
        return [str(Difference(name).label) for name in self.differences]


@dataclass(frozen=True)
class HeldNotice:
    """A notice that told the address of a consent (R-M1)."""

    state: int
    registered_at: datetime
    sent_at: datetime | None

    @property
    def state_label(self) -> str:
        return str(NoticeState(self.state).label)


@dataclass(frozen=True)
class HeldMessage:
    """A message that the brand registered about that time and that names the address (R-S3)."""

    number: int
    subject: str
    planned_at: datetime
    allowed: bool
    reason: int

    @property
    def reason_label(self) -> str:
        return str(Reason(self.reason).label)


@dataclass(frozen=True)
class Held:
    """Everything that is held about one address, channel, brand and hour; `known_sender` False: nothing can be held."""

    at: datetime
    known_sender: bool
    consents: list[HeldConsent] = field(default_factory=list)
    notices: list[HeldNotice] = field(default_factory=list)
    messages: list[HeldMessage] = field(default_factory=list)

    @property
    def may_have_been_sent(self) -> bool:
        """As the registry knew it then, the sender was allowed to write."""
        return any(may_be_sent(one.known.reason) for one in self.consents)

    def frozen(self) -> dict[str, Any]:
        """As JSON, for the complaint's own column and for documents."""
        return _plain(asdict(self))


def held_for(*, address: str, channel: int, brand_id: int | None, at: datetime) -> Held:
    """What is held about this brand, channel and address at that hour; five queries, whatever the history."""
    if brand_id is None:
        return Held(at, known_sender=False)
    moments = [
        moment for moment in of_address(SYSTEM, address, at) if (moment.key[1], moment.key[2]) == (brand_id, channel)
    ]
    return Held(
        at,
        known_sender=True,
        consents=[
            HeldConsent(
                moment.key[3],
                _clock(moment.known),
                _clock(moment.now_known),
                tuple(str(one.value) for one in moment.differences),
            )
            for moment in moments
        ],
        notices=_notices(address, channel, brand_id, at),
        messages=[
            HeldMessage(
                one.message.pk,
                one.message.subject,
                one.message.planned_at,
                one.allowed,
                int(one.removed_reason or one.reason),
            )
            for one in messages_of([address])
            if (one.message.brand_id, one.message.channel) == (brand_id, channel)
            and abs(one.message.planned_at - at) <= AROUND
        ][:MOST],
    )


def thaw(frozen: dict[str, Any]) -> Held | None:
    """What was frozen at filing, as it was; None for a draft."""
    if not frozen:
        return None
    return Held(
        at=datetime.fromisoformat(frozen["at"]),
        known_sender=frozen["known_sender"],
        consents=[
            HeldConsent(
                one["recipient_type"], _clock_of(one["known"]), _clock_of(one["now_known"]), tuple(one["differences"])
            )
            for one in frozen["consents"]
        ],
        notices=[
            HeldNotice(one["state"], datetime.fromisoformat(one["registered_at"]), _moment(one["sent_at"]))
            for one in frozen["notices"]
        ],
        messages=[
            HeldMessage(**{**one, "planned_at": datetime.fromisoformat(one["planned_at"])})
            for one in frozen["messages"]
        ],
    )


def events_of(*, address: str, channel: int, brand_id: int) -> list[ConsentEvent]:
    """The history of both recipient types, for the rules that judge by it (R-K8)."""
    return list(ConsentEvent.objects.filter(recipient=address, brand_id=brand_id, channel=channel))


def _clock(answer: Answer) -> Clock:
    event = answer.state.event if answer.state else None
    return Clock(
        int(answer.status) if answer.status is not None else None,
        int(answer.reason),
        answer.state.source if answer.state else None,
        event.consent_date if event else None,
        event.registered_at if event else None,
    )


def _clock_of(frozen: dict[str, Any]) -> Clock:
    return Clock(
        **{**frozen, "consent_date": _moment(frozen["consent_date"]), "registered_at": _moment(frozen["registered_at"])}
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _notices(address: str, channel: int, brand_id: int, at: datetime) -> list[HeldNotice]:
    """Notices of this brand to this address by then, the newest first; found by the events that they tell of."""
    told = ConsentEvent.objects.filter(recipient=address, brand_id=brand_id, channel=channel, registered_at__lte=at)
    rows = Notice.objects.filter(event_id__in=told.values("event_id")).order_by("-event_id")[:MOST]
    return [HeldNotice(row.state, row.registered_at, row.sent_at) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
