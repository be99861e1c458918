"""The statistics as rows of a file: column names are the same in every language, as those of all exports are."""

from collections.abc import Iterator

from consents.exports import Table

from .selectors.statistics import Figures, Statistics

COLUMNS = (
    "by", "name", "complaints", "open", "violations", "noViolations", "answeredLate", "afterRefusal",
    "withoutConsent",
)  # fmt: skip


def statistics_table(found: Statistics) -> Table:
    rows = [("total", "", *_cells(found.total))]
    # Of brands, marks are not counted: empty cells, no zeros.
    rows += [
        (table.key, line.name, *_cells(line.figures, marks=table.key != "brand"))
        for table in found.tables
        for line in table.lines
    ]
    for kind, days in found.medians.items():
        rows.append((f"median.{kind}", "", "" if days is None else str(days), *[""] * 6))

    def parts() -> Iterator[list[tuple[str, ...]]]:
        yield rows

    return Table(COLUMNS, parts, len(rows))


def _cells(figures: Figures, *, marks: bool = True) -> tuple[str, ...]:
    counted = (figures.total, figures.open, figures.violation, figures.no_violation)
    marked = (figures.late, figures.after_refusal, figures.without_consent)
    return (*map(str, counted), *(str(one) if marks else "" for one in marked))
