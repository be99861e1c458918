"""A list of consents as a file: the official columns, in slices by key, so that memory does not grow with the rows.

Each slice is a short query of its own: a slow reader holds no transaction open.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import connection

from iys_portal.core.calendar import ISTANBUL

from .enums import Channel, RecipientType, Source, Status
from .selectors.moments import statuses_at
from .selectors.pages import Filters, slice_sql

COLUMNS = (
    "recipient", "type", "status", "source", "recipientType", "consentDate", "creationDate", "retailerCode",
)  # fmt: skip
# R-L4: what stood at a moment, as the registry knew it then and as it is known now to have been.
AT_MOMENT = ("statusKnownAt", "statusNowKnownAt")
SLICE = 10_000
SHEET_ROWS = 1_048_576

_PHONE = re.compile(r"^\+\d+$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DAY = "to_char({} AT TIME ZONE 'Europe/Istanbul', 'YYYY-MM-DD HH24:MI:SS')"
_VALUES = f"""
    channel, status, source, recipient_type, {_DAY.format("consent_date")}, {_DAY.format("registered_at")},
    (SELECT code FROM providers_retailer WHERE id = retailer_id)
"""  # noqa: S608 (constant text)
_NAMES: tuple[dict[int | None, str], ...] = (
    {member.value: member.name for member in Channel},
    {member.value: member.name for member in Status},
    {None: "", **{member.value: member.name for member in Source}},
    {member.value: member.name for member in RecipientType},
)

Row = tuple[str, ...]


def heading(brand_codes: dict[int, int], at: datetime | None = None) -> Row:
    """The official names; then the two columns of a moment, then the brand's number where there are several."""
    moment = f" {at.astimezone(ISTANBUL):%Y-%m-%d %H:%M:%S}" if at else ""
    told = tuple(f"{name}{moment}" for name in AT_MOMENT) if at else ()
    return (*COLUMNS, *told, *(("brandCode",) if len(brand_codes) != 1 else ()))


def sample(now: datetime) -> str:
    """A small file to fill in: the official names and rows that could be imported today."""
    day = f"{now.astimezone(ISTANBUL) - timedelta(days=1):%Y-%m-%d} 09:00:00"
    rows = [
        ("ayse@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", day, ""),
        ("+905321234567", "MESAJ", "ONAY", "HS_MOBIL", "BIREYSEL", day, ""),
        ("+905321234567", "ARAMA", "RET", "HS_CAGRI_MERKEZI", "BIREYSEL", day, ""),
        ("satis@toptan.example", "EPOSTA", "ONAY", "HS_EORTAM", "TACIR", day, ""),
    ]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([(*COLUMNS[:6], COLUMNS[7]), *rows])
    return buffer.getvalue()


def slices(filters: Filters, brand_codes: dict[int, int], at: datetime | None = None) -> Iterator[list[Row]]:
    """The rows of the file by brand and address. `brand_codes` are the actor's brands, id to number.

    With a moment each row also says what stood at it, on both clocks (R-L4).
    """
    several = len(brand_codes) != 1
    for brand_id, code in brand_codes.items():
        last = (str(code),) if several else ()
        cursor = None
        while True:
            sql, values = slice_sql(filters, brand_id, _VALUES, cursor=cursor, limit=SLICE)
            with connection.cursor() as db:
                db.execute(sql, values)
                found = db.fetchall()
            if found:
                told = _told([row[:4] for row in found], at) if at else {}
                yield [_row(row, (*told.get(row[:4], ()), *last)) for row in found]
                cursor = found[-1][:4]
            if len(found) < SLICE:
                break


def _told(keys: list[Any], at: datetime) -> dict[Any, Row]:
    return {
        key: tuple(status.name if status else "" for status in answers)
        for key, answers in statuses_at(keys, at).items()
    }


def _row(row: tuple[Any, ...], last: Row) -> Row:
    channels, statuses, sources, types = _NAMES
    (
        recipient,
        _brand,
        _channel,
        _type,
        channel,
        status,
        source,
        kind,
        consent_date,
        registered_at,
        retailer,
    ) = row
    names = channels[channel], statuses[status], sources[source], types[kind]
    return (recipient, *names, consent_date or "", registered_at, retailer or "", *last)


def guard(text: str) -> str:
    """A cell that a spreadsheet would take for a formula starts with an apostrophe; phone numbers stay."""
    return f"'{text}" if text.startswith(_FORMULA) and not _PHONE.match(text) else text


def as_csv(filters: Filters, brand_codes: dict[int, int], at: datetime | None = None) -> Iterator[str]:
    """The file in parts."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heading(brand_codes, at))
    for rows in slices(filters, brand_codes, at):
        writer.writerows([(guard(row[0]), *row[1:7], guard(row[7]), *row[8:]) for row in rows])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_xlsx(path: Path, filters: Filters, brand_codes: dict[int, int], at: datetime | None = None) -> None:
    """Write a workbook of texts; a further sheet begins where one is full."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    names = heading(brand_codes, at)
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, line = _sheet(book, names), 1
        for rows in slices(filters, brand_codes, at):
            for row in rows:
                if line == SHEET_ROWS:
                    sheet, line = _sheet(book, names), 1
                for column, text in enumerate(row):
                    sheet.write_string(line, column, text)
                line += 1


def _sheet(book: Any, names: Row) -> Any:
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(names) - 1, 20)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    return sheet
