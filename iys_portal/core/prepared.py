"""Statements that the server plans once a connection: for long texts that run often over few rows.

Django's cursor writes values into the text, so that each call is parsed and planned anew; for a rule that asks ten
tables this takes ten times as long as the answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

NEVER_BY_ITSELF = 2**31 - 1


class _PreparingCursor(ServerBindingCursor):
    """Prepares whatever has values; a text without values may hold several statements."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        return super().execute(query, params, prepare=params is not None, **more)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor of Django's default connection whose statements stay prepared, by their text.

    Values are bound by the server: a text says the type of each where the place does not (`%s::int`).
    """
    with connection.cursor():  # connects and checks the connection as Django does
        raw = connection.connection
        if raw.prepare_threshold is None:
            raw.prepare_threshold = NEVER_BY_ITSELF
        wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        with wrap(_PreparingCursor(raw)) as cursor:
            yield cursor
