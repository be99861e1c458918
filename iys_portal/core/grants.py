"""What each database role may do, as a table, and what it really may: `check_grants` compares the two (design 2).

Rights are the database's last line: whoever takes over a web process holds the application's role and nothing more.
The comparison asks the server for effective rights, so a grant by another way (PUBLIC, a membership, one column) is
seen as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from .database import FOR_EXPIRY, append_only_tables

TABLE_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
COLUMN_RIGHTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
SEQUENCE_RIGHTS = ("USAGE", "SELECT", "UPDATE")
ORDINARY, APPEND_ONLY = "ordinary tables", "append-only tables"
ATTRIBUTES = ("rolsuper", "rolcreaterole", "rolreplication", "rolbypassrls")


@dataclass(frozen=True)
class Rights:
    """What one role is meant to have. `owns`: the schema is its own, so rights on tables are not counted."""

    tables: dict[str, frozenset[str]]
    sequences: frozenset[str]
    owns: bool = False
    expires: bool = False
    temporary: bool = False


NOTHING: frozenset[str] = frozenset()
EXPECTED = {
    "application": Rights(
        {
            ORDINARY: frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
            APPEND_ONLY: frozenset({"SELECT", "INSERT"}),
        },
        sequences=frozenset({"USAGE", "SELECT"}),
        temporary=True,
    ),
    "expiry": Rights({ORDINARY: NOTHING, APPEND_ONLY: NOTHING}, sequences=NOTHING, expires=True),
    "owner": Rights({}, sequences=NOTHING, owns=True, temporary=True),
}


@dataclass(frozen=True)
class Line:
    """One comparison: of a role, on something; `expected` and `found` are the same where all is well."""

    role: str
    what: str
    expected: str
    found: str

    @property
    def well(self) -> bool:
        return self.expected == self.found


def role_names() -> dict[str, str]:
    """Kind of role → its name here. The owner is known from the tables where no address names it."""
    names = {"application": settings.DATABASES["default"]["USER"]}
    if settings.DATABASE_EXPIRY is not None:
        names["expiry"] = settings.DATABASE_EXPIRY["USER"]
    return names


def compare(cursor: Any) -> list[Line]:
    """Every comparison, for a cursor of any role: the catalogue is readable to all."""
    cursor.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'django_migrations'")
    names = role_names() | {"owner": cursor.fetchone()[0]}
    lines: list[Line] = []
    for kind, name in names.items():
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            lines.append(Line(kind, f"role {name}", "exists", "missing"))
            continue
        expected = EXPECTED[kind]
        lines += _attributes(cursor, kind, name, expected)
        if not expected.owns:
            lines += _tables(cursor, kind, name, expected)
            lines += _sequences(cursor, kind, name, expected)
            lines += _functions(cursor, kind, name, expected)
    return [*lines, *_ownership(cursor, names["owner"]), *_triggers(cursor)]


def _words(rights: Any) -> str:
    return ", ".join(sorted(rights)) or "nothing"


def _attributes(cursor: Any, kind: str, name: str, expected: Rights) -> Iterator[Line]:
    columns = ", ".join(ATTRIBUTES)
    cursor.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = %s", [name])  # noqa: S608 - constants
    held = {attribute for attribute, has in zip(ATTRIBUTES, cursor.fetchone(), strict=True) if has}
    yield Line(kind, "powers of the role", "nothing", _words(held))
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolname NOT IN (%s, %s) AND pg_has_role(%s, oid, 'MEMBER')",
        [name, "pg_database_owner" if expected.owns else "", name],  # every database's owner is in that one
    )
    yield Line(kind, "member of", "nothing", _words(row[0] for row in cursor.fetchall()))
    cursor.execute(
        "SELECT has_schema_privilege(%s, 'public', 'CREATE'), has_database_privilege(%s, current_database(), 'CREATE'),"
        " has_database_privilege(%s, current_database(), 'TEMPORARY')",
        [name, name, name],
    )
    schema, database, temporary = cursor.fetchone()
    if not expected.owns:
        yield Line(kind, "new tables", "no", "yes" if schema or database else "no")
        yield Line(kind, "temporary tables", *("yes" if it else "no" for it in (expected.temporary, temporary)))


def _tables(cursor: Any, kind: str, name: str, expected: Rights) -> Iterator[Line]:
    """Rights by kind of table. A table that differs has a line of its own; partitions count as their parent."""
    whole = ", ".join(f"has_table_privilege(%(role)s, c.oid, '{right}')" for right in TABLE_RIGHTS)
    some = ", ".join(f"has_any_column_privilege(%(role)s, c.oid, '{right}')" for right in COLUMN_RIGHTS)
    cursor.execute(
        f"SELECT c.relname, ARRAY(SELECT r::regclass::text FROM pg_partition_ancestors(c.oid) r), {whole}, {some}"  # noqa: S608 - constants
        " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " ORDER BY c.relname",
        {"role": name},
    )
    guarded = set(append_only_tables())
    well = {ORDINARY: 0, APPEND_ONLY: 0}
    for table, ancestors, *flags in cursor.fetchall():
        held = {right for right, has in zip((*TABLE_RIGHTS, *COLUMN_RIGHTS), flags, strict=True) if has}
        sort = APPEND_ONLY if guarded & {table, *ancestors} else ORDINARY
        if held == expected.tables[sort]:
            well[sort] += 1
        else:
            yield Line(kind, f"table {table}", _words(expected.tables[sort]), _words(held))
    for sort, total in well.items():
        words = _words(expected.tables[sort])
        yield Line(kind, f"{total} {sort}", words, words)


def _sequences(cursor: Any, kind: str, name: str, expected: Rights) -> Iterator[Line]:
    rights = ", ".join(f"has_sequence_privilege(%(role)s, c.oid, '{right}')" for right in SEQUENCE_RIGHTS)
    cursor.execute(
        f"SELECT c.relname, {rights} FROM pg_class c"  # noqa: S608 - constants
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' ORDER BY c.relname",
        {"role": name},
    )
    words, well = _words(expected.sequences), 0
    for sequence, *flags in cursor.fetchall():
        held = _words(right for right, has in zip(SEQUENCE_RIGHTS, flags, strict=True) if has)
        if held == words:
            well += 1
        else:
            yield Line(kind, f"sequence {sequence}", words, held)
    yield Line(kind, f"{well} sequences", words, words)


def _functions(cursor: Any, kind: str, name: str, expected: Rights) -> Iterator[Line]:
    """Functions that run with their owner's rights: those that erase are the expiry role's, and nobody else's."""
    cursor.execute(
        "SELECT proname, coalesce(obj_description(oid, 'pg_proc') = %s, FALSE),"
        " has_function_privilege(%s, oid, 'EXECUTE')"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY proname",
        [FOR_EXPIRY, name],
    )
    for function, erases, may in cursor.fetchall():
        wanted = expected.expires and erases
        yield Line(kind, f"function {function}", *("may call" if it else "may not call" for it in (wanted, may)))


def _ownership(cursor: Any, owner: str) -> Iterator[Line]:
    cursor.execute(
        "SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE c.relnamespace = 'public'::regnamespace AND r.rolname <> %s"
        " UNION ALL SELECT p.proname, r.rolname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.pronamespace = 'public'::regnamespace AND r.rolname <> %s"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
        [owner, owner],
    )
    for thing, other in cursor.fetchall():
        yield Line("owner", f"owner of {thing}", owner, other)


def _triggers(cursor: Any) -> Iterator[Line]:
    """Every append-only table refuses changes by itself, the owner's and a superuser's too (R-L1)."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s",
        [r"%\_append\_only"],
    )
    enabled = dict(cursor.fetchall())
    for table in append_only_tables():
        state = {"O": "refuses", "A": "refuses", "D": "switched off", "R": "switched off"}.get(enabled.get(table, ""))
        yield Line("everybody", f"trigger of {table}", "refuses", state or "missing")
