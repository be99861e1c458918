"""The agreement as a document: its data, its text, its pages, its signature fields (R-P4)."""

import json
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from PIL import ImageStat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pypdf import PdfReader

from providers import services
from providers.agreements import texts
from providers.models import Agreement
from tests.providers.applications.conftest import FIRST, SECOND, Desk

from .conftest import draw, issued

pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return " ".join(" ".join(pages).split())


def fields_of(content: bytes) -> dict[str, Any]:
    return {name: field for name, _value, field in enumerate_sig_fields(PdfFileReader(BytesIO(content)))}


def test_r_p4_its_data_is_frozen_and_holds_number_version_and_words(joint: Desk) -> None:
    agreement = joint.prepare("online")
    data = agreement.document.data
    assert (data["version"], data["text_version"], data["application"]) == (1, texts.CURRENT, joint.application.number)
    assert data["date"] == "10 Mart 2026"
    assert data["applicant"]["title"] == "Başvuran Ticaret A.Ş."
    assert data["applicant"]["address"] == "Deneme Mah. 1. Sok. No: 1, Çankaya / Ankara"
    assert [one["field"] for one in data["signatories"]] == ["Imza1", "Imza2"]
    assert data["qr"].endswith(f"/dogrula/?kod={agreement.document.number}")
    assert len(data["parts"]) == 2 and data["parts"][0]["articles"][-1]["number"] == 14
    words = [line["text"] for part in data["parts"] for article in part["articles"] for line in article["paragraphs"]]
    assert len(words) > 40 and not [line for line in words if "{" in line]


def test_r_p9_no_identity_number_stands_in_it(joint: Desk) -> None:
    agreement = joint.prepare("online")
    everything = json.dumps(agreement.document.data) + text_of(issued(agreement))
    assert "10000000146" not in everything and "10000000078" not in everything
    assert "10*******46" in everything


def test_r_p4_the_pdf_is_an_archive_file_with_turkish_letters_and_running_heads(desk: Desk) -> None:
    agreement = desk.prepare("online")
    content = issued(agreement)
    text = text_of(content)
    for words in (
        "Hizmet Sözleşmesi ve Taahhütname",
        "Madde 14. İmza ve nüshalar",
        "Bölüm B – Taahhütname",
        "İşbu " + agreement.document.number,
        "Başvuran Ticaret A.Ş.",
        "Çankaya / Ankara",
    ):
        assert words in text, words
    pages = PdfReader(BytesIO(content)).pages
    for number, page in enumerate(pages, start=1):
        words = " ".join(page.extract_text().split())
        assert f"Sayfa {number} / {len(pages)}" in words
        assert agreement.document.number in words and "sürüm 1" in words.casefold().replace("sürüm: 1", "sürüm 1")
    reader = PdfReader(BytesIO(content))
    assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert any(key in inner for key in ("/FontFile2", "/FontFile3"))


@pytest.mark.parametrize("people, names", [(1, {"Imza1", "Sicil"}), (2, {"Imza1", "Imza2", "Sicil"})])
def test_r_p4_one_empty_field_a_signatory_lies_in_its_box(desk: Desk, people: int, names: set[str]) -> None:
    second = SECOND if people == 2 else None
    services.save_signatories(first=FIRST, second=second, manager=None, **desk.about)
    content = issued(desk.prepare("online"))
    fields = fields_of(content)
    assert set(fields) == names
    last = len(PdfReader(BytesIO(content)).pages) - 1
    picture = pypdfium2.PdfDocument(content)[last].render(scale=2).to_pil().convert("L")
    for field in fields.values():
        left, bottom, right, top = (float(one) for one in field.get_object()["/Rect"])
        inside = (
            int(left + 2) * 2,
            picture.height - int(top - 2) * 2,
            int(right - 2) * 2,
            picture.height - int(bottom + 2) * 2,
        )
        assert ImageStat.Stat(picture.crop(inside)).extrema[0][0] > 240, "nothing is printed where people sign"
        around = (inside[0] - 14, inside[1] - 14, inside[2] + 14, inside[3] + 14)
        assert ImageStat.Stat(picture.crop(around)).extrema[0][0] < 160, "and the box is drawn around it"


@pytest.mark.parametrize(
    "title, first",
    [
        ("Ö", ("A", "B")),
        (("Uluslararası İğneişçiliği ve Şekercilik " * 8)[:300], ("Abdurrahmangazi Ğülşeniyeçiçek" * 3, "İ" * 100)),
        ("W" * 300, ("W" * 100, "W" * 100)),
    ],
    ids=["short", "long", "without a space"],
)
def test_r_p4_very_short_and_very_long_names_keep_the_boxes_whole(
    desk: Desk, title: str, first: tuple[str, str]
) -> None:
    services.save_company(**_company(desk) | {"title": title}, **desk.about)
    person = FIRST.__class__(first[0], first[1], FIRST.phone, FIRST.email, FIRST.tckn)
    services.save_signatories(first=person, second=SECOND, manager=None, **desk.about)
    content = issued(desk.prepare("online"))
    fields = fields_of(content)
    pages = PdfReader(BytesIO(content)).pages
    assert title.split()[0][:20] in text_of(content).replace(" ", "") or title.split()[0] in text_of(content)
    boxes = []
    for field in fields.values():
        rect = [float(one) for one in field.get_object()["/Rect"]]
        assert 0 < rect[0] < rect[2] < float(pages[0].mediabox.width)
        assert 40 < rect[1] < rect[3] < float(pages[0].mediabox.height)
        boxes.append((field.get_object().get("/P").idnum if "/P" in field.get_object() else 0, rect))
    for one, (page, rect) in enumerate(boxes):
        for other, (beside, there) in enumerate(boxes):
            if one < other and page == beside:
                assert rect[3] <= there[1] or there[3] <= rect[1], "boxes do not overlap"


def _company(desk: Desk) -> dict[str, Any]:
    names = ("mersis", "tax_office", "tax_number", "address", "province", "district", "declared_consents")
    return {name: getattr(desk.fresh(), name) for name in names}


def test_each_version_of_the_words_can_be_read() -> None:
    for version in range(1, texts.CURRENT + 1):
        parts = texts.parts_of(version, court="Ankara")
        assert [part["title"][:7] for part in parts] == ["Bölüm A", "Bölüm B"]
        numbers = [article["number"] for article in parts[0]["articles"]]
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_verification_page_knows_the_number_and_tells_of_nobody(desk: Desk, client: Any) -> None:
    agreement = draw(desk.prepare("online"))
    page = client.get(f"/dogrula/?kod={agreement.document.number}").content.decode()
    assert agreement.document.sha256[:8] in page
    assert "Başvuran Ticaret" not in page
    assert Agreement.objects.get().document.provider_id is None
