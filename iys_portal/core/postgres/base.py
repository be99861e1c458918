"""The backend that `DATABASES["…"]["ENGINE"]` names."""

import select
from typing import Any

from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """Tells prepared statements by their text: the driver keeps no other."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server whether a kept connection still holds.

    A server that ended or ended the session closed the socket, and that is seen without a round trip, of which each
    request had one. Whatever else came unasked is no answer, so then the server is asked as ever.
    """

    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        raw = self.connection
        if raw is None or raw.closed:
            return False
        waiting = select.poll()
        waiting.register(raw.fileno(), select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True
