"""Hostile and broken files are refused at once, in words."""

import random
import zipfile

import pytest
import xlsxwriter

from consents.files import sheets
from consents.files.encoding import MAX_RECORD
from consents.files.errors import REFUSALS, FileRefused
from consents.files.inspect import inspect_file
from consents.files.read import read_slices

HEAD = b"recipient,type,status\n"
ROW = b"a@firma.example,EPOSTA,ONAY\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \r\n;;;\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_file(write, refused, content: bytes) -> None:
    assert refused(write(content)).code == "empty"


@pytest.mark.parametrize(
    "content", [HEAD, HEAD.strip(), b"\n" + HEAD + b"\n,,\n", "Alıcı;Kanal;Durum".encode("cp1254")]
)
def test_headings_only(write, refused, content: bytes) -> None:
    assert refused(write(content)).code == "headings-only"


def test_one_endless_line(write, refused) -> None:
    refusal = refused(write(HEAD + ROW + b"x" * 50_000_000))
    assert (refusal.code, refusal.params["line"]) == ("record-too-long", 3)


@pytest.mark.parametrize("cell", [b"x" * (MAX_RECORD + 1), b"," * (MAX_RECORD + 1)])
def test_long_line_amid_others(write, refused, cell: bytes) -> None:
    refusal = refused(write(HEAD + ROW * 3 + cell + b"\n" + ROW))
    assert (refusal.code, refusal.params["line"]) == ("record-too-long", 5)


def test_nul_bytes(write, refused) -> None:
    refusal = refused(write(HEAD + ROW * 5 + b"b@firma.example,EPO\0STA,ONAY\n"))
    assert (refusal.code, refusal.params["line"]) == ("nul-bytes", 7)


def test_undecodable_bytes_amid_utf8(write, refused) -> None:
    refusal = refused(write(HEAD + "şğüşğıöç@firma.example,EPOSTA,ONAY\n".encode() * 9 + b"\xfe\xff,EPOSTA,ONAY\n"))
    assert (refusal.code, refusal.params["line"]) == ("undecodable", 11)


def test_letters_of_no_turkish_encoding(write, refused) -> None:
    assert refused(write(HEAD + "слово@firma.example,EPOSTA,ONAY\n".encode("koi8-r"))).code == "undecodable"


def test_half_a_character_of_utf16(write, refused) -> None:
    assert refused(write(b"\xff\xfe" + (HEAD + ROW).decode().encode("utf-16-le") + b"\x00\xd8")).code == "undecodable"


@pytest.mark.parametrize("later", [b"", ROW * 10])
def test_unclosed_quote_names_its_line(write, refused, later: bytes) -> None:
    refusal = refused(write(HEAD + ROW * 3 + b'b@firma.example,"EPOSTA,ONAY\n' + later))
    assert (refusal.code, refusal.params["line"]) == ("unclosed-quote", 5)


def test_unclosed_quote_in_a_later_line_of_its_record(write, refused) -> None:
    refusal = refused(write(HEAD + b'b@firma.example,"EPOSTA\n","ONAY\n' + ROW))
    assert (refusal.code, refusal.params["line"]) == ("unclosed-quote", 3)


def test_unclosed_quote_far_from_the_end(write, refused) -> None:
    refusal = refused(write(HEAD + b'b@firma.example,"EPOSTA,ONAY\n' + ROW * 200_000))
    assert (refusal.code, refusal.params["line"]) == ("record-too-long", 2)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_pdf_whatever_its_name(write, refused, name: str) -> None:
    assert refused(write(b"%PDF-1.7\n" + HEAD, name)).code == "pdf"


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_renamed_zip(tmp_path, refused, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("form-001.pdf", b"%PDF-1.4")
    assert refused(tmp_path / name).code == "zip-archive"


def test_random_bytes_named_csv(write, refused) -> None:
    assert refused(write(random.Random(1).randbytes(20_000))).code in {"binary", "nul-bytes"}


@pytest.mark.parametrize(
    "content, code",
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "binary"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "binary"),
        (b"<html><body><table><tr><td>a@firma.example</td></tr></table>", "html-table"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "old-workbook"),
        (OLE2 + "Workbook".encode("utf-16-le"), "old-workbook"),
        (OLE2 + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
        (b"PK\x03\x04 cut off", "broken-workbook"),
    ],
)
def test_other_kinds_of_files(write, refused, content: bytes, code: str) -> None:
    assert refused(write(content)).code == code


def _archive(path, **entries: bytes):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "extra",
    [
        {"xl/vbaProject.bin": b"x"},
        {"xl/macrosheets/sheet1.xml": b"x"},
        {"[Content_Types].xml": b'ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"'},
    ],
)
def test_macro_workbook(tmp_path, refused, extra: dict[str, bytes]) -> None:
    path = _archive(tmp_path / "list.xlsx", **{"xl/workbook.xml": b"<workbook/>", **extra})
    assert refused(path).code == "macro-workbook"


def test_binary_workbook_is_an_old_one(tmp_path, refused) -> None:
    assert refused(_archive(tmp_path / "list.xlsx", **{"xl/workbook.bin": b"x"})).code == "old-workbook"


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, refused) -> None:
    bomb = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000}
    assert refused(_archive(tmp_path / "list.xlsx", **bomb)).code == "zip-bomb"


def test_too_many_entries(tmp_path, refused) -> None:
    entries = {"xl/workbook.xml": b"<workbook/>"} | {f"x/{number}": b"" for number in range(6000)}
    assert refused(_archive(tmp_path / "list.xlsx", **entries)).code == "zip-bomb"


def test_workbook_with_broken_xml(tmp_path, refused) -> None:
    path = _archive(tmp_path / "list.xlsx", **{"xl/workbook.xml": b"<workbook><sheets>"})
    assert refused(path).code in {"broken-workbook", "empty"}


def _patched(source, target, name: str, old: bytes, new: bytes):
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            content = before.read(entry)
            after.writestr(entry, content.replace(old, new) if entry == name else content)
    return target


def test_cell_in_the_last_corner_takes_no_memory_with_it(workbook, tmp_path, refused) -> None:
    source = workbook({"A": [["Alıcı", "Durum"], ["a@firma.example", "ONAY"]]})
    path = _patched(source, tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD1048576"')
    assert refused(path).code == "sheet-too-large"


def test_text_that_every_cell_repeats_takes_no_memory_with_it(tmp_path, refused, monkeypatch) -> None:
    monkeypatch.setattr(sheets, "MEMORY", 300_000_000)
    source = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(source) as book:
        book.add_worksheet().write_column(0, 0, ["Alıcı"] * 15_000)
    path = _patched(source, tmp_path / "bomb.xlsx", "xl/sharedStrings.xml", "Alıcı".encode(), b"A" * 30_000)
    assert path.stat().st_size < 200_000
    assert refused(path).code == "sheet-too-large"


def test_archive_that_lies_about_its_size(tmp_path, refused) -> None:
    bomb = {"xl/workbook.xml": b"<workbook/>" + b" " * 30_000_000}
    path = _archive(tmp_path / "list.xlsx", **bomb)
    size = (30_000_011).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    assert refused(path).code == "broken-workbook"


def test_a_workbook_whose_packed_bytes_are_damaged(workbook, refused) -> None:
    path = workbook({"A": [["Alıcı", "Durum"], ["a@firma.example", "ONAY"]]})
    with zipfile.ZipFile(path) as book:
        types = book.getinfo("[Content_Types].xml")
    data = bytearray(path.read_bytes())
    begin = types.header_offset + 30 + len(types.filename)
    data[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(data)
    assert refused(path).code == "broken-workbook"


def test_ods_that_repeats_its_cells_over_the_whole_sheet(tmp_path, refused) -> None:
    cell = (
        b'<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        b"<text:p>x</text:p></table:table-cell>"
    )
    content = (
        b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        b'<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576">'
        + cell
        + b"</table:table-row></table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    )
    entries = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": content,
    }
    assert refused(_archive(tmp_path / "list.ods", **entries)).code == "sheet-too-large"


def test_encrypted_ods(tmp_path, refused) -> None:
    entries = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest:encryption-data/>",
        "content.xml": b"x",
    }
    assert refused(_archive(tmp_path / "list.ods", **entries)).code == "password-protected"


def test_file_damaged_after_inspection_is_refused_while_reading(write) -> None:
    path = write(HEAD + ROW * 10)
    layout = inspect_file(path)
    path.write_bytes(HEAD + ROW * 10 + b"\xff\xfe\n")
    with pytest.raises(FileRefused, match="undecodable"):
        list(read_slices(path, layout))


def test_every_refusal_has_words() -> None:
    for code in REFUSALS:
        refusal = FileRefused(code, line=3, limit=5)
        assert refusal.message
        assert refusal.advice
        assert refusal.__reduce__()[1] == (code, {"line": 3, "limit": 5})
