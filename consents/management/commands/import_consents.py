"""The panel's engine from the command line.

`import_consents FILE --brand CODE [--evidence ZIP] [--as-of TIME] [--apply] [--json]`
"""

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consents import problems
from consents.enums import Verdict
from consents.models import ConsentImport, ImportProblem
from consents.problem_words import sentence_values, value_of
from consents.selectors.import_notices import forecast_of, planned_of
from consents.services.import_runs import load_file
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import DomainError
from providers.models import Brand


class Command(BaseCommand):
    help = "Check a file of consents against the rules; with --apply, record what holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--brand", required=True, type=int, help="brand number")
        parser.add_argument("--evidence", type=Path, metavar="ZIP", help="scans that the evidence column names")
        parser.add_argument("--as-of", type=datetime.fromisoformat, help="judge as of this moment (Türkiye time)")
        parser.add_argument("--apply", action="store_true", help="write what is accepted")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
        parser.add_argument(
            "--constant",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="stands for a missing column",
        )
        parser.add_argument(
            "--wide-no",
            choices=["refusal", "ignore"],
            default="ignore",
            help="what a no in a wide file means",
        )
        parser.add_argument("--reason", default="command line", help="kept with the import")
        parser.add_argument("--reference", default="import_consents", help="kept with the import")

    def handle(self, *args: Any, **options: Any) -> None:
        brand = Brand.objects.select_related("provider").filter(brand_code=options["brand"]).first()
        if brand is None:
            raise CommandError(f"There is no brand {options['brand']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        if options["evidence"] is not None and not options["evidence"].is_file():
            raise CommandError(f"There is no file {options['evidence']}.")
        moment: datetime | None = options["as_of"]
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=ISTANBUL)
        began = time.monotonic()
        try:
            item = load_file(
                actor=SYSTEM.by_way("command"),
                brand=brand,
                path=options["file"],
                evidence=options["evidence"],
                moment=moment or timezone.now(),
                apply_it=options["apply"],
                constants=constants_of(options["constant"]),
                wide_no=options["wide_no"],
                reason=options["reason"],
                reference=options["reference"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        report = report_of(item, seconds=time.monotonic() - began)
        if options["as_json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(in_words(report, told_in_words(item, now=moment or timezone.now())))


def constants_of(pairs: list[str]) -> dict[str, str]:
    """What `--constant` says, by field. Raises `CommandError` for what says nothing."""
    for pair in pairs:
        if "=" not in pair:
            raise CommandError(f"--constant {pair}: write FIELD=VALUE.")
    return dict(pair.split("=", 1) for pair in pairs)


def report_of(item: ConsentImport, *, seconds: float) -> dict[str, Any]:
    """What `--json` prints; `line` 1 is the file's first line."""
    applied = item.applied_at is not None
    counts = item.counts if applied else item.dry_counts
    judged = ImportProblem.Phase.APPLY if applied else ImportProblem.Phase.CHECK
    rows = ImportProblem.objects.filter(import_id=item.pk, phase__in=[ImportProblem.Phase.FORMAT, judged])
    found = []
    for row in rows.order_by("line", "pk").iterator():
        problem = problems.BY_NUMBER[row.problem]
        details = row.details or {}
        value = value_of(problem, row.value, details)
        values = sentence_values(problem=problem, **{**details, "value": value})
        found.append(
            {
                "line": row.line,
                "column": row.column or problem.column,
                "value": value,
                "code": problem.code,
                "reason": problem.sentence(**values),
            }
        )
    # Only beside a ZIP: the object has fixed keys otherwise (design 10).
    scans = {"evidence": counts["evidence"]} if "unused" in counts.get("evidence", {}) else {}
    return {
        "total": counts["total"],
        "verdicts": {verdict.name.lower(): counts["verdicts"][verdict.name.lower()] for verdict in Verdict},
        "problems": found,
        "applied": applied,
        "seconds": round(seconds, 3),
        **scans,
    }


def told_in_words(item: ConsentImport, *, now: datetime) -> list[str]:
    """R-M6: how many notices an apply would send and when they would be out, or what it put on the way."""
    counts = item.counts or item.dry_counts
    planned = planned_of(counts.get("notices", {}))
    lines = [f"  notices: {planned.mails} e-mails, {planned.texts} text messages"]
    if not item.counts and planned.total:
        coming = forecast_of(item, planned, now=now)
        assert coming.ends_at is not None
        lines[0] += f"; the last at about {coming.ends_at.astimezone(ISTANBUL):%Y-%m-%d %H:%M}"
        lines[0] += f"; {coming.missing} would miss midnight"
    if planned.later:
        lines.append(f"  {planned.later} of them registered later: the day of the consent is over")
    if planned.untellable:
        lines.append(f"  {planned.untellable} cannot be told by text")
    return lines + proven_in_words(counts.get("evidence", {}))


def proven_in_words(found: dict[str, int]) -> list[str]:
    """R-C16: what the evidence column came to."""
    order = ("matched", "missing", "references", "nothing", "unused")
    words = ", ".join(f"{found[name]} {name}" for name in order if found.get(name))
    return [f"  evidence: {words}"] if words else []


def in_words(report: dict[str, Any], told: list[str]) -> str:
    lines = [f"{report['total']} rows, {'applied' if report['applied'] else 'checked'} in {report['seconds']} s"]
    lines += [f"  {name}: {total}" for name, total in report["verdicts"].items() if total]
    lines += told
    lines += [
        f"  line {row['line']}: {row['code']} {row['column']}: {row['reason']}" for row in report["problems"][:50]
    ]
    if len(report["problems"]) > 50:
        lines.append(f"  … and {len(report['problems']) - 50} more problems (all with --json)")
    return "\n".join(lines)
