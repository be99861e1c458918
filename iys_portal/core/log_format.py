"""How log lines look: as text or as JSON, and never with personal data (R-G4).

Our own lines name events and numbers only. What libraries and the database say of an error may quote a row ("Key
(recipient)=(…) already exists"), so every finished line goes through `redact`.
"""

import json
import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# A mail address; Celery's node names (`worker@host`) have no dot behind the sign or are said by Celery itself.
_ADDRESS = re.compile(r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+")
# Phone and identity numbers. Numbers of rows are shorter.
_NUMBER = re.compile(r"(?<![\w.])\+?\d{10,16}(?!\w)")
# PostgreSQL quotes rows in these lines.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def redact(text: str) -> str:
    """The text without mail addresses, long numbers and PostgreSQL's quotations of rows."""
    text = _DETAIL.sub(r"\1:  [left out]", text)
    return _NUMBER.sub("[number]", _ADDRESS.sub("[address]", text))


class LineFormatter(logging.Formatter):
    """For people: one line, and a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonLines(JsonFormatter):
    """For machines: one JSON object a line."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{request_id}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
            timestamp=False,
        )

    def serialize_log_record(self, log_data: dict[str, Any]) -> str:
        safe = {name: redact(value) if isinstance(value, str) else value for name, value in log_data.items()}
        return json.dumps(safe, ensure_ascii=False, default=lambda value: redact(str(value)))
