"""The backend that `DATABASES["…"]["ENGINE"]` names."""

import re
import select
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor
from psycopg.pq import Format

NEVER_BY_ITSELF = 2**31 - 1
_PLACES = re.compile(r"%\((\w+)\)s|%(s)|%(%)")


class PreparingCursor(base.CursorMixin, RawCursor):  # type: ignore[type-arg]
    """Prepares whatever has values; a text without values may hold several statements.

    The driver reads a text longer than 4,096 characters anew each time; here each text is read once.
    """

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        if params is None:
            return super().execute(query, **more)
        text, names = numbered(query)
        values = [params[name] for name in names] if isinstance(params, dict) else list(params)
        return super().execute(text, values, prepare=True, **more)


@lru_cache(maxsize=256)
def numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """The text with the server's own places (`$1`) in the place of `%(name)s` or `%s`, and the names in their order."""
    places: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name, unnamed, percent = found.groups()
        if percent:
            return "%"
        key = f"%{len(places)}" if unnamed else name
        return f"${places.setdefault(key, len(places) + 1)}"

    return _PLACES.sub(place, query).encode(), tuple(places)


class DatabaseOperations(operations.DatabaseOperations):
    """Tells prepared statements by their text: the driver keeps no other."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """Prepares statements where it is asked to, and looks at the socket before it asks whether a connection holds.

    A server that ended or ended the session closed the socket, and that is seen without a round trip, of which each
    request had one. Whatever else came unasked is no answer, so then the server is asked as ever.
    """

    ops_class = DatabaseOperations
    standing: PreparingCursor | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        made.prepare_threshold = NEVER_BY_ITSELF  # only what asks for it
        return made

    def is_usable(self) -> bool:
        raw = self.connection
        if raw is None or raw.closed:
            return False
        waiting = select.poll()
        waiting.register(raw.fileno(), select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True

    def prepared_cursor(self) -> CursorWrapper:
        """See `core.prepared`."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            made: CursorWrapper = self._prepare_cursor(PreparingCursor(self.connection))  # type: ignore[attr-defined, call-arg]
            return made

    def standing_cursor(self) -> CursorWrapper:
        """See `core.prepared.first_row`: it stays with its connection, and takes values in the server's own form."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.standing is None or self.standing.connection is not self.connection:
            self.standing = PreparingCursor(self.connection)  # type: ignore[call-arg]
            self.standing.format = Format.BINARY
        with self.wrap_database_errors:
            made: CursorWrapper = self._prepare_cursor(self.standing)  # type: ignore[attr-defined]
            return made
