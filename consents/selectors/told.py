"""Which notices told a recipient of one consent's events, and what became of them (R-M5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, EventKind, NoticeKind, NoticeState, Source, SourceGroup, Status
from consents.models import ConsentEvent, ConsentQuerySet, Notice
from iys_portal.core.actors import Actor
from iys_portal.core.enums import Means

from .notice_page import hidden
from .notices import parts_of


@dataclass(frozen=True)
class Told:
    """One notice in the history of a consent."""

    kind: NoticeKind
    state: NoticeState
    means: Means
    sent_at: datetime | None = None
    message_id: str = ""
    answer: str = ""
    attempts: int = 0
    own_at: datetime | None = None
    own_means: str | Promise = ""

    @property
    def label(self) -> str | Promise:
        """Where it stands; for the reader a claimed one still waits."""
        return NoticeState.WAITING.label if self.waiting else self.state.label

    @property
    def waiting(self) -> bool:
        return self.state <= NoticeState.CLAIMED

    @property
    def title(self) -> str | Promise:
        return _TITLES[self.kind]

    @property
    def icon(self) -> str:
        return "email" if self.means is Means.MAIL else "sms"


# A chunk knows between which events its own lie, so that only its row's numbers are read.
_FOLDED = """
    WITH asked AS (
        SELECT event_id FROM unnest(%(events)s::bigint[]) AS asked(event_id)
    ), chunk AS MATERIALIZED (
        SELECT b.id, asked.event_id
        FROM consents_noticebatch b
        JOIN consents_consentimport i ON i.apply_job_id = b.job_id
        JOIN consents_importchunk c ON c.import_id = i.id AND c.phase = 2 AND c.number = b.number
        JOIN asked ON asked.event_id BETWEEN c.first_event AND c.last_event
        WHERE b.job_id = ANY(%(jobs)s) AND b.unfolded < b.total
    )
    SELECT chunk.event_id FROM chunk JOIN consents_noticebatch b ON b.id = chunk.id
    WHERE chunk.event_id = ANY(b.events)
"""

_TITLES = {
    NoticeKind.CONFIRMATION: _("Same-day notice"),
    NoticeKind.INITIAL_LOAD: _("Notice of the initial load"),
    NoticeKind.CORRECTION: _("Correction: loaded by mistake"),
}


def told_of(actor: Actor, events: Sequence[ConsentEvent]) -> dict[int, list[Told]]:
    """The notices about one consent's events (all of one key), by the events' version."""
    told = told_of_events(actor, events)
    return {event.version: told[event.event_id] for event in events if event.event_id in told}


def told_of_events(actor: Actor, events: Sequence[ConsentEvent]) -> dict[int, list[Told]]:
    """The notices about events of any consents, by the events' numbers.

    A notice bears the number of one event of its intake (address, brand, moment), which may be another channel's.
    The number of queries does not depend on the events. Staff see no address in the server's answers (R-G2).
    """
    if not events:
        return {}
    numbers = {(event.key, event.version): event.event_id for event in events}
    intakes = ConsentEvent.objects.filter(
        recipient__in={event.recipient for event in events},
        brand_id__in={event.brand_id for event in events},
        registered_at__in={event.registered_at for event in events},
    ).order_by()
    notices = list(Notice.objects.filter(pk__in=intakes.values("event_id")).order_by("pk"))
    told: dict[int, list[Told]] = {}
    for notice, parts in zip(notices, parts_of(notices), strict=True):
        for part in parts:
            key = (notice.recipient, notice.brand_id, int(part.channel), int(part.recipient_type))
            number = numbers.get((key, part.version))
            if number is not None and part.told_by(NoticeKind(notice.kind)):
                told.setdefault(number, []).append(_told(actor, notice))
    without = [event for event in events if event.event_id not in told and _may_wait(event)]
    folded = _in_batches(without, intakes) if without else set()
    for event in without:
        if _intake(event) in folded:
            told[event.event_id] = [Told(NoticeKind.CONFIRMATION, NoticeState.WAITING, _means(event))]
    return told


def _told(actor: Actor, notice: Notice) -> Told:
    answer = notice.answer or ""
    return Told(
        kind=NoticeKind(notice.kind),
        state=NoticeState(notice.state),
        means=Means(notice.means),
        sent_at=notice.sent_at,
        message_id=notice.message_id or "",
        answer=hidden(answer, notice.recipient) if actor.all_providers else answer,
        attempts=notice.attempts,
        own_at=notice.own_notice_at,
        own_means=Means(notice.own_notice_means).label if notice.own_notice_means else "",
    )


def _may_wait(event: ConsentEvent) -> bool:
    """Notices of a file are kept by the chunk until they are sent."""
    electronic = event.source is not None and Source(event.source).group is SourceGroup.ELECTRONIC
    return event.job_id is not None and event.kind == EventKind.RECORD and event.status == Status.ONAY and electronic


Intake = tuple[str, int, datetime]
"""Address, brand and moment."""


def _intake(event: ConsentEvent) -> Intake:
    return event.recipient, event.brand_id, event.registered_at


def _in_batches(events: Sequence[ConsentEvent], intakes: ConsentQuerySet) -> set[Intake]:
    """The intakes whose notice is still folded into its chunk's row."""
    moments = {event.registered_at for event in events}
    rows = intakes.filter(registered_at__in=list(moments))
    numbers = {
        number: (recipient, brand, moment)
        for number, recipient, brand, moment in rows.values_list("event_id", "recipient", "brand_id", "registered_at")
    }
    with connection.cursor() as cursor:
        cursor.execute(_FOLDED, {"jobs": list({event.job_id for event in events}), "events": list(numbers)})
        return {numbers[number] for (number,) in cursor.fetchall()}


def _means(event: ConsentEvent) -> Means:
    return Means.MAIL if event.channel == Channel.EPOSTA else Means.TEXT
