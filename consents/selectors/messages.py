"""Reads of messages: what an actor may see, what is known of the sender, and messages to one's own address (R-S3)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from consents.effective import Reason, may_be_sent
from consents.message_buckets import bucket_of
from consents.message_rules import Sender, Wording
from consents.models import Message, MessageProblem, MessageRecipients, MessageRemoval
from consents.models.messages import OPEN
from consents.states import MessageState
from consents.transitions import MESSAGE
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from providers.enums import BrandValueKind as K
from providers.models import Brand, BrandValue

from .narrowed import narrowed

PAGE = 25
ROWS = 500  # of recipients' rows in one read: some thousand addresses
NAMES = (K.SHORT_NAME, K.SENDER_NAME)

_FIND = """
    SELECT stored.message_id, asked.recipient,
        stored.reasons[array_position(stored.recipients, asked.recipient)]
    FROM unnest(%s::int[], %s::text[]) AS asked(bucket, recipient)
    JOIN consents_messagerecipients stored
        ON stored.bucket = asked.bucket AND array_position(stored.recipients, asked.recipient) IS NOT NULL
"""


@dataclass(frozen=True)
class MessagePage:
    """Messages of one page of the list; numbers of the pages beside it, 0 at the ends."""

    messages: list[Message] = field(default_factory=list)
    number: int = 1
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class ToAddress:
    """A registered message that named an address, with the consent's state as it was then.

    `reason` is what was answered when the recipients were checked, at `checked_at`; `removed_at` and `removed_reason`
    say that the address was taken off the list afterwards.
    """

    message: Message
    recipient: str
    reason: Reason
    checked_at: datetime | None
    removed_at: datetime | None = None
    removed_reason: Reason | None = None

    @property
    def allowed(self) -> bool:
        """Whether the sender was allowed to write to the address."""
        return may_be_sent(self.reason) and self.removed_at is None


def messages_page(actor: Actor, *, chosen: Mapping[str, str], number: int = 1) -> MessagePage:
    """Messages that the actor may see (R-A1), as filtered, the newest first."""
    found = narrowed(visible(actor), chosen)
    start = (number - 1) * PAGE
    rows = list(found.order_by("-created_at", "-pk")[start : start + PAGE + 1])
    return MessagePage(rows[:PAGE], number, max(number - 1, 0), number + 1 if len(rows) > PAGE else 0)


def visible(actor: Actor) -> QuerySet[Message]:
    return Message.objects.visible_to(actor).select_related("brand__provider", "replaces", "wash_job")


def visible_message(actor: Actor, public_id: Any) -> Message:
    """One message by its public id; raises `NotFound` for a stranger (R-A1)."""
    message = visible(actor).filter(public_id=public_id).first()
    if message is None:
        raise NotFound
    return message


def versions_of(actor: Actor, message: Message) -> list[Message]:
    """The other versions of a message, newest first."""
    return list(visible(actor).filter(series=message.series).exclude(pk=message.pk).order_by("-version"))


def acts_on(message: Message, actor: Actor) -> set[str]:
    """Names of the moves that this actor may make on the message now."""
    acts = {move.name for move in MESSAGE.available(message, actor)}
    if message.is_commercial:
        acts.discard("record")
    else:
        acts -= {"wash", "release"}
    return acts


def sender_of(brand: Brand) -> Sender:
    """What the registry knows of a brand and its provider, for the check of a text."""
    values: dict[str, list[str]] = {}
    for kind, value in BrandValue.objects.filter(brand=brand).values_list("kind", "value"):
        values.setdefault(kind, []).append(value)
    names = [brand.name, brand.short_name, *(name for kind in NAMES for name in values.get(kind, ()))]
    numbers = [*values.get(K.REFUSAL_SMS, ()), *values.get(K.REFUSAL_PHONE, ())]
    return Sender(
        title=brand.provider.title,
        mersis=brand.provider.mersis,
        names=tuple(name for name in names if name),
        refusal_urls=tuple(values.get(K.REFUSAL_URL, ())),
        refusal_numbers=tuple(numbers),
    )


def wording_of(message: Message) -> Wording:
    """A message as its checks read it."""
    sender = sender_of(message.brand)
    return Wording.of(message.channel, sender, subject=message.subject, text=message.text, html=message.html)


def answers_of(message: Message) -> Iterator[tuple[list[str], list[int]]]:
    """The recipients and what was answered for each, in parts of some thousand."""
    rows = MessageRecipients.objects.filter(message_id=message.pk).values_list("recipients", "reasons")
    recipients: list[str] = []
    reasons: list[int] = []
    for count, (some, answers) in enumerate(rows.iterator(chunk_size=ROWS), start=1):
        recipients += some
        reasons += answers
        if count % ROWS == 0:
            yield recipients, reasons
            recipients, reasons = [], []
    if recipients:
        yield recipients, reasons


def found_in(message_ids: Collection[int], recipients: Iterable[str]) -> dict[tuple[int, str], Reason]:
    """Which of these addresses these messages name, with what was answered when they were checked."""
    return _found(recipients, list(message_ids))


def naming(recipients: Iterable[str]) -> dict[tuple[int, str], Reason]:
    """Every message that names one of these addresses, registered or not, with what was answered then."""
    return _found(recipients)


def _found(recipients: Iterable[str], within: list[int] | None = None) -> dict[tuple[int, str], Reason]:
    asked = sorted({(bucket_of(recipient), recipient) for recipient in recipients})
    if not asked:
        return {}
    sql = _FIND
    arguments: list[Any] = [[bucket for bucket, _ in asked], [recipient for _, recipient in asked]]
    if within is not None:
        sql, arguments = _FIND + " AND stored.message_id = ANY(%s)", [*arguments, within]
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return {(message_id, recipient): Reason(reason) for message_id, recipient, reason in cursor.fetchall()}


def messages_of(addresses: Collection[str]) -> list[ToAddress]:
    """Registered messages that name any of these addresses, the latest planned first (R-S3).

    For the address's own person and for the desk of a complaint; whoever asks has made sure that it may be told.
    """
    found = _found(addresses)
    messages = Message.objects.select_related("brand__provider").filter(released_at__isnull=False)
    return told_of(messages.in_bulk({message_id for message_id, _ in found}).values(), found)


def told_of(messages: Iterable[Message], found: Mapping[tuple[int, str], Reason]) -> list[ToAddress]:
    """These messages as each address of `found` (see `naming`) was told, the latest planned first. One query."""
    known = {message.pk: message for message in messages}
    removals = {
        (row.message_id, row.recipient): row
        for row in MessageRemoval.objects.filter(
            message_id__in=known, recipient__in={recipient for _, recipient in found}
        )
    }
    told = []
    for (message_id, recipient), reason in found.items():
        if message_id in known:
            removal = removals.get((message_id, recipient))
            about: dict[str, Any] = {}
            if removal is not None:
                about = {"removed_at": removal.removed_at, "removed_reason": Reason(removal.reason)}
            message = known[message_id]
            told.append(ToAddress(message, recipient, reason, message.wash_moment, **about))
    return sorted(told, key=lambda one: (one.message.planned_at, one.message.pk), reverse=True)


def problems_of(message: Message, *, first: int | None = None) -> QuerySet[MessageProblem]:
    found = MessageProblem.objects.filter(message_id=message.pk).order_by("line")
    return found if first is None else found[:first]


def removed_addresses(message: Message) -> dict[str, MessageRemoval]:
    """Addresses that were taken off the list since it was checked."""
    return {row.recipient: row for row in MessageRemoval.objects.filter(message_id=message.pk)}


def by_reason(message: Message) -> list[tuple[Reason, int]]:
    """How many were removed for which reason, the commonest first."""
    found = [(Reason(int(number)), total) for number, total in message.counts.get("reasons", {}).items()]
    return sorted((pair for pair in found if not may_be_sent(pair[0])), key=lambda pair: -pair[1])


def planned_soon(actor: Actor, *, now: datetime) -> tuple[int, int]:
    """How many messages are registered and still to be sent, and how many are being written (R-A4)."""
    ahead = Count("pk", filter=Q(state=MessageState.RELEASED, planned_at__gte=now))
    written = Count("pk", filter=Q(state__in=OPEN))
    found = Message.objects.visible_to(actor).aggregate(ahead=ahead, written=written)
    return found["ahead"], found["written"]
