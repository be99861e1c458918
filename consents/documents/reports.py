"""A report as plain values, for its PDF, and as the lines of a file."""

import csv
import io
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from consents.files.annotate import guard
from consents.selectors.reports import Figures, Report
from consents.written_moments import printed

CSV_COLUMNS = (
    "by", "name", "newConsents", "refusals", "net", "lateRefusals", "evidenceMissing", "noticesOnTime", "noticesTold",
    "noticesLate", "noticesRegisteredLater", "noticesUndelivered",
)  # fmt: skip


def content(report: Report) -> dict[str, Any]:
    """The document's data: words and numbers as they are printed."""
    return {
        "scope": report.scope,
        "period": f"{report.asked.first:%d.%m.%Y} – {report.asked.last:%d.%m.%Y}",
        "counted_at": printed(report.counted_at),
        "missing_now": intcomma(report.missing_now),
        "total": _cells(report.total),
        "tables": [
            {
                "title": table.title,
                "head": table.head,
                "rows": [[line.name, *_cells(line.figures)] for line in table.lines],
            }
            for table in report.tables
        ],
        "notices": [
            {"title": table.title, "rows": [[line.name, *_notice_cells(line.figures)] for line in table.lines]}
            for table in report.notices
        ],
    }


def _cells(figures: Figures) -> list[str]:
    cells = [
        intcomma(number) for number in (figures.consents, figures.refusals, figures.net, figures.late, figures.missing)
    ]
    return [*cells, on_time(figures)]


def _notice_cells(figures: Figures) -> list[str]:
    late = (figures.late_notices, figures.registered_later, figures.undelivered)
    return [on_time(figures), *map(intcomma, late)]


def on_time(figures: Figures) -> str:
    """Notices on time of those that were due, in words."""
    if not figures.told:
        return "—"
    numbers = {"on_time": intcomma(figures.on_time), "told": intcomma(figures.told), "share": figures.share}
    return _("%(on_time)s of %(told)s (%(share)s%%)") % numbers


def as_csv(report: Report) -> str:
    """Every table one under the other, in whole numbers; `by` says which."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    ways = [table for table in report.notices if table.key == "means"]
    for table in [*report.tables, *ways]:
        for line in table.lines:
            one = line.figures
            told = (one.on_time, one.told, one.late_notices, one.registered_later, one.undelivered)
            counts: tuple[Any, ...] = (one.consents, one.refusals, one.net, one.late, one.missing)
            writer.writerow([table.key, guard(line.name), *(("",) * 5 if table in ways else counts), *told])
    return buffer.getvalue()
