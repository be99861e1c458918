"""Queries and messages as files: the lists with their counts, one query's result, one message's recipients.

Column names are the same in every language, as those of exported consents are; answers and reasons are in the reader's.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from iys_portal.core.actors import Actor
from iys_portal.core.calendar import written
from iys_portal.core.storage import private_path

from .effective import Reason, may_be_sent
from .enums import Channel, QueryWay, RecipientType
from .exports import Table
from .files.layout import Layout
from .models import Message, RecipientQuery
from .query_results import result_rows
from .selectors import messages, queries
from .selectors.narrowed import narrowed

PART = 2_000  # rows of a table between two words about its progress
OWNER = ("iysCode", "provider", "brandCode", "brand")
QUERIES = (
    "number", "askedAt", "askedBy", *OWNER, "channel", "recipientType", "way", "file", "addresses", "sendable",
    "refused", "unknown", "awaitingConfirmation", "evidenceMissing", "registerFirst", "malformed", "answeredAt",
    "validUntil",
)  # fmt: skip
ANSWERS = (
    "sendable", "refused", "unknown", "awaiting_confirmation", "evidence_missing", "register_first", "malformed",
)  # fmt: skip
MESSAGES = (
    "message", "subject", "version", *OWNER, "channel", "recipientType", "purpose", "state", "plannedAt",
    "registeredAt", "checkedAt", "asked", "allowed", "removed", "removedSince", "malformed",
)  # fmt: skip
RECIPIENTS = ("recipient", "result", "answer", "reason", "code", "removedAt")


def queries_table(actor: Actor, chosen: Mapping[str, str]) -> Table:
    """Queries that the actor may see, as filtered, newest first, with how many addresses got which answer."""
    found = narrowed(queries.visible(actor), chosen).order_by("-created_at")
    rows = (_query(query) for query in found.iterator(chunk_size=PART))
    return Table(QUERIES, lambda: _parts(rows), found.count())


def _query(query: RecipientQuery) -> tuple[str, ...]:
    answers = queries.answers_by_name(query) if query.answered else {}
    return (
        query.number, _moment(query.created_at), query.actor_name, *_owner(query.brand),
        Channel(query.channel).name, RecipientType(query.recipient_type).name, QueryWay(query.way).name,
        query.file_name, str(query.total), *(str(answers[name]) if answers else "" for name in ANSWERS),
        _moment(query.moment), _moment(query.valid_until),
    )  # fmt: skip


def result_table(query: RecipientQuery) -> Table:
    """A query's result: the asker's rows and columns in their order, the answers beside them."""
    lines = result_rows(private_path(query.result.name), Layout.from_json(query.layout))
    return Table(next(lines), lambda: _parts(lines), query.total)


def messages_table(actor: Actor, chosen: Mapping[str, str]) -> Table:
    """Messages that the actor may see, as filtered, newest first."""
    found = narrowed(messages.visible(actor), chosen).order_by("-created_at", "-pk")
    rows = (_message(message) for message in found.iterator(chunk_size=PART))
    return Table(MESSAGES, lambda: _parts(rows), found.count())


def _message(message: Message) -> tuple[str, ...]:
    numbers = (message.asked, message.allowed, message.removed, message.removed_since, message.malformed)
    return (
        str(message.series), message.subject, str(message.version), *_owner(message.brand),
        Channel(message.channel).name, RecipientType(message.recipient_type).name, message.purpose.upper(),
        message.state.upper(), _moment(message.planned_at), _moment(message.released_at), _moment(message.washed_at),
        *(str(number) if message.has_recipients else "" for number in numbers),
    )  # fmt: skip


def recipients_table(message: Message, gone: Mapping[str, Any]) -> Table:
    """Every recipient of a message: allowed, or removed with the reason; `gone` are those removed since the check."""

    def rows() -> Iterator[tuple[str, ...]]:
        for recipients, reasons in messages.answers_of(message):
            for address, number in zip(recipients, reasons, strict=True):
                removal = gone.get(address)
                reason = Reason(removal.reason if removal else number)
                result = "REMOVED" if removal or not may_be_sent(reason) else "ALLOWED"
                words = (str(reason.effective.label), str(reason.label), reason.name)
                yield (address, result, *words, _moment(removal.removed_at) if removal else "")

    return Table(RECIPIENTS, lambda: _parts(rows()), message.asked)


def _owner(brand: Any) -> tuple[str, ...]:
    return (str(brand.provider.iys_code), brand.provider.title, str(brand.brand_code), brand.name)


def _moment(moment: datetime | None) -> str:
    return written(moment) if moment else ""


def _parts(rows: Iterable[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    part: list[tuple[str, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part
