"""The audit trail as a file: each entry as a sentence, with everything that is recorded of it."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import xlsxwriter

from consents.files.annotate import guard
from consents.files.read import SHEET_ROWS
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import written
from iys_portal.core.models import AuditEntry

from .audit_selectors import Trail, trail_slices
from .audit_words import WAYS, sentence_of, who_of

COLUMNS = (
    "number", "time", "verb", "sentence", "who", "actorKind", "actorNumber", "way", "object", "objectNumber",
    "objectName", "providerId", "before", "after", "request",
)  # fmt: skip

Row = tuple[str, ...]


def slices(actor: Actor, trail: Trail) -> Iterator[list[Row]]:
    for entries in trail_slices(actor, trail):
        yield [_cells(entry) for entry in entries]


def _cells(entry: AuditEntry) -> Row:
    return (
        str(entry.pk),
        written(entry.at),
        entry.verb,
        sentence_of(entry),
        who_of(entry),
        str(entry.actor_kind),
        str(entry.actor_id),
        str(WAYS.get(entry.way, entry.way)),
        entry.target_type,
        entry.target_id,
        entry.target_name,
        str(entry.provider_id or ""),
        _json(entry.old),
        _json(entry.new),
        entry.request_id,
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def as_csv(actor: Actor, trail: Trail) -> Iterator[str]:
    """The file in parts."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for rows in slices(actor, trail):
        writer.writerows([guard(cell) for cell in row] for row in rows)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_xlsx(path: Path, actor: Actor, trail: Trail) -> None:
    """Write a workbook of texts; a further sheet begins where one is full."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, line = book.add_worksheet(), 0
        for row in chain([COLUMNS], chain.from_iterable(slices(actor, trail))):
            if line == SHEET_ROWS:
                sheet, line = book.add_worksheet(), 0
            for column, text in enumerate(row):
                sheet.write_string(line, column, text)
            line += 1
