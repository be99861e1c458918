"""The lines of day files, streamed out of the ledger (docs/day-files.md)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from consents.enums import Channel, EventKind, RecipientType, Source, Status

HEADING = b"creationDate,transactionId,recipient,recipientType,type,status,consentDate,source\n"
# What moves a consent; confirmations, completed evidence and erasures leave status, source and date as they are.
MOVES = (EventKind.RECORD, EventKind.UNDO)


def _names(column: str, codes: type[Any]) -> str:
    return f"CASE {column} " + " ".join(f"WHEN {code.value} THEN '{code.name}'" for code in codes) + " END"


def _moment(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'Europe/Istanbul', 'YYYY-MM-DD HH24:MI:SS')"


# By the official rule of order: creationDate as it is shown, then transactionId.
_ROWS = f"""
    COPY (
        SELECT brand_id, event_id, {_moment("registered_at")}, encode(transaction_id, 'hex'), recipient,
            {_names("recipient_type", RecipientType)}, {_names("channel", Channel)}, {_names("status", Status)},
            {_moment("consent_date")}, {_names("source", Source)}
        FROM consents_consentevent
        WHERE event_id > {{after}} AND event_id <= {{upto}} AND registered_at >= {{start}} AND registered_at < {{end}}
            AND kind IN ({", ".join(str(kind.value) for kind in MOVES)})
            AND ({{brand}}::int IS NULL OR brand_id = {{brand}})
        ORDER BY brand_id, date_trunc('second', registered_at), transaction_id
    ) TO STDOUT (FORMAT csv)
"""  # noqa: S608 (constant text)
LAST = 2**63 - 1


def day_rows(start: datetime, end: datetime, after: int) -> Iterator[tuple[int, int, bytes]]:
    """(brand, event number, line) of all brands between two moments, brand after brand; events from a number on."""
    return _stream(start, end, after, None, None)


def day_rows_of(
    brand_id: int, start: datetime, end: datetime, after: int, upto: int | None
) -> Iterator[tuple[int, int, bytes]]:
    """The same of one brand, up to an event's number where one is given."""
    return _stream(start, end, after, upto, brand_id)


def _stream(
    start: datetime, end: datetime, after: int, upto: int | None, brand_id: int | None
) -> Iterator[tuple[int, int, bytes]]:
    values = {"start": start, "end": end, "after": after, "upto": LAST if upto is None else upto, "brand": brand_id}
    query = sql.SQL(_ROWS).format(**{name: sql.Literal(value) for name, value in values.items()})
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in copy:
            brand, event, line = bytes(row).split(b",", 2)
            yield int(brand), int(event), line
