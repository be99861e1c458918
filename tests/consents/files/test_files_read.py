"""Cells and line numbers of text files, whatever they are written in."""

import codecs
import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consents.files import records
from consents.files.encoding import BLOCK, MAX_RECORD, utf8_blocks
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.paste import write_paste
from consents.files.read import count_rows, read_slices
from consents.files.records import exact_frames, text_frames

HEAD = "Alıcı;Kanal;Durum;Açıklama\n"
TURKISH = HEAD + "ayse@firma.example;E-posta;Onay;Kış kampanyası İğdır\nbora@firma.example;E-posta;Ret;ÖÇŞĞÜ\n"
ROWS = [
    (2, "ayse@firma.example", "E-posta", "Onay", "Kış kampanyası İğdır"),
    (3, "bora@firma.example", "E-posta", "Ret", "ÖÇŞĞÜ"),
]


@pytest.mark.parametrize(
    "encoding, bom, label",
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("cp1254", b"", "cp1254"),
        ("iso8859-9", b"", "cp1254"),
        ("cp857", b"", "cp857"),
        ("mac_turkish", b"", "mac_turkish"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(write, rows_of, encoding: str, bom: bytes, label: str, line_end: str) -> None:
    path = write(bom + TURKISH.replace("\n", line_end).encode(encoding))
    layout = inspect_file(path)
    assert layout.encoding == label
    assert layout.columns[0].heading == "Alıcı"
    assert rows_of(path, layout) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiters(write, rows_of, delimiter: str, quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(csv.reader(io.StringIO(TURKISH), delimiter=";"))
    path = write(text.getvalue())
    assert inspect_file(path).delimiter == delimiter
    assert rows_of(path) == ROWS


@pytest.mark.parametrize("line", ["sep=|", '"sep=|"', "SEP=|"])
def test_excels_separator_line(write, rows_of, line: str) -> None:
    path = write(f"{line}\r\n" + TURKISH.replace(";", "|").replace("\n", "\r\n"))
    assert inspect_file(path).header_line == 2
    assert rows_of(path) == [(line + 1, *cells) for line, *cells in ROWS]


def test_separator_line_above_a_headerless_table(write, rows_of) -> None:
    path = write("sep=;\na@firma.example;EPOSTA;ONAY\n")
    assert rows_of(path) == [(2, "a@firma.example", "EPOSTA", "ONAY")]


def test_late_turkish_letter_decides_the_encoding(write, rows_of) -> None:
    filler = "".join(f"a{number}@firma.example;E-posta;Onay;\n" for number in range(100_000))
    path = write(
        (HEAD.replace("ı", "i").replace("ç", "c") + filler + "z@firma.example;E-posta;Onay;Iğdır\n").encode("cp1254")
    )
    assert path.stat().st_size > BLOCK
    assert rows_of(path)[-1] == (100_002, "z@firma.example", "E-posta", "Onay", "Iğdır")


def test_blank_lines_and_rows_of_delimiters_are_left_out(write, rows_of) -> None:
    path = write("\n\nAlıcı;Durum\n\n;\n  ;\t\na@firma.example;ONAY\n\n;;;\nb@firma.example;RET")
    assert rows_of(path) == [(7, "a@firma.example", "ONAY"), (10, "b@firma.example", "RET")]


def test_line_breaks_inside_cells_keep_line_numbers(write, rows_of) -> None:
    path = write('Alıcı;Durum;"Not\nve\nadres"\na@firma.example;ONAY;"1. kat\n\nzil; ""2"""\nb@firma.example;RET;\n')
    layout = inspect_file(path)
    assert (layout.header_line, layout.first_line) == (1, 4)
    assert layout.columns[2].heading == "Not\nve\nadres"
    assert rows_of(path) == [
        (4, "a@firma.example", "ONAY", '1. kat\n\nzil; "2"'),
        (7, "b@firma.example", "RET", None),
    ]


def test_more_and_fewer_cells_than_headings(write, rows_of) -> None:
    path = write("Alıcı,Durum\na@firma.example\nb@firma.example,ONAY,,\nc@firma.example,RET,fazla\n")
    layout = inspect_file(path)
    assert [column.field for column in layout.columns] == ["recipient", "status", None]
    assert rows_of(path) == [
        (2, "a@firma.example", None, None),
        (3, "b@firma.example", "ONAY", None),
        (4, "c@firma.example", "RET", "fazla"),
    ]


def test_end_mark_of_dos_programs_is_no_row(write, rows_of) -> None:
    assert len(rows_of(write("Alıcı,Durum\na@firma.example,ONAY\n\x1a"))) == 1


def test_formulas_stay_text(write, rows_of) -> None:
    path = write('Alıcı,Durum\n"=HYPERLINK(""http://a.example"")",ONAY\n=1+1,ONAY\na@firma.example,ONAY\n')
    assert rows_of(path)[:2] == [(2, '=HYPERLINK("http://a.example")', "ONAY"), (3, "=1+1", "ONAY")]


def test_slices_have_the_asked_size_and_tell_progress(write) -> None:
    path = write("Alıcı,Durum\n" + "".join(f"a{number}@firma.example,ONAY\n" for number in range(250)))
    parts = list(read_slices(path, inspect_file(path), rows=100))
    assert [part.frame.height for part in parts] == [100, 100, 50]
    assert parts[0].frame.schema == {"line": pl.UInt32, "c0": pl.String, "c1": pl.String}
    assert [part.frame["line"][0] for part in parts] == [2, 102, 202]
    assert parts[-1].bytes_read == parts[-1].total_bytes == path.stat().st_size


def test_rows_over_the_limit_are_refused_with_their_count(write) -> None:
    path = write("Alıcı,Durum\n" + "a@firma.example,ONAY\n\n" * 7)
    layout = inspect_file(path)
    assert count_rows(path, layout, limit=7) == 7
    for refused in (
        lambda: count_rows(path, layout, limit=6),
        lambda: list(read_slices(path, layout, rows=2, limit=6)),
    ):
        with pytest.raises(FileRefused) as caught:
            refused()
        assert (caught.value.code, caught.value.params["count"]) == ("too-many-rows", 7)
    assert sum(part.frame.height for part in read_slices(path, layout, rows=2, limit=7)) == 7


def test_paste_is_a_file_like_any_other(tmp_path, rows_of) -> None:
    path = tmp_path / "paste"
    write_paste("\ufeff" + TURKISH.replace(";", "\t").replace("\n", "\r\n"), path)
    assert inspect_file(path).delimiter == "\t"
    assert rows_of(path) == ROWS


CELLS = st.text(alphabet=st.sampled_from("ab\"'=+,; \n\r\tşİ\u2028\x0b\x85"), max_size=6)


def _frames(read, content: bytes, size: int, width: int) -> list[tuple[object, ...]]:
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    return [row for frame, _ in read(_cut(blocks), ",", width) for row in frame.iter_rows()]


def _cut(parts: list[bytes]):
    """Blocks that end at line ends, as `utf8_blocks` gives them."""
    rest = b""
    for part in parts:
        rest += part
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
        if end:
            yield rest[:end], 0
            rest = rest[end:]
    if rest:
        yield rest, 0


def _result(read, content: bytes, size: int, width: int) -> object:
    try:
        return _frames(read, content, size, width)
    except FileRefused as refusal:
        return refusal.code, refusal.params


@settings(max_examples=400, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, max_size=4), max_size=12),
    width=st.integers(1, 4),
    size=st.integers(5, 80),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_quick_path_equals_the_csv_module_for_written_files(rows, width: int, size: int, quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)
    content = text.getvalue().encode()
    assert _frames(text_frames, content, size, width) == _frames(exact_frames, content, size, width)


@settings(max_examples=400, deadline=None)
@given(
    content=st.text(alphabet=st.sampled_from("ab\"',,\n\n\rş="), max_size=80).map(str.encode),
    width=st.integers(1, 4),
    size=st.integers(3, 40),
)
def test_quick_path_equals_the_csv_module_for_any_text(content: bytes, width: int, size: int) -> None:
    assert _result(text_frames, content, size, width) == _result(exact_frames, content, size, width)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=8), size=st.integers(5, 80))
def test_exact_path_gives_the_cells_that_were_written(rows, size: int) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    read = _frames(exact_frames, text.getvalue().encode(), size, 3)
    line, expected = 1, []
    for row in rows:
        cells = [_unguarded(cell) or None for cell in row] + [None] * (3 - len(row))
        expected.append((line, *cells))
        line += 1 + sum(len(cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1 for cell in row)
    assert read == expected


def _unguarded(cell: str) -> str:
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and bare.startswith(tuple("=+-@\t\r")) else cell


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_ordinary_files_take_the_quick_path(write, rows_of, monkeypatch, quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=quoting).writerows(csv.reader(io.StringIO(TURKISH), delimiter=";"))
    monkeypatch.setattr(records, "_exact", None)
    assert rows_of(write(text.getvalue(), encoding="cp1254")) == ROWS


def test_blocks_end_at_lines_and_give_the_text_back(write) -> None:
    text = "".join(f"satır {number}\r\n" for number in range(1000))
    for encoding in ("utf-8", "utf-16-le", "cp1254"):
        blocks = list(utf8_blocks(write(text, encoding=encoding), encoding, size=333))
        assert b"".join(block for block, _ in blocks).decode() == text
        assert all(block.endswith(b"\n") for block, _ in blocks)


def test_cell_of_the_longest_length_is_read(write, rows_of) -> None:
    longest = "x" * csv.field_size_limit()
    assert rows_of(write(f"Alıcı,Durum,Not\na@firma.example,ONAY,{longest}\n"))[0][3] == longest
    path = write(f"Alıcı,Durum,Not\na@firma.example,ONAY,\nb@firma.example,ONAY,{longest}x\n")
    with pytest.raises(FileRefused) as caught:
        rows_of(path)
    assert (caught.value.code, caught.value.params["line"]) == ("record-too-long", 3)
    assert csv.field_size_limit() < MAX_RECORD


def test_one_row_without_a_line_end_is_data(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("recipient,type,status\nali@firma.example,EPOSTA,ONAY", encoding="utf-8")
    assert inspect_file(path).first_line == 2
