"""The query before sending from the command line (R-S1).

`check_recipients FILE --brand CODE --channel C [--recipient-type T] [--json] [--output FILE]`
"""

import json
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consents.address_column import choices_of
from consents.effective import Reason
from consents.enums import Channel, QueryWay, RecipientType
from consents.files.layout import Layout
from consents.models import RecipientQuery
from consents.query_results import HEADINGS, result_rows
from consents.selectors.queries import answers_by_name, reasons_by_name
from consents.services import query_runs
from consents.services.queries import ask_file
from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import DomainError
from iys_portal.core.storage import private_path
from providers.models import Brand


class Command(BaseCommand):
    help = "May these addresses be written to? Answers a file row by row; the answer is kept like the panel's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--brand", required=True, type=int, help="brand number")
        parser.add_argument("--channel", required=True, choices=[channel.name for channel in Channel])
        parser.add_argument(
            "--recipient-type", default=RecipientType.BIREYSEL.name, choices=[kind.name for kind in RecipientType]
        )
        parser.add_argument("--column", type=int, help="place of the address column, from 1, where it is not plain")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write the result there as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        brand = Brand.objects.select_related("provider").filter(brand_code=options["brand"]).first()
        if brand is None:
            raise CommandError(f"There is no brand {options['brand']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        began = time.monotonic()
        query = answered(brand, options)
        if options["output"] is not None:
            shutil.copyfile(private_path(query.result.name), options["output"])
        report = report_of(query, seconds=time.monotonic() - began)
        if options["as_json"]:
            self._print_json(report, query, with_rows=options["output"] is None)
        else:
            self.stdout.write(in_words(report))

    def _print_json(self, report: dict[str, Any], query: RecipientQuery, *, with_rows: bool) -> None:
        """One object; the rows are written as they are read, whatever their number."""
        text = json.dumps(report, ensure_ascii=False)
        if not with_rows:
            self.stdout.write(text)
            return
        self.stdout.write(f'{text[:-1]}, "rows": [', ending="")
        for place, row in enumerate(rows_of(query)):
            self.stdout.write(("," if place else "") + json.dumps(row, ensure_ascii=False), ending="")
        self.stdout.write("]}")


def answered(brand: Brand, options: dict[str, Any]) -> RecipientQuery:
    """Ask and answer in this process. Raises `CommandError` with the reason."""
    column = options["column"] - 1 if options["column"] is not None else None
    try:
        with options["file"].open("rb") as file:
            query = ask_file(
                actor=SYSTEM.by_way("command"),
                brand=brand,
                channel=Channel[options["channel"]],
                recipient_type=RecipientType[options["recipient_type"]],
                file=file,
                name=options["file"].name,
                way=QueryWay.COMMAND,
                column=column,
                publish=False,
            )
    except DomainError as error:
        raise CommandError(str(error)) from error
    if query.job is None:
        names = ", ".join(f"{one.index + 1} {one.label}" for one in choices_of(Layout.from_json(query.layout)))
        raise CommandError(f"It is not plain which column holds the addresses; give --column: {names}")
    query_runs.run(query.job.pk)
    query.refresh_from_db()
    if not query.answered:
        query.job.refresh_from_db()
        raise CommandError(query.job.error)
    return query


def report_of(query: RecipientQuery, *, seconds: float) -> dict[str, Any]:
    """What `--json` prints besides the rows."""
    assert query.moment is not None
    assert query.valid_until is not None
    return {
        "number": query.number,
        "total": query.total,
        "answers": answers_by_name(query),
        "reasons": reasons_by_name(query),
        "moment": query.moment.isoformat(),
        "valid_until": query.valid_until.isoformat(),
        "sha256": query.result_sha256,
        "seconds": round(seconds, 3),
    }


def rows_of(query: RecipientQuery) -> Iterator[dict[str, str]]:
    """Each row's cell, address, answer and reason, in the order of the file."""
    layout = Layout.from_json(query.layout)
    assert query.column is not None
    rows = result_rows(private_path(query.result.name), layout)
    next(rows)
    for cells in rows:
        address, _answer, reason, code = cells[-len(HEADINGS) :]
        answer = Reason[code].effective.name.lower() if code in Reason.__members__ else "malformed"
        yield {"recipient": cells[query.column], "address": address, "answer": answer, "reason": reason, "code": code}


def in_words(report: dict[str, Any]) -> str:
    lines = [f"{report['total']} addresses answered in {report['seconds']} s, number {report['number']}"]
    lines += [f"  {name}: {total}" for name, total in report["answers"].items() if total]
    lines.append(f"  valid until {report['valid_until']}")
    return "\n".join(lines)
