"""What a notice tells of: the consents of one intake (address, brand and moment), and how they stand now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection

from consents.enums import Channel, EventKind, Hold, NoticeKind, RecipientType, Source, SourceGroup, Status
from consents.selectors.texts import AgreedText, agreed_texts

_PARTS = """
    SELECT intake.place, e.channel, e.recipient_type, e.version, e.kind, e.status, e.source, e.consent_date,
        c.version, c.status, c.source, c.holds, c.event_id, c.registered_at, last.kind, e.text_version_id
    FROM unnest(%s::text[], %s::int[], %s::timestamptz[]) WITH ORDINALITY AS intake(recipient, brand_id, moment, place)
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (channel, recipient_type) * FROM consents_consentevent
        WHERE recipient = intake.recipient AND brand_id = intake.brand_id AND registered_at = intake.moment
        ORDER BY channel, recipient_type, version DESC
    ) e
    JOIN consents_consent c ON c.recipient = e.recipient AND c.brand_id = e.brand_id AND c.channel = e.channel
        AND c.recipient_type = e.recipient_type
    JOIN consents_consentevent last ON last.recipient = c.recipient AND last.brand_id = c.brand_id
        AND last.channel = c.channel AND last.recipient_type = c.recipient_type AND last.version = c.version
    ORDER BY intake.place, e.channel, e.recipient_type
"""


class Intake(Protocol):
    """Whatever names an intake: a notice or a link."""

    @property
    def recipient(self) -> str: ...
    @property
    def brand_id(self) -> int: ...
    @property
    def registered_at(self) -> datetime: ...


@dataclass(frozen=True)
class Part:
    """One consent of an intake: what was recorded then, and what stands now."""

    channel: Channel
    recipient_type: RecipientType
    version: int
    kind: EventKind
    status: Status
    source: Source | None
    consent_date: datetime | None
    version_now: int
    status_now: Status
    source_now: Source | None
    holds_now: int
    event_now: int
    since: datetime
    kind_now: EventKind
    text: AgreedText | None = None  # R-M3: what was agreed to, where the record names it

    @property
    def stands(self) -> bool:
        """The consent is (still, or again) in force."""
        return self.status_now is Status.ONAY

    @property
    def awaiting(self) -> bool:
        """R-M4: the recipient still has to confirm it."""
        return self.stands and bool(self.holds_now & Hold.AWAITING_CONFIRMATION)

    @property
    def confirmable(self) -> bool:
        """R-M3: nothing came after the event that the notice told of."""
        return self.stands and self.version_now == self.version

    @property
    def confirmed(self) -> bool:
        """The recipient confirmed just this consent, and nothing came after it."""
        return self.stands and self.kind_now is EventKind.CONFIRM and self.version_now == self.version + 1

    @property
    def refused_in_person(self) -> bool:
        return self.status_now is Status.RET and self.source_now is not None and self.source_now.is_registry

    def told_by(self, kind: NoticeKind) -> bool:
        """Whether a notice of this kind is about the part (R-M2)."""
        if kind is NoticeKind.CORRECTION:
            return self.kind is EventKind.UNDO
        recorded = self.kind is EventKind.RECORD and self.status is Status.ONAY
        if kind is NoticeKind.INITIAL_LOAD:
            return recorded
        return recorded and self.source is not None and self.source.group is SourceGroup.ELECTRONIC


def parts_of(intakes: Iterable[Intake]) -> list[list[Part]]:
    """The consents of each intake, by channel and recipient type. One query, and one for the texts that they name."""
    asked = list(intakes)
    found: list[list[Part]] = [[] for _ in asked]
    if not asked:
        return found
    values: list[Any] = [[i.recipient for i in asked], [i.brand_id for i in asked], [i.registered_at for i in asked]]
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, values)
        rows = cursor.fetchall()
    texts = agreed_texts(row[-1] for row in rows)
    for place, *row, text_version_id in rows:
        found[place - 1].append(_part(*row, text=texts.get(text_version_id)))
    return found


def _part(
    channel: int, recipient_type: int, version: int, kind: int, status: int, source: int | None,
    consent_date: datetime | None, version_now: int, status_now: int, source_now: int | None, holds: int, event: int,
    since: datetime, kind_now: int, *, text: AgreedText | None,
) -> Part:  # fmt: skip
    return Part(
        channel=Channel(channel),
        recipient_type=RecipientType(recipient_type),
        version=version,
        kind=EventKind(kind),
        status=Status(status),
        source=Source(source) if source else None,
        consent_date=consent_date,
        version_now=version_now,
        status_now=Status(status_now),
        source_now=Source(source_now) if source_now else None,
        holds_now=holds,
        event_now=event,
        since=since,
        kind_now=EventKind(kind_now),
        text=text,
    )
