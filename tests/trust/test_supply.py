"""What we run on: pinned and hashed, as the owner's lists say, with licences read and a list of parts."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.databases import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


def owners() -> dict[str, str]:
    return pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def developers() -> dict[str, str]:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    return pins("\n".join(group))


def test_every_line_of_the_owners_list_says_what_for() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"\S+==\S+\s+# \w", line) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_hold_the_owners_pins(name: str) -> None:
    """A line that was changed without `make lock` is seen here."""
    locked = pins((ROOT / name).read_text(encoding="utf-8"))
    wanted = owners() | (developers() if "dev" in name else {})
    assert {part: locked.get(part) for part in wanted} == wanted


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_part_has_its_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text, "parts come from the installer's own index"
    blocks = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for block in filter(None, blocks):
        assert PIN.match(block), block[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block[:80]


def test_what_developers_add_does_not_change_what_we_run_on() -> None:
    run, dev = (pins((ROOT / name).read_text()) for name in ("requirements.lock", "requirements-dev.lock"))
    assert {name: dev.get(name) for name in run} == run


def test_set_up_installs_hashed_parts_only() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "pip install" in line and "pip==" not in line]
    assert installs and all("--require-hashes" in line for line in installs)


def test_every_licence_was_read() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/licences.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.soak
def test_the_list_of_parts_names_every_part_with_hashes(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    command = ["cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--mc-type", "application"]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--output-file", str(target), "requirements.lock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    bom = json.loads(target.read_text(encoding="utf-8"))
    named = {part["name"].lower(): part["version"] for part in bom["components"]}
    assert bom["bomFormat"] == "CycloneDX"
    assert {re.sub(r"[-_.]+", "-", name): version for name, version in named.items()} == pins(
        (ROOT / "requirements.lock").read_text(encoding="utf-8")
    )
    assert all(part["externalReferences"][0]["hashes"] for part in bom["components"])
