"""The table of faults (docs/faults.md) names tests that exist, and every test of faults stands in it."""

import ast
import re

from tests.databases import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
FOLDER = ROOT / "tests" / "soak" / "faults"
NAMED = re.compile(r"`((?:tests/)?[\w/]+\.py)(?:::(\w+))?(?:\[[\w-]+\])?`")


def _names_of(name: str) -> set[str]:
    path = ROOT / name if name.startswith("tests/") else FOLDER / name
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_what_it_names_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 15
    for file, test in named:
        found = _names_of(file)
        assert found and (not test or test in found), (file, test)


def test_no_test_of_faults_is_missing() -> None:
    written = {(path.name, test) for path in FOLDER.glob("test_*.py") for test in _names_of(path.name)}
    assert written - set(NAMED.findall(PAGE)) == set()


def test_every_cell_of_kills_stands_in_it() -> None:
    faults = ("worker", "beat", "postgres", "valkey", "emptied_valkey")
    works = ("import", "notices", "seal", "pdf", "webhook")
    assert all(f"[{fault}-{work}]" in PAGE for fault in faults for work in works)
    kills = (FOLDER / "test_kills.py").read_text(encoding="utf-8")
    assert f"FAULTS: list[Callable[[Portal, Work], None]] = [{', '.join(faults)}]" in kills
