"""Atheris looks for new paths in every reader for a minute (`FUZZ_SECONDS`): no error, nothing over five seconds."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tests.databases import ROOT

from .targets import BY_NAME

SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))


@pytest.mark.parametrize("name", BY_NAME)
def test_good_files_are_taken(name: str) -> None:
    for seed in BY_NAME[name].seeds():
        BY_NAME[name](seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", BY_NAME)
def test_no_bytes_break_a_reader(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, str(SECONDS), str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS * 3 + 300,
    )  # fmt: skip
    broke = [b64encode(path.read_bytes()).decode() for path in folder.iterdir() if path.is_file()]
    assert done.returncode == 0 and not broke, f"{broke}\n{done.stderr[-4000:]}"
