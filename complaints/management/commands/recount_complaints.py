"""`recount_complaints`: count every complaint from nothing and compare (R-K10). Exit status 0 when equal."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from complaints.services.statistics import recount


class Command(BaseCommand):
    help = "Compare the statistics of complaints with a count from nothing; with --mend, keep the new count."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = recount(mend=options["mend"])
        totals = f"{found.cells} totals, {found.brands} of brands, {found.days} of days"
        print(f"rows that differ: {found.facts} facts, {totals}")
        print("equal" if found.equal else "counted anew" if options["mend"] else "NOT equal: run with --mend")
        sys.exit(0 if found.equal or options["mend"] else 1)
