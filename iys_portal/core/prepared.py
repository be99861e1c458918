"""Statements that the server plans once a connection: for long texts that run often over few rows.

Django's cursor writes values into the text, so that each call is parsed and planned anew; for a rule that asks ten
tables this takes ten times as long as the answer.
"""

from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from .postgres.base import DatabaseWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor of the default connection whose statements stay prepared, by their text; to be used in a `with`.

    Values are bound by the server: a text says the type of each where the place does not (`%s::int`).
    """
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS]).prepared_cursor()
