"""`seal_ledger`: seal everything that is final now (R-L2). Exit status 0 when nothing is left to wait for."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from consents.models import LedgerSeal
from consents.selectors.seals import published
from consents.services.seals import seal_ledger


class Command(BaseCommand):
    help = "Seal ledger and audit log up to now; writes the newest seal to a file that is to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", type=Path, help="file for the newest seal")
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for transactions under way")

    def handle(self, *args: Any, **options: Any) -> None:
        end = time.monotonic() + options["wait"]
        seals = events = entries = marks = 0
        # The first mark may be older than what was just written: only what the second one names is up to now.
        while True:
            done = seal_ledger()
            seals, events, entries = seals + done.seals, events + done.events, entries + done.entries
            marks += not done.waits
            if marks >= 2 or time.monotonic() >= end:
                break
            time.sleep(settings.REGISTRY["SEAL_SETTLE"].total_seconds() if not done.waits else 0.5)
        print(f"{seals} seals, {events} events, {entries} audit entries")
        last = LedgerSeal.objects.order_by("-number").first()
        if options["export"] and last is not None:
            options["export"].write_text(json.dumps(published(last), indent=2) + "\n", encoding="utf-8")
        if marks < 2:
            print("Transactions under way hold the rest back; the timetable goes on.", file=sys.stderr)
            sys.exit(1)
