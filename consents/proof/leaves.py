"""Leaves of ledger and audit log, computed by the database in one pass (form v1: `docs/ledger.md`, `docs/seals.md`).

`consents.canonical` is the same form in Python; the tests compare the two.
"""

from dataclasses import dataclass

from django.db import connection

from consents.enums import Sealed

_MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint::text"


def _text(column: str) -> str:
    return f"coalesce({column}::text, '')"


def _moment(column: str) -> str:
    return f"coalesce({_MICROSECONDS.format(column)}, '')"


def _leaf(fields: list[str]) -> str:
    content = f"concat_ws(E'\\x1f', {', '.join(fields)})"
    return f"sha256('\\x01'::bytea || uuid_send(salt) || convert_to({content}, 'UTF8'))"


_EVENT = _leaf(
    [
        *map(_text, ("recipient", "brand_id", "channel", "recipient_type", "version", "kind", "status", "source")),
        _text("holds"),
        "late::int::text",
        *map(_moment, ("consent_date", "registered_at", "hold_from")),
        *map(_text, ("text_version_id", "retailer_id", "evidence_kind")),
        "coalesce(encode(evidence_hash, 'hex'), '')",
        *map(_text, ("undoes_version", "job_id", "actor_kind", "actor_id", "way")),
    ]
)
_ENTRY = _leaf(
    [
        _text("id"),
        _moment("at"),
        *map(_text, ("verb", "target_type", "target_id", "target_name", "provider_id", "actor_kind", "actor_id")),
        *map(_text, ("actor_name", "way", "request_id", "old", "new")),
    ]
)
_ROWS = {
    Sealed.EVENTS: ("consents_consentevent", "event_id", _EVENT),
    Sealed.ENTRIES: ("core_auditentry", "id", _ENTRY),
}
_PACKED = """
    SELECT string_agg(int8send(number), '' ORDER BY number), string_agg(leaf, '' ORDER BY number)
    FROM (
        SELECT {number} AS number, {leaf} AS leaf FROM {table}
        WHERE {number} > %s AND {number} <= %s ORDER BY {number} LIMIT %s
    ) rows
"""
EVERYTHING = 2**62


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


def leaves_between(tree: Sealed, after: int, upto: int, *, limit: int = EVERYTHING) -> Packed:
    """Leaves of the rows with numbers after one and up to another, in order, at most `limit`."""
    table, number, leaf = _ROWS[tree]
    with connection.cursor() as cursor:
        cursor.execute(_PACKED.format(table=table, number=number, leaf=leaf), [after, upto, limit])
        numbers, leaves = cursor.fetchone()
    return Packed(bytes(numbers or b""), bytes(leaves or b""))
