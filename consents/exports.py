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
from .selectors.pages import Filters, slice_sql

COLUMNS = (
    "recipient", "type", "status", "source", "recipientType", "consentDate", "creationDate", "retailerCode",
)  # fmt: skip
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


def heading(brand_codes: dict[int, int]) -> Row:
    """The official names; where several brands are in one file, the brand's number follows."""
    return (*COLUMNS, "brandCode") if len(brand_codes) != 1 else COLUMNS


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


def slices(filters: Filters, brand_codes: dict[int, int]) -> Iterator[list[Row]]:
    """The rows of the file by brand and address. `brand_codes` are the actor's brands, id to number."""
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
                yield [_row(row, last) for row in found]
                cursor = found[-1][:4]
            if len(found) < SLICE:
                break


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


def as_csv(filters: Filters, brand_codes: dict[int, int]) -> Iterator[str]:
    """The file in parts."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heading(brand_codes))
    for rows in slices(filters, brand_codes):
        writer.writerows([(guard(row[0]), *row[1:7], guard(row[7]), *row[8:]) for row in rows])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_xlsx(path: Path, filters: Filters, brand_codes: dict[int, int]) -> None:
    """Write a workbook of texts; a further sheet begins where one is full."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    names = heading(brand_codes)
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, line = _sheet(book, names), 1
        for rows in slices(filters, brand_codes):
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
