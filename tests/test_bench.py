"""The benchmarks run from end to end on a small registry, so that they cannot rot; no figure is judged here."""

import os
import re
import subprocess
import sys

import pytest

# The names that scripts outside the project wait for (design 10), as far as what they measure is built.
NAMES = """
import.csv.rows_per_s import.csv.ratio_to_copy import.first_problems_s import.repeat.rows_per_s import.xlsx.rows_per_s
import.peak_mb engine.single.median_ms page.overview.median_ms page.list.median_ms notices.mails_per_s
notices.withdraw.median_ms agreement.pdf.median_s agreement.signature_check_ms ledger.seal.events_per_s
ledger.verify.events_per_s proof.inclusion_ms proof.pdf_s query.file.rows_per_s query.ratio_to_sql
query.single.median_ms message.wash.rows_per_s export.csv.rows_per_s export.xlsx.rows_per_s
"""
FIGURE = re.compile(r"^[a-z0-9_.]+ -?\d[\d.e+-]* \S+$")

pytestmark = [pytest.mark.soak, pytest.mark.processes]


def test_every_documented_figure_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iys_portal.bench"],
        env=os.environ | {"ROWS": "2000", "ONLY": "", "DJANGO_SETTINGS_MODULE": "iys_portal.settings.local"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert all(FIGURE.match(line) for line in lines), lines
    assert set(NAMES.split()) <= {line.partition(" ")[0] for line in lines}
