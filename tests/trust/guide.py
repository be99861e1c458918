"""The commands of docs/deployment.md, as they stand there."""

import re

from tests.databases import ROOT

BLOCK = re.compile(r"^```sh (portal|machine)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(kind: str) -> list[str]:
    """Lines of the blocks of this kind: `portal` (run by tests) or `machine` (root, or a container engine)."""
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    return [line for found, block in BLOCK.findall(text) if found == kind for line in block.splitlines() if line]
