"""Rows of exported lists, brand after brand and address after address.

The database writes the cells; a CSV file takes its lines from COPY as they are, a workbook takes rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from consents.enums import Channel, EventKind, ExportKind, RecipientType, Source, Status, WayIn
from consents.selectors.moments import statuses_at
from consents.selectors.pages import Filters, of_brand_sql

SLICE = 20_000
"""Consents of one query."""

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Listing:
    """What a file lists: the consents that the filters allow, of these brands (id to public number).

    `moment` adds what stood then, on both clocks (R-L4). `after_event` leaves out what the ledger had said before.
    """

    kind: ExportKind
    filters: Filters
    brands: Mapping[int, int]
    moment: datetime | None = None
    after_event: int = 0

    @property
    def several(self) -> bool:
        return len(self.brands) != 1


def _named(column: str, codes: Any) -> str:
    return f"CASE {column} " + " ".join(f"WHEN {code.value} THEN '{code.name}'" for code in codes) + " END"


def _moment(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'Europe/Istanbul', 'YYYY-MM-DD HH24:MI:SS')"


def _guarded(column: str) -> str:
    """As `files.annotate.guard` writes a cell."""
    return (
        rf"CASE WHEN {column} ~ '^''*[=+@\t\r-]' AND {column} !~ '^(\+\d+|-\d+([.,]\d+)?)$'"
        rf" THEN '''' || {column} ELSE {column} END"
    )


_DEALER = """CASE WHEN listed.retailer_id IS NOT NULL
    THEN (SELECT code FROM providers_retailer WHERE id = listed.retailer_id) END"""


def _cells(kind: ExportKind, *, guarded: bool) -> list[str]:
    """The cells of a row, in the order of `columns.heading`, as expressions of a consent or of an event."""
    cells = [
        _guarded("listed.recipient") if guarded else "listed.recipient",
        _named("listed.channel", Channel),
        _named("listed.status", Status),
        _named("listed.source", Source),
        _named("listed.recipient_type", RecipientType),
        _moment("listed.consent_date"),
        _moment("listed.registered_at"),
        _guarded(f"({_DEALER})") if guarded else _DEALER,
    ]
    if kind is ExportKind.HISTORY:
        cells += [
            "listed.version::text", _named("listed.kind", EventKind), "listed.event_id::text",
            "CASE WHEN listed.late THEN '1' ELSE '0' END", _named("listed.way", WayIn),
            "encode(listed.transaction_id, 'hex')",
        ]  # fmt: skip
    return cells


def _statement(listing: Listing, brand_id: int, *, guarded: bool) -> tuple[str, dict[str, Any]]:
    """The query of one slice: rows of a brand with addresses after `after_address` up to `upto_address`."""
    where, values = of_brand_sql(listing.filters, brand_id)
    where += " AND recipient > %(after_address)s AND (%(upto_address)s::text IS NULL OR recipient <= %(upto_address)s)"
    if listing.after_event:
        where += " AND event_id > %(after_event)s"
        values["after_event"] = listing.after_event
    cells = _cells(listing.kind, guarded=guarded)
    if listing.several:
        cells.append(f"'{listing.brands[brand_id]:d}'")
    source = f"consents_consent listed WHERE {where}"
    # Of the table, not of the row that is written: there a version is a text and an address may be guarded.
    order = "listed.recipient, listed.channel, listed.recipient_type"
    if listing.kind is ExportKind.HISTORY:
        source, order = _EVENTS.format(where=where), f"{order}, listed.version"
    return f"SELECT {', '.join(cells)} FROM {source} ORDER BY {order}", values  # noqa: S608 (constant text)


# OFFSET 0 keeps the planner at the key of each consent; a hash join would read the whole ledger for every slice.
_EVENTS = """
    (SELECT recipient, brand_id, channel, recipient_type FROM consents_consent WHERE {where}) wanted
    CROSS JOIN LATERAL (
        SELECT * FROM consents_consentevent e
        WHERE e.recipient = wanted.recipient AND e.brand_id = wanted.brand_id AND e.channel = wanted.channel
            AND e.recipient_type = wanted.recipient_type
        OFFSET 0
    ) listed
"""


# Where a slice ends; all rows of an address stay together. Read from the index alone.
_END = """
    SELECT recipient FROM consents_consent
    WHERE brand_id = {brand:d} AND recipient > %(after)s AND recipient < %(high)s
    ORDER BY recipient OFFSET %(skip)s LIMIT 1
"""


def _slices(listing: Listing, *, guarded: bool) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(brand, query, values) of each slice."""
    search = listing.filters.search
    for brand_id in listing.brands:
        sql, values = _statement(listing, brand_id, guarded=guarded)
        after, end = search.low[:-1], _END.format(brand=brand_id)  # a text before every address from `low` on
        while True:
            with connection.cursor() as cursor:
                cursor.execute(end, {"after": after, "high": search.high, "skip": SLICE - 1})
                found = cursor.fetchone()
            upto = found[0] if found else None
            yield brand_id, sql, values | {"after_address": after, "upto_address": upto}
            if upto is None:
                break
            after = upto


def csv_blocks(listing: Listing) -> Iterator[tuple[bytes, int]]:
    """Lines of a CSV file, guarded against being run as formulas, with how many rows they are."""
    for _brand, sql, values in _slices(listing, guarded=True):
        with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", values) as copy:
            lines = [bytes(line) for line in copy]
        if lines:
            yield b"".join(lines), len(lines)


def text_rows(listing: Listing) -> Iterator[list[Row]]:
    """Rows of cells as texts, None where there is nothing to say."""
    for brand_id, sql, values in _slices(listing, guarded=False):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
        if rows:
            yield _with_moment(listing, brand_id, rows) if listing.moment else rows


def _with_moment(listing: Listing, brand_id: int, rows: list[Any]) -> list[Row]:
    """Each row with what stood at the moment: before the brand's number, where the row has one."""
    assert listing.moment is not None
    keys = [(row[0], brand_id, int(Channel[row[1]]), int(RecipientType[row[4]])) for row in rows]
    told = statuses_at(list(dict.fromkeys(keys)), listing.moment)
    end = -1 if listing.several else len(rows[0])
    return [
        (*row[:end], *(status.name if status else None for status in told.get(key, (None, None))), *row[end:])
        for key, row in zip(keys, rows, strict=True)
    ]
