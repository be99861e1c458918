"""Problem rows of an import: grouped by reason, one page by key, and all of them as a stream.

A page is put together from the beginnings of the index `problem_of_import`, one for each reason, so that the last page
of a million rows costs what the first one costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from consents import problems
from consents.enums import Channel, Verdict
from consents.files.layout import FIELD_LABELS, Layout
from consents.models import ConsentImport, ImportProblem
from consents.problem_words import sentence_values, value_of
from iys_portal.core.actors import Actor
from iys_portal.core.masking import mask

ROWS = 50
SHOWN = 60  # characters of a cell on a page
Phase = ImportProblem.Phase
ADDRESSES = frozenset({"recipient", "phone", "email"})
Place = tuple[int, int]

_PAGE = """
    SELECT p.* FROM unnest(%(phases)s::smallint[]) AS phases(phase)
    CROSS JOIN unnest(%(numbers)s::smallint[]) AS numbers(number)
    CROSS JOIN LATERAL (
        SELECT * FROM consents_importproblem r
        WHERE r.import_id = %(import)s AND r.phase = phases.phase AND r.problem = numbers.number
          AND {beyond}
        ORDER BY r.line {way}, r.id {way} LIMIT %(limit)s
    ) p
    ORDER BY {order} LIMIT %(total)s
"""
_AFTER = "r.line >= %(line)s AND (r.line, r.id) > (%(line)s, %(id)s)"
_BEFORE = "r.line <= %(line)s AND (r.line, r.id) < (%(line)s, %(id)s)"


@dataclass(frozen=True)
class Line:
    """One problem as a reader sees it."""

    line: int
    column: str
    value: str
    channel: str | Promise
    code: str
    verdict: Verdict
    reason: str
    advice: str
    place: Place


@dataclass(frozen=True)
class Group:
    """All rows with one reason; `example` is the first of them."""

    problem: problems.Problem
    total: int
    example: Line | None

    @property
    def number(self) -> str:
        return str(self.problem.number)

    @property
    def reason(self) -> str:
        return self.example.reason if self.example else self.problem.sentence()


@dataclass(frozen=True)
class LinePage:
    """Some problem rows in the order of the file, and from where to go on to both sides."""

    lines: list[Line] = field(default_factory=list)
    before: Place | None = None
    after: Place | None = None


class Reader:
    """Tells the problem rows of one import to one actor; staff see other people's addresses masked (R-G2)."""

    def __init__(self, item: ConsentImport, actor: Actor) -> None:
        self.item = item
        self.masked = is_masked(item, actor)
        self.headings = {
            column.field: column.heading for column in Layout.from_json(item.layout).columns if column.field
        }

    @property
    def phases(self) -> list[int]:
        """What reading found, and what the last judging found."""
        return [Phase.FORMAT, judged_phase(self.item)]

    def told(self, row: ImportProblem) -> Line:
        problem = problems.BY_NUMBER[row.problem]
        details: dict[str, Any] = row.details or {}
        # What an undo left alone is a record, known by its address, whatever the reason looks at.
        column = "recipient" if row.phase == Phase.UNDO else row.column or problem.column
        value = details.get("recipient", "") if row.phase == Phase.UNDO else row.value
        value = value_of(problem, value, details) or ""
        value = f"{value[:SHOWN]}…" if len(value) > SHOWN else value
        if self.masked and column in ADDRESSES and value:
            value = mask(value)
        values = sentence_values(problem=problem, **{**details, "value": value})
        return Line(
            line=row.line,
            column=self.headings.get(column) or str(FIELD_LABELS.get(column, column)),
            value=value,
            channel=Channel(details["channel"]).label if "channel" in details else "",
            code=problem.code,
            verdict=problem.verdict,
            reason=problem.sentence(**values),
            advice=str(problem.advice),
            place=(row.line, row.pk),
        )

    def groups(self, codes: dict[str, int], *, phases: list[int] | None = None) -> list[Group]:
        """The reasons of `codes` (counts by problem number), most frequent first, each with an example."""
        rows = _rows(self.item, phases or self.phases, [int(number) for number in codes], limit=1, total=200)
        first: dict[int, Line] = {}
        for row in rows:
            first.setdefault(row.problem, self.told(row))
        groups = [Group(problems.BY_NUMBER[int(n)], total, first.get(int(n))) for n, total in codes.items()]
        return sorted(groups, key=lambda group: (-group.total, group.problem.number))

    def page(
        self,
        numbers: list[int],
        *,
        phases: list[int] | None = None,
        place: Place | None = None,
        backwards: bool = False,
        size: int = ROWS,
    ) -> LinePage:
        """One page of the rows with one of these reasons."""
        limit = size + 1
        rows = _rows(
            self.item, phases or self.phases, numbers, limit=limit, total=limit, place=place, backwards=backwards
        )
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        lines = [self.told(row) for row in rows]
        if not lines:
            return LinePage(before=None if backwards else place)
        return LinePage(
            lines,
            before=lines[0].place if (more if backwards else place is not None) else None,
            after=lines[-1].place if (more or backwards) else None,
        )

    def first(self, *, each: int = 3, total: int = 8) -> list[Line]:
        """Some rows of each reason that reading has found so far, while it goes on."""
        malformed = [n for n, problem in problems.BY_NUMBER.items() if problem.verdict is Verdict.MALFORMED]
        return [self.told(row) for row in _rows(self.item, [Phase.FORMAT], malformed, limit=each, total=total)]


def judged_phase(item: ConsentImport) -> int:
    """The phase whose verdicts count: those of the apply once there was one."""
    return Phase.APPLY if item.counts else Phase.CHECK


def is_masked(item: ConsentImport, actor: Actor) -> bool:
    """Staff see addresses in full only in a file that they uploaded themselves (R-G2)."""
    return actor.all_providers and actor.id != item.actor_id


def stream(item: ConsentImport, *, numbers: list[int] | None = None, after: int = -1) -> Iterator[ImportProblem]:
    """Every problem row behind a line in the order of the file, without holding them all."""
    rows = ImportProblem.objects.filter(import_id=item.pk, phase__in=[Phase.FORMAT, judged_phase(item)])
    rows = rows.filter(line__gt=after)
    if numbers is not None:
        rows = rows.filter(problem__in=numbers)
    return rows.order_by("line", "pk").iterator(chunk_size=5000)


def _rows(
    item: ConsentImport,
    phases: list[int],
    numbers: list[int],
    *,
    limit: int,
    total: int,
    place: Place | None = None,
    backwards: bool = False,
) -> list[ImportProblem]:
    way = "DESC" if backwards else "ASC"
    beyond = "TRUE" if place is None else (_BEFORE if backwards else _AFTER)
    sql = _PAGE.format(beyond=beyond, way=way, order=f"line {way}, id {way}")
    line, key = place or (0, 0)
    values = {
        "phases": [int(phase) for phase in phases],
        "numbers": numbers,
        "import": item.pk,
        "limit": limit,
        "total": total,
        "line": line,
        "id": key,
    }
    return list(ImportProblem.objects.raw(sql, values))
