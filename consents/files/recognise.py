"""Which row holds the headings and which column is for which field.

Works on the first rows of a table, whatever file they come from. Headings decide, what the provider
decided before (`remembered`) wins over them, the content settles what they leave open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .content import KINDS_OF_FIELD, Content, content_of, looks_like_data
from .errors import FileRefused
from .layout import ADDRESS_FIELDS, ALLOW_FIELDS, FIELD_LABELS, Column, Shape, shape_of
from .words import GENERIC, LAST, NEVER_BY_CONTENT, PLAIN, WEAK, fields_of, heading_key

HEADING_ROWS = 30
CONTENT_ROWS = 200
MAX_COLUMNS = 250
_ENOUGH = 5.5
_REMEMBERED = 100.0
_SPEAKING = 0.8

Row = tuple[int, Sequence[str]]
"""A line number and the cells of the row."""


@dataclass(frozen=True)
class Table:
    """What was recognised in one table. `score` compares readings of the same file (sheets, delimiters)."""

    header_line: int | None
    first_line: int
    columns: tuple[Column, ...]
    shape: Shape
    sample: tuple[tuple[str, ...], ...]
    has_rows: bool
    score: float
    twins: FileRefused | None

    @property
    def usable(self) -> bool:
        return any(column.field in ADDRESS_FIELDS for column in self.columns)


def recognise(rows: Sequence[Row], remembered: Mapping[str, str | None]) -> Table:
    """Recognise a table by its first rows, blank ones left out (about 230 are enough).

    Raises `FileRefused('too-many-columns')`.
    """
    header, start = _find_heading(rows, remembered)
    data = [cells for _, cells in rows[start : start + CONTENT_ROWS]]
    names = [name.strip() for name in rows[header][1]] if header is not None else []
    width = _width(names, data)
    names = _padded(names, width)
    contents = [content_of(cells[index] for cells in data if index < len(cells)) for index in range(width)]
    assignment = _Assignment(names, contents, remembered)
    fields = assignment.run(headed=header is not None)
    columns = tuple(Column(index, names[index], fields.get(index)) for index in range(width))
    first_line = rows[start][0] if start < len(rows) else (rows[-1][0] + 1 if rows else 1)
    return Table(
        header_line=rows[header][0] if header is not None else None,
        first_line=first_line,
        columns=columns,
        shape=shape_of(fields.values()),
        sample=tuple(tuple(_padded(cells, width)) for cells in data[:10]),
        has_rows=bool(data),
        score=_score(fields, contents, header is not None),
        twins=assignment.twins,
    )


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _width(names: Sequence[str], data: Sequence[Sequence[str]]) -> int:
    """Columns up to the last one that has a heading or a value."""
    width = max((index + 1 for index, name in enumerate(names) if name), default=0)
    for cells in data:
        used = len(cells)
        while used > width and not cells[used - 1].strip():
            used -= 1
        width = max(width, used)
    if width > MAX_COLUMNS:
        raise FileRefused("too-many-columns", count=width, limit=MAX_COLUMNS)
    return width


def _find_heading(rows: Sequence[Row], remembered: Mapping[str, str | None]) -> tuple[int | None, int]:
    """Position of the heading row (None without one) and of the first data row."""
    best, best_value = None, 0.0
    for position, (_, cells) in enumerate(rows[:HEADING_ROWS]):
        value = _heading_value(cells, remembered)
        if value > best_value and not looks_like_data(cells):
            best, best_value = position, value
    if best is not None and (best_value >= 2 * LAST or _stands_above(rows, best)):
        return best, best + 1
    first = next((position for position, (_, cells) in enumerate(rows[:HEADING_ROWS]) if looks_like_data(cells)), None)
    if first is None:
        return (0, 1) if rows else (None, 0)
    if first > 0 and sum(1 for cell in rows[first - 1][1] if cell.strip()) >= 2:
        return first - 1, first
    return None, first


def _heading_value(cells: Sequence[str], remembered: Mapping[str, str | None]) -> float:
    """How much a row looks like headings: the sum over the different fields that its words name."""
    found: dict[str, float] = {}
    for index, cell in enumerate(cells):
        key = heading_key(cell) if len(cell) <= 100 else ""
        if key and key in remembered:
            found[remembered[key] or f"ignored {index}"] = WEAK
            continue
        for name, value in fields_of(key).items():
            found[name] = max(found.get(name, 0.0), value)
            break
    return sum(found.values())


def _stands_above(rows: Sequence[Row], position: int) -> bool:
    """True when a single known word is a heading: values of its field follow in its column."""
    following = [cells for _, cells in rows[position + 1 : position + 1 + CONTENT_ROWS]]
    for index, cell in enumerate(rows[position][1]):
        for name, value in fields_of(heading_key(cell)).items():
            kinds = KINDS_OF_FIELD.get(name)
            content = content_of(cells[index] for cells in following if index < len(cells))
            if kinds and value >= PLAIN and (content.share(kinds) >= 0.5 or not following):
                return True
    return False


def _score(fields: Mapping[int, str], contents: Sequence[Content], headed: bool) -> float:
    """Addresses weigh most; then every field, more when its content fits."""
    score = 0.5 if headed and fields else 0.0
    for index, name in fields.items():
        kinds = KINDS_OF_FIELD.get(name)
        score += (3.0 if name in ADDRESS_FIELDS else 1.0) + (contents[index].share(kinds) if kinds else 0.0)
    return score


class _Assignment:
    """Gives each column at most one field and each field at most one column, the surest pair first."""

    def __init__(self, names: Sequence[str], contents: Sequence[Content], remembered: Mapping[str, str | None]) -> None:
        self.names = names
        self.keys = [heading_key(name) for name in names]
        self.contents = contents
        self.remembered = remembered
        self.fields: dict[int, str] = {}
        self.settled: set[int] = set()
        self.twins: FileRefused | None = None

    def run(self, *, headed: bool) -> dict[int, str]:
        """Fields by column index; sets `twins` when headings give one field twice and nothing decides."""
        claims = [claim for index in range(len(self.keys)) for claim in self._claims(index)]
        claims.sort(key=lambda claim: (-claim[0], claim[2]))
        for value, _, index, name in claims:
            if value >= _ENOUGH and index not in self.settled and name not in self.fields.values():
                self.fields[index] = name
                self.settled.add(index)
        self._find_twins(claims)
        self._fill_by_content(headed=headed)
        self._fit_shape()
        return self.fields

    def _claims(self, index: int) -> list[tuple[float, float, int, str]]:
        """(total, by heading, column, field) of every field that the heading may mean."""
        key = self.keys[index]
        if key and key in self.remembered:
            name = self.remembered[key]
            if name in FIELD_LABELS:
                return [(_REMEMBERED, _REMEMBERED, index, name)]
            self.settled.add(index)
            return []
        return [(value + self._by_content(index, name), value, index, name) for name, value in fields_of(key).items()]

    def _by_content(self, index: int, name: str) -> float:
        """Between -3 (other values) and +3 (all fit); 0 when nothing can be told."""
        kinds, content = KINDS_OF_FIELD.get(name), self.contents[index]
        if kinds is None or not content.filled:
            return 0.0
        share = content.share(kinds)
        return 3 * share if share >= 0.5 else (-3.0 if share < 0.2 else 0.0)

    def _find_twins(self, claims: Sequence[tuple[float, float, int, str]]) -> None:
        """A column left over whose heading says a taken field as surely as the column that has it."""
        by_heading = {(index, name): (total, value) for total, value, index, name in claims}
        for index, name in self.fields.items():
            total, value = by_heading[index, name]
            rivals = [
                other
                for (other, wanted), (rival_total, rival_value) in by_heading.items()
                if wanted == name and other not in self.fields and rival_value == value and total - rival_total < 0.7
            ]
            if rivals and value >= WEAK:
                headings = ", ".join(f"{self.names[i]} ({i + 1})" for i in sorted([index, *rivals]))
                self.twins = FileRefused("two-columns", field=FIELD_LABELS[name], headings=headings)
                return

    def _fill_by_content(self, *, headed: bool) -> None:
        """Fields that no heading named, where a column's values are unmistakable; never a yes or no."""
        taken = set(self.fields.values())
        wide = bool(taken & ALLOW_FIELDS)
        if not taken & ADDRESS_FIELDS:
            self._fill_addresses(headed=headed)
        for name in () if wide else ("type", "source", "recipient_type"):
            if name not in taken:
                self._fill(name, KINDS_OF_FIELD[name], headed=headed)
        if "status" not in taken and not wide:
            self._fill("status", frozenset({"status"}), headed=headed)
        if "consent_date" not in taken:
            self._fill("consent_date", frozenset({"date"}), headed=headed, generic=True)

    def _fill(self, name: str, kinds: frozenset[str], *, headed: bool, generic: bool = False) -> None:
        found = [index for index in self._open(headed, generic) if self.contents[index].share(kinds) >= _SPEAKING]
        if len(found) == 1:
            self.fields[found[0]] = name

    def _fill_addresses(self, *, headed: bool) -> None:
        """One column of addresses is the recipient; one of phones and one of e-mails are a wide file's."""
        shares = {
            name: {index: self.contents[index].share(KINDS_OF_FIELD[name]) for index in self._open(headed, False)}
            for name in ("recipient", "phone", "email")
        }
        found = {
            name: max((i for i, share in by.items() if share >= _SPEAKING), key=lambda i: (by[i], -i), default=None)
            for name, by in shares.items()
        }
        if found["phone"] is not None and found["email"] is not None:
            self.fields |= {found["phone"]: "phone", found["email"]: "email"}
        elif found["recipient"] is not None:
            self.fields[found["recipient"]] = "recipient"

    def _open(self, headed: bool, generic: bool) -> list[int]:
        """Columns that content may still speak for."""
        return [
            index
            for index, key in enumerate(self.keys)
            if index not in self.fields
            and index not in self.settled
            and not (headed and NEVER_BY_CONTENT.search(key))
            and not (headed and generic and not GENERIC.fullmatch(key))
        ]

    def _fit_shape(self) -> None:
        """Fields that the shape does not have are dropped; a lone phone or e-mail column is the recipient."""
        place = {name: index for index, name in self.fields.items()}
        if shape_of(place) == "wide":
            self._fit_wide(place)
            return
        addresses = [name for name in ("phone", "email") if name in place]
        if "recipient" in place:
            for name in addresses:
                self._drop(place[name])
        elif len(addresses) == 1:
            self.fields[place[addresses[0]]] = "recipient"

    def _fit_wide(self, place: Mapping[str, int]) -> None:
        for name in ("type", "status"):
            if name in place:
                self._drop(place[name])
        if "recipient" not in place:
            return
        index = place["recipient"]
        content = self.contents[index]
        name = "email" if content.share(frozenset({"email"})) > content.share(frozenset({"phone"})) else "phone"
        if name in place:
            self._drop(index)
        else:
            self.fields[index] = name

    def _drop(self, index: int) -> None:
        if self.keys[index] not in self.remembered:
            del self.fields[index]
