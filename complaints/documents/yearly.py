"""The yearly report on complaints (R-K10): frozen figures, and the measures of a chart drawn from them."""

from datetime import date
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import translation

from complaints.enums import TimeKind
from complaints.models import FineAmount
from complaints.selectors.statistics import Figures, Statistics

HEIGHT, BASE, STEP = 150, 164, 55
"""Of the chart, in its own units: the highest bar, where bars stand, and from one month to the next."""


def yearly_content(
    found: Statistics, fines: list[FineAmount], *, year: int, counted_on: date, language: str
) -> dict[str, Any]:
    """The document's data: words and numbers as they are printed."""
    with translation.override(language):
        return {
            "year": str(year),
            "counted_on": f"{counted_on:%d.%m.%Y}",
            "whole": counted_on.year > year,
            "total": _cells(found.total),
            "share": found.total.violation_share,
            "medians": {kind.value: found.medians[kind.value] for kind in TimeKind},
            "outcomes": [[name, intcomma(count)] for name, count in found.outcomes],
            "bars": _bars(found),
            "tables": [
                {
                    "key": table.key,
                    "title": table.title,
                    "head": table.head,
                    "rows": [[line.name, *_cells(line.figures, marks=table.key != "brand")] for line in table.lines],
                }
                for table in found.tables
            ],
            "left_out": found.brands_left_out,
            "fines": [
                [one.get_breach_display(), f"{intcomma(one.least)} – {intcomma(one.most)} TL", one.times]
                for one in fines
            ],
        }


def _cells(figures: Figures, *, marks: bool = True) -> list[str]:
    counted = [figures.total, figures.open, figures.violation, figures.no_violation]
    marked = [figures.late, figures.after_refusal, figures.without_consent]
    return [intcomma(one) for one in (counted + marked if marks else counted)]


def _bars(found: Statistics) -> list[dict[str, Any]]:
    """Filed and violations of each month, as rectangles."""
    labels, (filed, violations) = found.chart["labels"], [one["values"] for one in found.chart["series"]]
    most = max([*filed, 1])
    bars = []
    for place, (label, all_of, bad) in enumerate(zip(labels, filed, violations, strict=True)):
        high, low = round(all_of * HEIGHT / most, 1), round(bad * HEIGHT / most, 1)
        bars.append(
            {
                "x": place * STEP + 8,
                "middle": place * STEP + 26,
                "label": label.split()[0],
                "filed": intcomma(all_of),
                "y": BASE - high,
                "high": high,
                "bad_y": BASE - low,
                "bad_high": low,
                "above": BASE - 4 - high,
            }
        )
    return bars
