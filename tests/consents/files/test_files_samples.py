"""The sample files are taken as they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from consents.files.inspect import inspect_file

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


@pytest.fixture
def folder(samples: Callable[..., Path]) -> Path:
    return samples(rows=300)


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_is_recognised(folder: Path, name: str, fields) -> None:
    layout = inspect_file(folder / name)
    assert (layout.encoding, layout.delimiter, layout.header_line, fields(layout)) == EXPECTED[name]
    assert layout.shape == ("wide" if name == "wide.csv" else "long")
    assert len(layout.sample) == (7 if name == "scientific.csv" else 10)


@pytest.mark.parametrize(
    "name, count",
    [("canonical.csv", 300), ("excel-tr.csv", 300), ("headerless.csv", 300), ("workbook.xlsx", 300)],
)
def test_sample_is_read_whole(folder: Path, name: str, count: int, rows_of) -> None:
    assert len(rows_of(folder / name)) == count


def test_blank_rows_of_the_workbook_keep_the_row_numbers(folder: Path, rows_of) -> None:
    lines = [row[0] for row in rows_of(folder / "workbook.xlsx")]
    assert lines[0] == 4
    assert lines[96:98] == [100, 102]


def test_r_c19_names_and_customer_numbers_are_ignored(folder: Path) -> None:
    layout = inspect_file(folder / "wide.csv")
    assert [column.heading for column in layout.ignored] == ["Müşteri No", "Ad Soyad"]
    assert layout.to_json(with_sample=False)["sample"] == []
