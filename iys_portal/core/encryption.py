"""Fields that are encrypted at rest (R-P9): T.C. identity numbers, tax numbers, birth dates.

`FIELD_KEYS` holds Fernet keys: the first encrypts, every one decrypts, so that a new key is put in front, then
`manage.py rotate_keys` writes old rows anew, then the old key goes. `LOOKUP_KEY` makes the keyed hash by which a row is
found again; it stays when encryption keys change.
"""

import functools
import hmac
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models, transaction
from psycopg import sql

ROTATE_ROWS = 500


class Unreadable(Exception):
    """None of the keys opens what stands in the database: a key was removed before its rows were written anew."""


def encrypt(text: str) -> str:
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """Raises `Unreadable`; its message names neither token nor key."""
    try:
        return _keys(tuple(settings.FIELD_KEYS)).decrypt(token.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError):
        raise Unreadable("no key of FIELD_KEYS opens this value") from None


def keyed_hash(text: str, *, purpose: str) -> str:
    """64 hex digits by which the same text is found again, for one purpose; nobody without the key can try numbers."""
    if not settings.LOOKUP_KEY:
        raise ImproperlyConfigured("LOOKUP_KEY is empty")
    found = _mac(settings.LOOKUP_KEY).copy()
    found.update(f"{purpose}:{text}".encode())
    return found.hexdigest()


@functools.lru_cache(maxsize=2)
def _mac(key: str) -> hmac.HMAC:
    return hmac.new(key.encode(), digestmod="sha256")


def masked(text: str) -> str:
    """`12*******46`: an identity number as screens show it."""
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}" if len(text) > 7 else "*" * len(text)


@functools.lru_cache(maxsize=8)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured("FIELD_KEYS: each key is 32 bytes in URL-safe base64") from None


class EncryptedTextField(models.TextField):
    """Text that stands encrypted in its column; the empty text stays empty. Only `isnull` can be asked of it."""

    def get_prep_value(self, value: Any) -> Any:
        text = self.text_of(super().get_prep_value(value))
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Any:
        return value if not value else self.value_of(decrypt(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look its keyed hash up instead")
        return super().get_lookup(lookup_name)

    def text_of(self, value: Any) -> str | None:
        return value

    def value_of(self, text: str) -> Any:
        return text


class EncryptedDateField(EncryptedTextField):
    """A date that stands encrypted in its column."""

    def to_python(self, value: Any) -> date | None:
        return models.DateField().to_python(value)

    def text_of(self, value: Any) -> str | None:
        day = self.to_python(value)
        return day.isoformat() if day else None

    def value_of(self, text: str) -> date:
        return date.fromisoformat(text)


def encrypted_fields() -> list[tuple[type[models.Model], list[EncryptedTextField]]]:
    """Every model that has encrypted fields, in a fixed order, with them."""
    found = [
        (model, [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)])
        for model in apps.get_models()
    ]
    return sorted(((model, fields) for model, fields in found if fields), key=lambda entry: entry[0]._meta.label)


def rotate(*, chunk: int = ROTATE_ROWS) -> Iterator[tuple[str, int, int]]:
    """Write every value that is not under the first key anew; yields (model, rows looked at, rows written).

    Each chunk is a transaction of its own and a value under the first key is left as it is, so a run that was
    interrupted is simply started again. Raises `Unreadable` where no key opens a value; earlier chunks stay written.
    """
    for model, fields in encrypted_fields():
        yield from _rotate_model(model, fields, chunk)


def _rotate_model(
    model: type[models.Model], fields: Sequence[EncryptedTextField], chunk: int
) -> Iterator[tuple[str, int, int]]:
    last: Any = None
    while True:
        with transaction.atomic():
            rows = _locked_rows(model, fields, after=last, limit=chunk)
            written = sum(_write_anew(model, fields, key, tokens) for key, *tokens in rows)
        if not rows:
            return
        last = rows[-1][0]
        yield model._meta.label, len(rows), written


def _locked_rows(
    model: type[models.Model], fields: Sequence[EncryptedTextField], *, after: Any, limit: int
) -> list[tuple[Any, ...]]:
    """Key and stored tokens of the next rows, as they stand in the columns."""
    key = _column(model._meta.pk)
    columns = _listed([key, *(_column(field) for field in fields)])
    beyond = sql.SQL("") if after is None else sql.SQL("WHERE {} > {}").format(key, sql.Literal(after))
    statement = sql.SQL("SELECT {} FROM {} {} ORDER BY {} LIMIT {} FOR UPDATE").format(
        columns, sql.Identifier(model._meta.db_table), beyond, key, sql.Literal(limit)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _write_anew(
    model: type[models.Model], fields: Sequence[EncryptedTextField], key: Any, tokens: Sequence[str | None]
) -> bool:
    old = {
        str(field.column): token
        for field, token in zip(fields, tokens, strict=True)
        if token and not _under_first(token)
    }
    if not old:
        return False
    sets = _listed(
        [
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(encrypt(decrypt(token))))
            for column, token in old.items()
        ]
    )
    statement = sql.SQL("UPDATE {} SET {} WHERE {} = {}").format(
        sql.Identifier(model._meta.db_table), sets, _column(model._meta.pk), sql.Literal(key)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
    return True


def _column(field: Any) -> sql.Composable:
    return sql.Identifier(field.column)


def _listed(parts: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(parts)


def _under_first(token: str) -> bool:
    try:
        _keys((settings.FIELD_KEYS[0],)).decrypt(token.encode("ascii"))
    except (InvalidToken, UnicodeEncodeError):
        return False
    return True
