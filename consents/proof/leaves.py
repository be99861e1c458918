"""Leaves of ledger and audit log, computed by the database in one pass (form v1: `docs/ledger.md`, `docs/seals.md`).

`consents.canonical` is the same form in Python; the tests compare the two.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from consents.enums import Sealed

_SEPARATOR = "E'\\x1f'"


def _moment(column: str) -> str:
    """Microseconds since 1970: exact in double precision until the year 2106, and much quicker than in numeric."""
    return f"round(date_part('epoch', {column}) * 1000000)::bigint"


def _text(column: str) -> str:
    return f"coalesce({column}::text, '')"


def _maybe(moment: str) -> str:
    return f"CASE WHEN {moment} IS NULL THEN '' ELSE {_moment(moment)}::text END"


def _leaf(*fields: str) -> str:
    """The leaf of fields that are never null: `concat_ws` would leave a null out, separator and all."""
    content = f"concat_ws({_SEPARATOR}, {', '.join(fields)})"
    return f"sha256('\\x01'::bytea || uuid_send(salt) || convert_to({content}, 'UTF8'))"


EVENT = _leaf(
    "recipient", "brand_id", "channel", "recipient_type", "version", "kind", "status", _text("source"), "holds",
    "late::int", _maybe("consent_date"), _moment("registered_at"), _maybe("hold_from"), _text("text_version_id"),
    _text("retailer_id"), "evidence_kind", "coalesce(encode(evidence_hash, 'hex'), '')", _text("undoes_version"),
    _text("job_id"), "actor_kind", "actor_id", "way",
)  # fmt: skip
ENTRY = _leaf(
    "id", _moment("at"), "verb", "target_type", "target_id", "target_name", _text("provider_id"), "actor_kind",
    "actor_id", "actor_name", "way", "request_id", _text("old"), _text("new"),
)  # fmt: skip
_ROWS = {
    Sealed.EVENTS: ("consents_consentevent", "event_id", EVENT),
    Sealed.ENTRIES: ("core_auditentry", "id", ENTRY),
}
# Leaves are computed before the rows are sorted (OFFSET 0), so that narrow rows are sorted.
_PACKED = """
    SELECT string_agg(int8send(number), ''), string_agg(leaf, '') FROM (
        SELECT number, leaf FROM (
            SELECT {number} AS number, {leaf} AS leaf FROM {table} WHERE {number} > %s AND {number} <= %s OFFSET 0
        ) computed ORDER BY number
    ) rows
"""
# The number of the last row of so many, and how many there are.
_END = """
    SELECT max(number), count(*) FROM (
        SELECT {number} AS number FROM {table} WHERE {number} > %s AND {number} <= %s ORDER BY 1 LIMIT %s
    ) rows
"""


@dataclass(frozen=True)
class Packed:
    """Numbers (big-endian int8) and leaves (32 bytes) of consecutive rows, in order."""

    numbers: bytes
    leaves: bytes

    def __len__(self) -> int:
        return len(self.numbers) // 8

    def number(self, place: int) -> int:
        return int.from_bytes(self.numbers[8 * place : 8 * place + 8], "big", signed=True)

    def leaf(self, place: int) -> bytes:
        return self.leaves[32 * place : 32 * place + 32]

    def part(self, start: int, end: int) -> "Packed":
        return Packed(self.numbers[8 * start : 8 * end], self.leaves[32 * start : 32 * end])


def leaves_between(tree: Sealed, after: int, upto: int) -> Packed:
    """Leaves of the rows with numbers after one and up to another, in order."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_filled(_PACKED, tree), [after, upto])
        numbers, leaves = cursor.fetchone()
    return Packed(bytes(numbers or b""), bytes(leaves or b""))


def end_of(tree: Sealed, after: int, upto: int, *, limit: int) -> int:
    """The number up to which at most `limit` rows stand; `after` where there are none.

    Numbers hardly have gaps, so a window of that many is looked at first: asked for all at once, every part of a long
    backlog would sort the whole of it.
    """
    window, reached, found, rows = limit, after, None, 0
    with connection.cursor() as cursor:
        while rows < limit and reached < upto:
            reached = min(upto, after + window)
            cursor.execute(_filled(_END, tree), [after, reached, limit])
            found, rows = cursor.fetchone()
            window *= 2
    return found or after


def _filled(sql: str, tree: Sealed) -> str:
    table, number, leaf = _ROWS[tree]
    return sql.format(table=table, number=number, leaf=leaf)
