"""A signature check's result as it is stored with the file and shown again in anybody's language (R-P4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.signatures import Check, CheckCode, Outcome, SignatureReport


def stored(report: SignatureReport) -> dict[str, Any]:
    """Plain values of a report; names, but no identity number."""
    return {
        "checks": [_check(one) for one in report.checks],
        "signatures": [
            {
                "field": one.field_name,
                "signed_at": one.signed_at.isoformat(),
                "name": one.signatory.name if one.signatory else "",
                "good": one.good,
                "checks": [_check(check) for check in one.checks],
            }
            for one in report.signatures
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "code": check.code.value,
        "outcome": check.outcome.value,
        "reason": check.reason,
        "values": dict(check.values),
    }


@dataclass(frozen=True)
class Group:
    """The checks of the file, or of one signature, as a page shows them. `name`: whose signature it is."""

    name: str
    of_file: bool
    checks: tuple[Check, ...]


def groups(kept: Mapping[str, Any]) -> list[Group]:
    """What was stored, in words again."""
    if not kept:
        return []
    found = [Group("", True, _checks(kept["checks"]))]
    return found + [Group(one["name"], False, _checks(one["checks"])) for one in kept["signatures"]]


def _checks(rows: list[dict[str, Any]]) -> tuple[Check, ...]:
    return tuple(Check(CheckCode(r["code"]), Outcome(r["outcome"]), r["reason"], r["values"]) for r in rows)
