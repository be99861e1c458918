"""The sample files are taken as they are."""

import subprocess
import sys
from pathlib import Path

import pytest

from consents.files.inspect import inspect_file

GENERATOR = Path(__file__).resolve().parents[4] / "shared" / "samples" / "generate.py"
LONG = ["recipient", "type", "status", "source", "recipient_type", "consent_date"]

EXPECTED = {
    "canonical.csv": ("utf-8", ",", 1, LONG),
    "crm-full.csv": ("utf-8", ",", 1, LONG),
    "errors.csv": ("utf-8", ",", 1, LONG),
    "scientific.csv": ("utf-8", ",", 1, LONG),
    "physical.csv": ("utf-8", ",", 1, [*LONG, "evidence"]),
    "excel-tr.csv": ("cp1254", ";", 1, [*LONG, None]),
    "portal.csv": (
        "utf-8",
        ",",
        1,
        ["type", "recipient", "status", "source", "consent_date", "retailer_code"],
    ),
    "headerless.csv": (
        "utf-8",
        ",",
        None,
        ["type", "source", "recipient", "status", "consent_date", "recipient_type"],
    ),
    "wide.csv": (
        "cp1254",
        ";",
        1,
        [None, None, "phone", "email", "allow_sms", "allow_call", "allow_email", "consent_date"],
    ),
    "workbook.xlsx": (None, None, 3, LONG),
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not GENERATOR.exists():
        pytest.skip("the sample generator is not beside the checkout")
    folder = tmp_path_factory.mktemp("samples")
    command = [sys.executable, str(GENERATOR), str(folder), "--rows", "300", "--as-of", "2026-11-23 15:00"]
    subprocess.run(command, check=True)
    return folder


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_is_recognised(samples: Path, name: str, fields) -> None:
    layout = inspect_file(samples / name, name)
    assert (layout.encoding, layout.delimiter, layout.header_line, fields(layout)) == EXPECTED[name]
    assert layout.shape == ("wide" if name == "wide.csv" else "long")
    assert len(layout.sample) == (7 if name == "scientific.csv" else 10)


@pytest.mark.parametrize(
    "name, count",
    [("canonical.csv", 300), ("excel-tr.csv", 300), ("headerless.csv", 300), ("workbook.xlsx", 300)],
)
def test_sample_is_read_whole(samples: Path, name: str, count: int, rows_of) -> None:
    assert len(rows_of(samples / name)) == count


def test_blank_rows_of_the_workbook_keep_the_row_numbers(samples: Path, rows_of) -> None:
    lines = [row[0] for row in rows_of(samples / "workbook.xlsx")]
    assert lines[0] == 4
    assert lines[96:98] == [100, 102]


def test_r_c19_names_and_customer_numbers_are_ignored(samples: Path) -> None:
    layout = inspect_file(samples / "wide.csv")
    assert [column.heading for column in layout.ignored] == ["Müşteri No", "Ad Soyad"]
    assert layout.to_json(with_sample=False)["sample"] == []
