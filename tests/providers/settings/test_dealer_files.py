"""Dealers in files: a preview first, row by row; all of a file or nothing (R-C20, R-G3)."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry
from providers import dealer_files
from providers.enums import ProviderState
from providers.models import Provider, Retailer
from tests.factories import BrandFactory, RetailerFactory, officer_of

from .conftest import House, traces
from .test_pages import manager, member_of, url  # noqa: F401 - a fixture

GOOD = "Bayi kodu;Bayi;İl\nB1;Bir;Ankara\nB2;İki;İzmir\n"


def preview(house: House, text: str) -> dealer_files.Preview:
    return dealer_files.preview(actor=house.actor, data=text.encode(), brand=house.brand)


def upload(client: Client, house: House, data: bytes, name: str = "bayiler.csv") -> object:
    return client.post(url("dealer-import"), {"brand": house.brand.pk, "file": SimpleUploadedFile(name, data)})


def test_a_preview_writes_nothing(house: House) -> None:
    RetailerFactory(brand=house.brand, code="B1", name="Eski", city="Ankara")
    before = traces()
    seen = preview(house, GOOD)
    assert seen.fits
    assert (seen.new, seen.changed, seen.unchanged, seen.wrong) == (1, 1, 0, 0)
    assert [(line, kind) for line, kind, _cells in seen.changes] == [(2, "update"), (3, "new")]
    assert "<del>Eski</del>" in "".join(map(str, seen.changes[0][2]))
    assert traces() == before
    assert Retailer.objects.get().name == "Eski"


def test_each_wrong_row_is_named_with_its_column_and_nothing_is_taken(house: House) -> None:
    other = BrandFactory()
    text = "retailerCode,name,isActive,brandCode\n" + "\n".join(
        f"{code},{name},{active},{brand}"
        for code, name, active, brand in [
            ("B1", "Bir", 1, house.brand.brand_code),
            ("B2", "", 1, house.brand.brand_code),
            ("B3", "Üç", "belki", house.brand.brand_code),
            ("B4", "Dört", 1, other.brand_code),
            ("B1", "Yine", 1, house.brand.brand_code),
            ("x" * 41, "Altı", 1, house.brand.brand_code),
        ]
    )
    before = traces()
    seen = preview(house, text)
    assert [(problem.line, problem.column) for problem in seen.problems] == [
        (3, "name"),
        (4, "isActive"),
        (5, "brandCode"),
        (6, ""),
        (7, "retailerCode"),
    ]
    assert seen.problems[1].cell == "belki"
    assert seen.wrong == 5
    done = dealer_files.apply(actor=house.actor, data=text.encode(), brand=house.brand)
    assert not done.fits
    assert traces() == before
    assert not Retailer.objects.exists()


@pytest.mark.parametrize(
    "text, word",
    [("retailerCode,bayii\n1,2\n", "bayii"), ("name\nBir\n", "retailerCode"), ("Bayi kodu,Bayi no\n1,2\n", "retailer")],
)
def test_wrong_headings_refuse_the_file_as_a_whole(house: House, text: str, word: str) -> None:
    seen = preview(house, text)
    assert not seen.fits
    assert word in seen.whole[0]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04x", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"a\0b"])
def test_what_is_no_table_is_refused_at_the_field(house: House, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        dealer_files.preview(actor=house.actor, data=data, brand=house.brand)
    assert refused.value.field == "file"


def test_r_a1_anothers_dealers_stay_untouched(house: House) -> None:
    other = RetailerFactory(code="B1", name="Onların")
    dealer_files.apply(actor=house.actor, data=GOOD.encode(), brand=house.brand)
    other.refresh_from_db()
    assert other.name == "Onların"
    assert Retailer.objects.filter(brand=house.brand).count() == 2


def test_only_managers_of_an_active_provider_load(house: House) -> None:
    for role in ("officer", "viewer"):
        with pytest.raises(NotAllowed):
            dealer_files.apply(actor=officer_of(house.brand, role), data=GOOD.encode(), brand=house.brand)
    Provider.objects.update(state=ProviderState.CLOSED)
    with pytest.raises(WrongMoment):
        dealer_files.apply(actor=house.actor, data=GOOD.encode(), brand=house.brand)
    assert not Retailer.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_page_shows_then_takes_the_file_once(manager: Client, house: House) -> None:  # noqa: F811
    answer = upload(manager, house, GOOD.encode("cp1254"))
    token = answer.context["token"]  # type: ignore[attr-defined]
    assert token
    assert not Retailer.objects.exists()
    assert manager.post(url("dealer-apply"), {"token": token}).status_code == 302
    assert set(Retailer.objects.values_list("code", "name", "city")) == {
        ("B1", "Bir", "Ankara"),
        ("B2", "İki", "İzmir"),
    }
    assert set(AuditEntry.objects.values_list("verb", "way")) == {("retailer.created", "import")}
    again = manager.post(url("dealer-apply"), {"token": token})
    assert again.status_code in (302, 409)
    assert Retailer.objects.count() == 2


def test_a_closing_column_closes(manager: Client, house: House) -> None:  # noqa: F811
    RetailerFactory(brand=house.brand, code="B1", name="Bir")
    answer = upload(manager, house, "Bayi kodu,Aktif\nB1,hayır\n".encode())
    manager.post(url("dealer-apply"), {"token": answer.context["token"]})  # type: ignore[attr-defined]
    assert not Retailer.objects.get().is_active


def test_only_who_uploaded_confirms(manager: Client, house: House) -> None:  # noqa: F811
    token = upload(manager, house, GOOD.encode()).context["token"]  # type: ignore[attr-defined]
    other = member_of(house, "manager")
    for client, given in ((other, token), (manager, token + "x"), (manager, "")):
        assert client.post(url("dealer-apply"), {"token": given}).status_code == 404
    assert member_of(house, "officer").post(url("dealer-apply"), {"token": token}).status_code == 403
    assert not Retailer.objects.exists()


def test_wrong_rows_are_shown_on_the_page_and_cannot_be_confirmed(manager: Client, house: House) -> None:  # noqa: F811
    answer = upload(manager, house, b"Bayi kodu,Bayi\nB1,\n")
    assert answer.context["token"] == ""  # type: ignore[attr-defined]
    assert url("dealer-apply") not in answer.content.decode()  # type: ignore[attr-defined]
    assert upload(manager, house, b"%PDF-1.7").status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_r_g3_an_export_is_guarded_and_on_record(
    house: House,
    form: str,
    manager: Client,  # noqa: F811
) -> None:
    RetailerFactory(brand=house.brand, name="=1+1", code="B1")
    RetailerFactory(name="Onların")
    answer = manager.post(url("dealer-export"), {"form": form})
    text = answer.content.decode() if form == "csv" else _cells(answer.content)
    assert "'=1+1" in text
    assert "Onların" not in text
    entry = AuditEntry.objects.get(verb="reference.exported")
    assert (entry.new, entry.provider_id) == ({"rows": 1}, house.provider.pk)
    back = dealer_files.preview(actor=house.actor, data=answer.content, brand=house.brand)
    assert (back.fits, back.unchanged, back.anything) == (True, 1, False)


def _cells(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return " ".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)  # type: ignore[union-attr]


def test_exports_are_for_those_who_may_and_by_post(house: House, sign_in: Callable[..., Client]) -> None:
    assert member_of(house, "viewer").post(url("dealer-export"), {"form": "csv"}).status_code == 403
    officer = member_of(house, "officer")
    assert officer.get(url("dealer-export")).status_code == 405
    assert officer.post(url("dealer-export"), {"form": "pdf"}).status_code == 404
    assert officer.post(url("dealer-export"), {"form": "csv"}).status_code == 200
    assert AuditEntry.objects.filter(verb="reference.exported").count() == 1
