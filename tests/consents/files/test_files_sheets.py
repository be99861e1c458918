"""Cells of spreadsheets as text."""

import datetime as dt
import zipfile

import pytest

from consents.files import sheets
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.read import read_slices
from consents.files.sheets import sheet_blocks

HEAD = ["Telefon / E-posta", "Kanal", "Durum", "Tarih", "Not"]


def test_cells_become_text_without_loss(workbook, rows_of) -> None:
    path = workbook(
        {
            "A": [
                HEAD,
                [5321234567, "ARAMA", "ONAY", dt.datetime(2026, 11, 3, 7, 33, 19), 5.5],
                [5321234567.0, "ARAMA", "ONAY", dt.date(2026, 11, 3), True],
                [5.32e9, "ARAMA", "ONAY", dt.datetime(2026, 11, 3, 23, 59, 59, 999_700), 1e20],
                ["+905321234567", "ARAMA", "ONAY", "03.11.2026", "=1+1"],
                ["'=x", None, None, dt.time(10, 20), "satır\nsonu"],
            ]
        }
    )
    assert rows_of(path) == [
        (2, "5321234567", "ARAMA", "ONAY", "2026-11-03 07:33:19", "5.5"),
        (3, "5321234567", "ARAMA", "ONAY", "2026-11-03", "TRUE"),
        (4, "5320000000", "ARAMA", "ONAY", "2026-11-04 00:00:00", "1e+20"),
        (5, "+905321234567", "ARAMA", "ONAY", "03.11.2026", None),
        (6, "'=x", None, None, "10:20:00", "satır\nsonu"),
    ]


def test_text_that_looks_like_a_formula_stays_text(workbook, rows_of, tmp_path) -> None:
    import xlsxwriter

    path = tmp_path / "text.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD[:3])
        sheet.write_string(1, 0, '=HYPERLINK("http://a.example")')
        sheet.write_formula(2, 0, '="a@firma"&".example"', None, "a@firma.example")
    assert [row[1] for row in rows_of(path)] == ['=HYPERLINK("http://a.example")', "a@firma.example"]


def test_row_numbers_are_the_spreadsheets(workbook, rows_of) -> None:
    path = workbook({"A": [[], [], ["Liste"], [], HEAD, [], ["a@firma.example", "EPOSTA", "ONAY"], [], [" "], ["x"]]})
    layout = inspect_file(path)
    assert (layout.header_line, layout.first_line) == (5, 7)
    assert [row[0] for row in rows_of(path, layout)] == [7, 10]


def test_best_sheet_is_chosen_and_all_are_named(workbook, rows_of) -> None:
    path = workbook(
        {
            "Özet": [["Toplam", 2], ["Bu sayfa veri değildir"]],
            "Boş": [],
            "Veri": [HEAD[:3], ["a@firma.example", "EPOSTA", "ONAY"]],
        }
    )
    layout = inspect_file(path)
    assert (layout.kind, layout.sheet, layout.sheets) == ("xlsx", "Veri", ("Özet", "Veri"))
    assert layout.encoding is None
    assert rows_of(path, layout) == [(2, "a@firma.example", "EPOSTA", "ONAY")]


def test_content_decides_the_kind_not_the_name(workbook, write) -> None:
    rows = [HEAD[:3], ["a@firma.example", "EPOSTA", "ONAY"]]
    assert inspect_file(workbook({"A": rows}, name="list.csv")).kind == "xlsx"
    assert inspect_file(write("Alıcı;Durum\na@firma.example;ONAY\n", "list.xlsx")).kind == "csv"


def test_empty_workbook_and_headings_only(workbook, refused) -> None:
    assert refused(workbook({"A": []})).code == "empty"
    assert refused(workbook({"A": [HEAD]})).code == "headings-only"


def test_slices_of_a_sheet(workbook) -> None:
    path = workbook({"A": [HEAD[:3], *(["a@firma.example", "EPOSTA", "ONAY"] for _ in range(25))]})
    parts = list(read_slices(path, inspect_file(path), rows=10))
    assert [part.frame.height for part in parts] == [10, 10, 5]
    assert parts[-1].bytes_read == parts[-1].total_bytes
    with pytest.raises(FileRefused) as caught:
        list(read_slices(path, inspect_file(path), limit=24))
    assert caught.value.params["count"] == 25


def test_reading_process_ends_with_its_reader(workbook) -> None:
    path = workbook({"A": [HEAD[:3], *(["a@firma.example", "EPOSTA", "ONAY"] for _ in range(30_000))]})
    blocks = sheet_blocks(path, "A")
    assert next(blocks)[0] == 1
    blocks.close()


def test_reading_process_that_cannot_start_is_not_the_files_fault(workbook, monkeypatch) -> None:
    monkeypatch.setattr(sheets, "_READER", sheets._READER.with_name("missing.py"))
    with pytest.raises(RuntimeError):
        inspect_file(workbook({"A": [HEAD]}))


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet>
<table:table table:name="Notlar">
<table:table-row><table:table-cell office:value-type="string"><text:p>Not</text:p>
</table:table-cell></table:table-row></table:table>
<table:table table:name="Veri">
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Telefon</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Kanal</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Durum</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Tarih</text:p></table:table-cell>
</table:table-row>
<table:table-row>
<table:table-cell office:value-type="float" office:value="5321234567">
<text:p>5321234567</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>ARAMA</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>ONAY</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-11-03T07:33:19">
<text:p>x</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/>
</table:table-row>
</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def test_ods(tmp_path, rows_of) -> None:
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.replace("\n", ""))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    layout = inspect_file(path)
    assert (layout.kind, layout.sheet, layout.sheets) == ("ods", "Veri", ("Notlar", "Veri"))
    assert rows_of(path, layout) == [(2, "5321234567", "ARAMA", "ONAY", "2026-11-03 07:33:19")]
