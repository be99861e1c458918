"""Logs hold no personal data (R-G4): our lines by habit (`tests/log_guard.py`), everybody else's by redaction."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from iys_portal.core.log_format import JsonLines, LineFormatter, redact
from iys_portal.dashboard.errors import server_error
from tests.log_guard import GUARD, LogGuard, personal

QUOTED = (
    'duplicate key value\nDETAIL:  Key (recipient)=(ayse@firma.example) already exists.\nCONTEXT:  COPY x, line 1: "a"'
)


@pytest.mark.parametrize(
    "text",
    [
        "sent to ayse.yilmaz@firma.example",
        "sent to +905321112233",
        "no owner for 05321112233",
        "number 10000000146 refused",
        "your code is 481516",
    ],
)
def test_r_g4_the_guard_knows_personal_data(text: str) -> None:
    guard = LogGuard()
    guard.handle(logging.LogRecord("any", logging.INFO, __file__, 1, "%s", (text,), None))
    assert guard.found == [f"any: {text}"]


@pytest.mark.parametrize(
    "text", ["import_done id=123456 rows=1000000", "job_lost id=12", "worker@host", "12345678901 is no identity number"]
)
def test_ordinary_lines_pass_the_guard(text: str) -> None:
    assert not personal(text)


@pytest.mark.django_db
def test_r_g4_the_guard_listens_while_tests_run(client: Client) -> None:
    before = GUARD.looked_at
    logging.getLogger("consents").warning("some_event id=1")
    assert GUARD.looked_at == before + 1
    assert GUARD in logging.getLogger().handlers


def record_of_error(message: str) -> logging.LogRecord:
    try:
        raise IntegrityError(message)
    except IntegrityError:
        found = sys.exc_info()
    return logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Internal Server Error", (), found)


@pytest.mark.parametrize("formatter", [JsonLines(), LineFormatter("{levelname} {message}", style="{")])
def test_r_g4_what_the_database_quotes_is_left_out(formatter: logging.Formatter) -> None:
    record = record_of_error(QUOTED + " +905321112233")
    record.request_id = "a" * 32
    line = formatter.format(record)
    assert "firma.example" not in line and "5321112233" not in line
    assert "duplicate key value" in line and "IntegrityError" in line


def test_a_json_line_is_one_object_with_the_requests_id() -> None:
    record = record_of_error("anything")
    record.request_id = "b" * 32
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["request_id"]) == ("ERROR", "django.request", "b" * 32)
    assert "Traceback" in said["exc_info"]


def test_redaction_leaves_what_is_needed_to_find_an_error() -> None:
    line = "job_failed id=123456789 request=0f3a5321112233aabb seal=42 took=1234.567890123456"
    assert redact(line) == line


@pytest.mark.django_db
def test_a_fault_shows_the_person_the_number_that_the_log_holds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("broken on purpose")

    view = resolve(reverse("consents:verify")).func.view_class
    monkeypatch.setattr(view, "get", broken)
    client = Client(raise_request_exception=False)
    answer = client.get(reverse("consents:verify"))
    assert answer.status_code == 500
    number = answer["X-Request-ID"]
    assert number in answer.content.decode()
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.django_db
def test_the_page_of_a_fault_asks_nothing_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("asked the database")

    with connection.execute_wrapper(refuse):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Bize yazarsanız" not in answer.content.decode(), "no number outside a request"
