"""Files like the samples: other words, other order, other letters, other places in the workbook."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from iys_portal.core.errors import Invalid
from iys_portal.core.models import Job
from tests.consents.imports.conftest import Desk, outcome_by_line, verdicts

ORDER = ["consentDate", "status", "recipient", "recipientType", "type", "source"]
WORDS = {
    "recipient": "İletişim Adresi",
    "type": "Gönderim Kanalı",
    "status": "İzin Durumu",
    "source": "İzin Kaynağı",
    "recipientType": "Alıcı Türü",
    "consentDate": "Onay Tarihi",
}


def rows(folder: Path, count: int = 50) -> list[dict[str, str]]:
    with (folder / "canonical.csv").open(newline="") as file:
        return list(csv.DictReader(file))[:count]


def as_text(records: list[dict[str, str]], *, delimiter: str = ",", words: dict[str, str] | None = None) -> str:
    names = [(words or {}).get(name, name) for name in ORDER]
    lines = [delimiter.join(names), *(delimiter.join(record[name] for name in ORDER) for record in records)]
    return "\r\n".join(lines) + "\r\n"


def in_other_words(records: list[dict[str, str]]) -> bytes:
    return as_text(records, delimiter=";", words=WORDS).encode("cp1254")


def in_utf16(records: list[dict[str, str]]) -> bytes:
    return as_text(records, delimiter="\t", words=WORDS).encode("utf-16")


def with_excels_line(records: list[dict[str, str]]) -> bytes:
    return ("sep=|\r\n" + as_text(records, delimiter="|")).encode()


def with_blank_lines(records: list[dict[str, str]]) -> bytes:
    lines = as_text(records).splitlines()
    return ("\n\n" + "\n\n,,,\n".join(lines) + "\n\n").encode()


def with_line_breaks_in_cells(records: list[dict[str, str]]) -> bytes:
    lines = as_text(records, delimiter=";").splitlines()
    noted = [lines[0] + ";Açıklama", *(f'{line};"ilk satır\nikinci; satır"' for line in lines[1:])]
    return "\n".join(noted).encode("utf-8-sig")


MAKERS: list[Callable[[list[dict[str, str]]], bytes]] = [
    in_other_words,
    in_utf16,
    with_excels_line,
    with_blank_lines,
    with_line_breaks_in_cells,
]


@pytest.mark.parametrize("make", MAKERS)
def test_text_of_any_shape_gives_the_same_consents(
    desks: Callable[[], Desk], folder: Path, tmp_path: Path, make: Callable[..., bytes]
) -> None:
    plain, other = desks(), desks()
    records = rows(folder)
    (tmp_path / "plain.csv").write_bytes(as_text(records).encode())
    (tmp_path / "other.csv").write_bytes(make(records))
    plain.load(tmp_path / "plain.csv")
    assert verdicts(other.load(tmp_path / "other.csv")) == {"new": 50}
    found = [{(key[0], *key[2:]): status for key, status in desk.states().items()} for desk in (plain, other)]
    assert found[0] == found[1]


def test_data_on_the_second_sheet(desk: Desk, folder: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Kapak"
    book.active.append(["2026 yılı izin listesi"])
    sheet = book.create_sheet("Liste")
    sheet.append(list(WORDS.values()))
    for record in rows(folder):
        sheet.append([record[name] for name in WORDS])
    book.save(tmp_path / "liste.xlsx")
    item = desk.load(tmp_path / "liste.xlsx")
    assert item.layout["sheet"] == "Liste"
    assert verdicts(item) == {"new": 50}


def test_lines_of_a_file_with_line_breaks_in_cells_are_its_own(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        "recipient,type,status,source,consentDate,not\n"
        'a@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00,"bir\niki"\n'
        'bozuk@,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00,"üç\ndört"\n'
        "b@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00,\n"
    )
    assert outcome_by_line(desk.load(path)) == {2: "new", 4: "H120", 6: "new"}


def test_two_columns_of_addresses_beside_a_channel_are_refused_in_words(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "karisik.csv"
    path.write_text("Telefon,E-posta,Kanal,Durum\n0532 999 00 11,a@firma.example,SMS,ONAY\n", encoding="utf-8")
    with pytest.raises(Invalid, match="bir izin") as refusal:
        desk.load(path)
    assert refusal.value.code == "mixed-shape"
    assert desk.events() == 0
    assert not Job.objects.exists()
