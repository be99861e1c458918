"""Statements that the server plans once a connection: for long texts that run often over few rows.

Django's cursor writes values into the text, so that each call is parsed and planned anew; for a rule that asks ten
tables this takes ten times as long as the answer.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model

from .postgres.base import DatabaseWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor of the default connection whose statements stay prepared, by their text; to be used in a `with`.

    Values are bound by the server: a text says the type of each where the place does not (`%s::int`).
    """
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS]).prepared_cursor()


def first_row(text: str, values: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a prepared statement, None without one.

    Its cursor stays with the connection, and with it what the driver knows of kinds of values and columns.
    """
    cursor = cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS]).standing_cursor()
    cursor.execute(text, values)
    found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def insert(row: Model) -> None:
    """`row.save(force_insert=True)` for rows that are written often: planned once a connection, and no signal sent.

    Sets the key; columns with a default of the database's own are left to it. Raises what the database raises.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    text, fields = _insertion(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    (row.pk,) = first_row(text, values) or ()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    """The text that inserts a row of the model and gives its key, and the columns' fields in their order."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields = [one for one in model._meta.local_concrete_fields if not one.primary_key and not one.has_db_default()]
    key = model._meta.pk
    assert key is not None
    columns, places = ", ".join(quote(str(one.column)) for one in fields), ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {quote(str(key.column))}", fields  # noqa: S608
