"""Problem rows go back to a person, and come back mended."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from polars import Series

from consents.files import annotate
from consents.files.annotate import EXTRA_HEADINGS, guard, write_problem_rows
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.records import GUARDED

TEXT = (
    "Alıcı;Kanal;Durum;Not\n"
    "a@firma.example;EPOSTA;ONAY;iyi\n"
    "+905321234567;ARAMA;BELKI;-5\n"
    "\n"
    '"=HYPERLINK(""x"")";EPOSTA;ONAY;"iki\nsatır"\n'
    "+90 532 123 45 67;MESAJ;ONAY;@x\n"
)
PROBLEMS = [
    (3, "H115", "“BELKI” is not a status.", "Use ONAY."),
    (5, "H120", "Not an address.", "Enter one."),
    (5, "H112", "No date.", "Enter one."),
    (7, "H112", "No date.", "Enter one."),
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_annotated_file_is_read_again_with_the_same_cells(write, tmp_path, rows_of, kind: str) -> None:
    source = write(TEXT, encoding="cp1254")
    layout, out = inspect_file(source), tmp_path / f"out.{kind}"
    assert write_problem_rows(source, layout, PROBLEMS, out, kind=kind) == 3
    again = inspect_file(out)
    assert [column.field for column in again.columns] == ["recipient", "type", "status", None, *[None] * 4]
    assert [column.heading for column in again.columns[4:]] == [str(heading) for heading in EXTRA_HEADINGS]
    rows = rows_of(out, again)
    wanted = [row for row in rows_of(source, layout) if row[0] in {3, 5, 7}]
    assert [row[1:5] for row in rows] == [row[1:] for row in wanted]
    assert [row[5] for row in rows] == ["3", "5", "7"]
    assert rows[1][6:] == ("H120 / H112", "Not an address. / No date.", "Enter one.")


def test_csv_guards_formulas_and_leaves_phones(write, tmp_path) -> None:
    source, out = write(TEXT), tmp_path / "out.csv"
    write_problem_rows(source, inspect_file(source), PROBLEMS, out, kind="csv")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["+905321234567", '\'=HYPERLINK("x")', "'+90 532 123 45 67"]
    assert [row[3] for row in rows[1:]] == ["-5", "iki\nsatır", "'@x"]


def test_xlsx_holds_texts_only(write, tmp_path) -> None:
    source, out = write(TEXT), tmp_path / "out.xlsx"
    write_problem_rows(source, inspect_file(source), PROBLEMS, out)
    cells = [cell for row in load_workbook(out).active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}


def test_headings_are_given_to_a_file_without(write, tmp_path) -> None:
    source, out = write("EPOSTA,a@firma.example,ONAY,x\n"), tmp_path / "out.csv"
    write_problem_rows(source, inspect_file(source), [(1, "H112", "No date.", "")], out, kind="csv")
    assert inspect_file(out).header_line == 1
    assert [column.field for column in inspect_file(out).columns][:4] == ["type", "recipient", "status", None]


def test_source_may_be_a_workbook(workbook, tmp_path, rows_of) -> None:
    source = workbook({"A": [["Liste"], ["Alıcı", "Kanal", "Durum"], [5321234567, "FAKS", "ONAY"]]})
    out = tmp_path / "out.xlsx"
    write_problem_rows(source, inspect_file(source), [(3, "H117", "“FAKS” is not a channel.", "")], out)
    assert rows_of(out)[0][:5] == (2, "5321234567", "FAKS", "ONAY", "3")


@pytest.mark.parametrize("problems", [[(5, "", "", ""), (3, "", "", "")], [(4, "", "", "")], [(99, "", "", "")]])
def test_problems_out_of_order_or_of_no_row(write, tmp_path, problems) -> None:
    source = write(TEXT)
    with pytest.raises(ValueError):
        write_problem_rows(source, inspect_file(source), problems, tmp_path / "out.csv", kind="csv")


def test_more_rows_than_a_sheet_holds(write, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(annotate, "SHEET_ROWS", 3)
    source = write(TEXT)
    with pytest.raises(FileRefused, match="too-many-rows-for-a-sheet"):
        write_problem_rows(source, inspect_file(source), PROBLEMS, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize("cell", ["=1+1", "@x", "\tx", "\rx", "+90 532", "-x", "+x", "'=x", "-5+A1"])
def test_guarded(cell: str) -> None:
    assert guard(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "+905321234567", "-5", "-5,5", "'ali", "ali", "5", "a=b"])
def test_not_guarded(cell: str) -> None:
    assert guard(cell) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r5ax ,"), max_size=6))
def test_guard_is_taken_off_on_reading(cell: str) -> None:
    assert Series([guard(cell)]).str.replace(GUARDED, "${1}")[0] == cell
