"""The list as a file: official columns, guarded cells, logged, only the own rows."""

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from consents import exports
from consents.enums import ExportKind
from consents.files.annotate import guard
from consents.models import Consent
from consents.selectors.pages import Filters
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, RetailerFactory

Record = Callable[..., Consent]
URL = "/izinler/disa-aktar/"


def lines_of(response: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]


def test_the_official_columns_in_the_official_words(panel: Client, brand: Brand, record: Record) -> None:
    RetailerFactory(brand=brand, code="B-34")
    record("a@firma.example", retailer_code="B-34")
    heading, row = lines_of(panel.post(f"{URL}csv/"))
    assert heading == list(exports.COLUMNS)
    assert row[:5] == ["a@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL"]
    assert row[7] == "B-34"
    assert row[5] < row[6]


def test_the_file_holds_what_the_list_shows(panel: Client, record: Record) -> None:
    record("a@firma.example")
    record("b@firma.example", status="RET")
    record("c@firma.example", of=BrandFactory())
    assert [row[0] for row in lines_of(panel.post(f"{URL}csv/?state=RET"))[1:]] == ["b@firma.example"]
    assert [row[0] for row in lines_of(panel.post(f"{URL}csv/"))[1:]] == ["a@firma.example", "b@firma.example"]
    token = panel.post("/izinler/", {"q": "a@firma.example"})["Location"].partition("?")[2]
    assert [row[0] for row in lines_of(panel.post(f"{URL}csv/?{token}"))[1:]] == ["a@firma.example"]


def test_several_brands_in_one_file_are_told_apart(panel: Client, brand: Brand, record: Record) -> None:
    second = BrandFactory(provider=brand.provider)
    record("a@firma.example")
    record("a@firma.example", of=second)
    heading, *rows = lines_of(panel.post(f"{URL}csv/"))
    assert heading[-1] == "brandCode"
    assert {row[-1] for row in rows} == {str(brand.brand_code), str(second.brand_code)}


def test_slices_lose_and_repeat_nothing(brand: Brand, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consents.exports.rows.SLICE", 3)
    for number in range(10):
        record(f"kisi{number}@firma.example")
    record("+905321234567", channel="ARAMA")
    record("+905321234567", channel="MESAJ")
    listing = exports.Listing(ExportKind.CONSENTS, Filters(brands=(brand.pk,)), {brand.pk: 1})
    rows = [row for part in exports.text_rows(listing) for row in part]
    assert len({row[:2] for row in rows}) == len(rows) == 12


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1@firma.example", "'=1+1@firma.example"),
        ("+ad@firma.example", "'+ad@firma.example"),
        ("-ad@firma.example", "'-ad@firma.example"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("+905321234567", "+905321234567"),
        ("ad@firma.example", "ad@firma.example"),
    ],
)
def test_cells_that_look_like_formulas_are_guarded(text: str, safe: str) -> None:
    assert guard(text) == safe


def test_a_formula_like_address_stays_text_in_a_workbook(panel: Client, record: Record) -> None:
    record("=ad@firma.example")
    content = b"".join(panel.post(f"{URL}xlsx/").streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=ad@firma.example", "s")
    assert [cell.value for cell in sheet[1]] == list(exports.COLUMNS)


def test_a_full_sheet_goes_on_in_the_next(
    brand: Brand, record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("consents.exports.files.SHEET_ROWS", 4)
    for number in range(7):
        record(f"kisi{number}@firma.example")
    listing = exports.Listing(ExportKind.CONSENTS, Filters(brands=(brand.pk,)), {brand.pk: 1})
    assert list(exports.write_xlsx(tmp_path / "a.xlsx", listing))[-1] == 7
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [sheet.max_row for sheet in book] == [4, 4, 2]


def test_r_g3_every_export_is_logged_without_addresses(panel: Client, record: Record) -> None:
    record("a@firma.example")
    token = panel.post("/izinler/", {"q": "a@firma.example"})["Location"].partition("?")[2]
    panel.post(f"{URL}csv/?{token}&state=ONAY")
    entry = AuditEntry.objects.get(verb="consent.exported")
    assert entry.new == {"kind": "csv", "filters": {"state": "ONAY"}, "search": True, "brands": 1}


def test_an_unknown_kind_is_not_found_and_a_get_refused(panel: Client) -> None:
    assert panel.post(f"{URL}pdf/").status_code == 404
    assert panel.get(f"{URL}csv/").status_code == 405
    assert not AuditEntry.objects.filter(verb="consent.exported").exists()


def test_an_export_of_nothing_is_a_heading(panel: Client) -> None:
    assert [row[: len(exports.COLUMNS)] for row in lines_of(panel.post(f"{URL}csv/"))] == [list(exports.COLUMNS)]


def test_the_sample_can_be_imported_as_it_is(panel: Client, brand: Brand) -> None:
    from consents.services.records import Entry, record_consents
    from tests.factories import officer_of

    rows = list(csv.DictReader(io.StringIO(panel.get("/izinler/ornek.csv").content.decode())))
    entries = [
        Entry(row["recipient"], row["type"], row["status"], row["source"], row["recipientType"], row["consentDate"])
        for row in rows
    ]
    outcomes = record_consents(actor=officer_of(brand), brand=brand, entries=entries, moment=timezone.now())
    assert all(outcome.accepted for outcome in outcomes)
