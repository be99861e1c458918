"""`docs/rules.md`: each rule of the domain with the code that keeps it and the tests that prove it.

The rules and what they ask stand in `docs/rules.csv`. Code names a rule in words (`R-C8`), a test in its name
(`test_r_c8_…`, `test_r_z3_r_z5_…`); nothing else has to be kept up by hand.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

HEAD = """# Rules

Drawn by `python manage.py document_rules` from `docs/rules.csv`, the code and the tests; a test fails when this page is
older than they are, or when a rule has no code or no test that names it.
"""
CODE = ("iys_portal", "providers", "consents", "complaints", "templates")
SUFFIXES = {".py", ".html", ".txt"}
NAMED = re.compile(r"\bR-[A-Z]\d+")
TEST = re.compile(r"^\s*(?:async )?def test_((?:r_[a-z]\d+_)+)", re.MULTILINE)
PROVEN = re.compile(r"r_([a-z])(\d+)_")
EXPLAINING = frozenset({"iys_portal/dashboard/help_topics.py"})
"""Files that put rules into plain words and keep none of them."""


@dataclass
class Rule:
    """One rule: its number, what it asks, the files that name it, and the test files with how many tests of it."""

    number: str
    asks: str
    code: list[str] = field(default_factory=list)
    tests: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        return [what for what, found in (("code", self.code), ("test", self.tests)) if not found]


def path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "rules.md"


def rules() -> list[Rule]:
    """Every rule of `docs/rules.csv`, with where it is kept and proven."""
    root = Path(settings.BASE_DIR)
    with (root / "docs" / "rules.csv").open(encoding="utf-8", newline="") as file:
        found = {row["rule"]: Rule(row["rule"], row["asks"]) for row in csv.DictReader(file)}
    for name, text in _texts(root, CODE):
        if name in EXPLAINING:
            continue
        for number in set(NAMED.findall(text)) & found.keys():
            found[number].code.append(name)
    for name, text in _texts(root, ("tests",)):
        for number in proven(text):
            if number in found:
                found[number].tests[name] = found[number].tests.get(name, 0) + 1
    return list(found.values())


def proven(text: str) -> list[str]:
    """The rules that the names of a file's tests carry, as often as they do."""
    names = "".join(TEST.findall(text))
    return [f"R-{letter.upper()}{digits}" for letter, digits in PROVEN.findall(names)]


def _texts(root: Path, folders: Iterable[str]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in SUFFIXES and "migrations" not in file.parts:
                yield str(file.relative_to(root)), file.read_text(encoding="utf-8")


def render(found: Iterable[Rule]) -> str:
    lines = [HEAD, "| rule | asks | code | tests |", "|---|---|---|---|"]
    for rule in found:
        code = "<br>".join(f"`{name}`" for name in rule.code)
        tests = "<br>".join(f"`{name}` ({count})" for name, count in sorted(rule.tests.items()))
        lines.append(f"| {rule.number} | {rule.asks} | {code} | {tests} |")
    return "\n".join(lines) + "\n"
