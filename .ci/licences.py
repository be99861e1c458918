"""Writes docs/licences.md: every part the portal runs on, its version and licence; `--check` only compares.

Parts are those of requirements.lock that this system installs. A licence that is not among the accepted ones fails:
somebody has to read it first.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
# Free to use, change and hand on, with a network service built on them.
ACCEPTED = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|HPND|CNRI|Zlib|Unlicense"
    r"|PostgreSQL|LGPL|Lesser General Public|CC0|Public Domain)\b",
    re.IGNORECASE,
)
HEAD = """# Licences of what the portal runs on

Written by `make licences` from the installed parts of `requirements.lock`; a test compares. Licences outside the
accepted list of `.ci/licences.py` stop it.

| part | version | licence |
|---|---|---|
"""


def locked() -> list[str]:
    """Names of the lock file's parts."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--packages", *locked()]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return sorted((row["Name"].lower(), row["Version"], " ".join(row["License"].split())[:80]) for row in found)


def main() -> int:
    parts = rows()
    if strange := [f"{name}: {licence}" for name, _version, licence in parts if not ACCEPTED.search(licence)]:
        print("Read these licences, then accept or drop the part:", *strange, sep="\n  ", file=sys.stderr)
        return 1
    page = HEAD + "".join(f"| {name} | {version} | {licence} |\n" for name, version, licence in parts)
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
            return 0
        print("docs/licences.md is older than requirements.lock: run `make licences`", file=sys.stderr)
        return 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
