"""Do the tables obey Citus' rules? Read from the database's own catalogue (docs/scale.md)."""

from collections.abc import Iterator
from typing import Any

from consents.distribution import COLUMN, DISTRIBUTED, REFERENCE, TRIGGERS, UNDISTRIBUTED

_HOLDERS = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = %s AND NOT a.attisdropped
    ORDER BY 1
"""
_UNIQUE = """
    SELECT t.relname, i.relname, EXISTS (
        SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = %s
            AND a.attnum = ANY((x.indkey::int2[])[0:x.indnkeyatts - 1]))
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE t.relname = ANY(%s) AND (x.indisunique OR x.indisexclusion) ORDER BY 1, 2
"""
# The columns of each foreign key in pairs (own, referenced).
_FOREIGN = """
    SELECT own.relname, k.conname, other.relname, ARRAY(
        SELECT a.attname || '=' || b.attname FROM unnest(k.conkey, k.confkey) pair(a, b)
        JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = pair.a
        JOIN pg_attribute b ON b.attrelid = other.oid AND b.attnum = pair.b)
    FROM pg_constraint k JOIN pg_class own ON own.oid = k.conrelid JOIN pg_class other ON other.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_TRIGGERS = """
    SELECT t.relname, g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND t.relname = ANY(%s) ORDER BY 1, 2
"""
# Numbers that the database gives by itself: a sequence has to be of bigint, so that each machine gets a range of it.
_NUMBERED = """
    SELECT t.relname, a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    WHERE t.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> 'bigint'::regtype
        AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%') ORDER BY 1, 2
"""


def flaws(cursor: Any) -> Iterator[str]:
    """Sentences about what breaks a rule; none where the tables can be distributed as `consents.distribution` says."""
    yield from _unlisted(cursor)
    cursor.execute(_UNIQUE, [COLUMN, list(DISTRIBUTED)])
    for table, index, has_column in cursor.fetchall():
        if not has_column:
            yield f"{table}: the unique index {index} does not contain {COLUMN}"
    yield from _foreign(cursor)
    cursor.execute(_TRIGGERS, [[*DISTRIBUTED, *REFERENCE]])
    found = set(cursor.fetchall())
    named = {(table, name) for table, names in TRIGGERS.items() for name in names}
    yield from (f"{table}: the trigger {name} is not named" for table, name in sorted(found - named))
    yield from (f"{table}: the named trigger {name} is not there" for table, name in sorted(named - found))
    cursor.execute(_NUMBERED, [list(DISTRIBUTED)])
    yield from (f"{table}: {column} is numbered and no bigint" for table, column in cursor.fetchall())


def _unlisted(cursor: Any) -> Iterator[str]:
    cursor.execute(_HOLDERS, [COLUMN])
    holders = {name for (name,) in cursor.fetchall()}
    for name in sorted(holders - {*DISTRIBUTED, *UNDISTRIBUTED}):
        yield f"{name}: holds {COLUMN} and is neither distributed nor named with a reason"
    for name in sorted({*DISTRIBUTED, *UNDISTRIBUTED} - holders):
        yield f"{name}: is listed and holds no {COLUMN}"


def _foreign(cursor: Any) -> Iterator[str]:
    cursor.execute(_FOREIGN)
    for table, key, other, pairs in cursor.fetchall():
        if table in REFERENCE and other not in REFERENCE:
            yield f"{table}: {key} leads from a reference table to {other}"
        elif table in DISTRIBUTED and other not in REFERENCE:
            if other not in DISTRIBUTED:
                yield f"{table}: {key} leads to {other}, which stands on the coordinator alone"
            elif f"{COLUMN}={COLUMN}" not in pairs:
                yield f"{table}: {key} leads to {other} without {COLUMN}"
        elif table not in DISTRIBUTED and other in DISTRIBUTED:
            yield f"{table}: {key} leads to {other}, whose rows stand elsewhere"
