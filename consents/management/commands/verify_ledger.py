"""`verify_ledger`: recompute all seals and what is under them (R-L2). Exit status 0 when whole."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from consents.proof.flaws import flaw_words
from consents.services.verification import Flaw, verify_ledger


class Command(BaseCommand):
    help = "Verify ledger and audit log; names the first broken row or seal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--states", action="store_true", help="also compare what stands with the ledger")
        parser.add_argument("--against", type=Path, help="a seal that `seal_ledger --export` wrote, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = json.loads(options["against"].read_text(encoding="utf-8")) if options["against"] else None
        result = verify_ledger(kept=kept, states=options["states"])
        if options["json"]:
            print(json.dumps(result.as_json()))
        else:
            print(f"{result.seals} seals, {result.events} events, {result.entries} audit entries")
            if result.dated.at is not None:
                print(f"{result.dated.stamps} time stamps; dated up to seal {result.dated.upto} at {result.dated.at}")
            for flaw in result.flaws:
                print(_said(flaw))
            print("whole" if result.whole else f"NOT whole; the first flaw: {_said(result.flaws[0])}")
        sys.exit(0 if result.whole else 1)


def _said(flaw: Flaw) -> str:
    where = f"seal {flaw.seal}" if flaw.seal else "state" + (f", {flaw.tree.lower()}" if flaw.tree else "")
    with translation.override("en"):
        return f"{where}: {flaw_words(flaw.kind, flaw.number)}"
