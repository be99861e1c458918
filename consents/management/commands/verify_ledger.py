"""`verify_ledger`: recompute all seals and what is under them (R-L2). Exit status 0 when whole."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consents.services.verification import Flaw, verify_ledger

WORDS = {
    "changed": "row {number} was changed after it was sealed",
    "missing": "row {number} is missing",
    "added": "row {number} was added after its numbers were sealed",
    "leaves": "the kept leaves do not lead to the seal's root",
    "seal": "the seal was changed",
    "signature": "the signature does not fit",
    "key": "signed by a key that is not trusted (LEDGER_FORMER_KEYS)",
    "chain": "it does not carry the former seal's hash",
    "gap": "the seal before it is missing",
    "state": "what stands for the consent of event {number} is not what the ledger says",
    "erasure": "row {number} stands though it was erased, or no sealed erasure vouches for its tombstone",
    "stamp": "its time stamp does not hold, is of another seal, or is older than the seal (TIMESTAMP_ROOTS)",
    "tail": "the chain ends before this seal: it was cut, or an older copy was restored",
    "other": "another seal has this number: the chain was written anew",
}


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
    return f"{where}: {WORDS[flaw.kind].format(number=flaw.number)}"
