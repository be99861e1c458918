"""The columns of exported lists: the official names, so that an exported file can be imported as it is."""

import csv
import io
from datetime import datetime, timedelta

from consents.enums import ExportKind
from iys_portal.core.calendar import ISTANBUL, written

COLUMNS = (
    "recipient", "type", "status", "source", "recipientType", "consentDate", "creationDate", "retailerCode",
)  # fmt: skip
# What an event says beyond the state that it left.
HISTORY_COLUMNS = ("version", "event", "eventNumber", "late", "wayIn", "transactionId")
# R-L4: what stood at a moment, as the registry knew it then and as it is known now to have been.
AT_MOMENT = ("statusKnownAt", "statusNowKnownAt")

Row = tuple[str, ...]


def heading(kind: ExportKind, *, several: bool, at: datetime | None = None) -> Row:
    """The official names; what the kind adds; the two columns of a moment; the brand's number where several are."""
    moment = f" {written(at)}" if at else ""
    told = tuple(f"{name}{moment}" for name in AT_MOMENT) if at else ()
    more = HISTORY_COLUMNS if kind is ExportKind.HISTORY else ()
    return (*COLUMNS, *more, *told, *(("brandCode",) if several else ()))


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
