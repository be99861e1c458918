"""Statements that stay prepared, and a connection whose end is seen without asking (docs/adr/0025-one-call.md)."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone

from iys_portal.core.postgres.base import numbered
from iys_portal.core.prepared import first_row, prepared_cursor

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, %s) > 0"


def prepared(mark: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(PREPARED, [mark])
        return int(cursor.fetchone()[0])


def test_a_text_is_planned_once_a_connection(db: None) -> None:
    for number in (1, 2, 3):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT /* once */ %(number)s::int + 1", {"number": number})
            assert cursor.fetchone() == (number + 1,)
    assert prepared("/* once */ $1") == 1


def test_places_are_numbered_as_the_driver_numbers_them(db: None) -> None:
    text = "SELECT %(b)s::int, %(a)s::int, %(b)s::int, '100%%', 7 %% 4"
    assert numbered(text) == (b"SELECT $1::int, $2::int, $1::int, '100%', 7 % 4", ("b", "a"))
    assert numbered("SELECT %s::int, %s::int")[0] == b"SELECT $1::int, $2::int"
    for cursor in (prepared_cursor(), connection.cursor()):
        with cursor:
            cursor.execute(text, {"a": 1, "b": 2})
            assert cursor.fetchone() == (2, 1, 2, "100%", 3)
            cursor.execute("SELECT %s::int - %s::int", [5, 3])
            assert cursor.fetchone() == (2,)


def test_djangos_own_statements_are_not_prepared(db: None) -> None:
    for _ in range(8):
        with connection.cursor() as cursor:
            cursor.execute("SELECT /* never */ %s", [1])
    assert prepared("/* never") == 0


def test_a_text_without_values_may_hold_several_statements(db: None) -> None:
    with prepared_cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '4MB'; SELECT 1")


@pytest.mark.usefixtures("committed_db")
def test_a_session_that_the_server_ended_is_replaced_before_it_is_used() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        former = cursor.fetchone()[0]
    assert first_row("SELECT pg_backend_pid()", []) == (former,)
    assert connection.is_usable()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [former])
    other.close()
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    text, values = "SELECT pg_backend_pid() <> %(former)s::int", {"former": former}
    with prepared_cursor() as cursor:
        cursor.execute(text, values)
        assert cursor.fetchone() == (True,)
    assert first_row(text, values) == (True,)


def test_the_first_row_comes_as_a_prepared_statement_s(db: None) -> None:
    text = (
        "SELECT /* first */ %(at)s::timestamptz, %(names)s::text[], %(key)s::uuid, '\\x00ff'::bytea WHERE %(is)s::bool"
    )
    values = {"at": timezone.now(), "names": ["a", "ş"], "key": uuid.uuid4(), "is": True}
    for _ in range(2):
        with prepared_cursor() as cursor:
            cursor.execute(text, values)
            row = cursor.fetchone()
        assert first_row(text, values) == row
    assert first_row(text, {**values, "is": False}) is None
    assert prepared("/* first */") == 1
