"""PDFs: what comes out, and that nothing is fetched (design 6)."""

from datetime import datetime
from io import BytesIO
from types import SimpleNamespace

import pypdfium2
import pytest
from django.template import engines
from pypdf import PdfReader

from iys_portal.core import pdf
from iys_portal.core.calendar import ISTANBUL

AT = datetime(2026, 11, 24, 15, tzinfo=ISTANBUL)
LETTERS = "ğ ü ş ı ö ç Ğ Ü Ş İ Ö Ç â î û ₺ — “ ”"
DOCUMENT = SimpleNamespace(number="DEN-0000-0000-0000-0000", created_at=AT)


@pytest.fixture
def page(monkeypatch):
    """`page(html, …)`: the PDF of a page whose content is given."""

    def make(content, *, language="tr", data=None, enclosures=()):
        source = "{% extends 'pdf/base.html' %}{% block heading %}Deneme{% endblock %}{% block content %}"
        template = engines["django"].from_string(source + content + "{% endblock %}")
        monkeypatch.setattr(pdf, "render_to_string", lambda name, context: template.render(context))
        context = {"document": DOCUMENT, "data": data or {}}
        return pdf.render_pdf(
            "x", context, language=language, made_at=AT, identifier=DOCUMENT.number, enclosures=enclosures
        )

    return make


def text_of(content):
    return "\n".join(part.extract_text() for part in PdfReader(BytesIO(content)).pages)


def test_turkish_letters_come_out_and_every_font_is_inside(page):
    content = page(f"<p>{LETTERS}</p><p><b>{LETTERS}</b> <i>{LETTERS}</i></p>")
    assert text_of(content).count(LETTERS) == 3
    reader = PdfReader(BytesIO(content))
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        (descendant,) = font.get_object()["/DescendantFonts"]
        assert descendant.get_object()["/FontDescriptor"].get_object().keys() & {"/FontFile2", "/FontFile3"}


def test_it_is_an_archive_pdf_in_its_language(page):
    reader = PdfReader(BytesIO(page("<p>x</p>")))
    assert b"<pdfaid:part>3</pdfaid:part>" in reader.xmp_metadata.stream.get_data().replace(b'"', b"").replace(
        b"pdfaid:part=3", b"<pdfaid:part>3</pdfaid:part>"
    )
    assert reader.trailer["/Root"]["/OutputIntents"]
    assert reader.trailer["/Root"]["/Lang"] == "tr"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_words_of_the_frame_follow_the_language(page):
    assert "24 Kasım 2026" in text_of(page("<p>x</p>"))
    assert "Document number" in text_of(page("<p>x</p>", language="en"))


def test_the_code_is_drawn_where_there_is_one(page):
    def dark(content):
        picture = pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("L")
        return sum(picture.crop((420, 60, 560, 200)).histogram()[:96])

    assert dark(page("", data={"qr": "https://portal.example/dogrula/"})) > 20 * max(1, dark(page("")))


def test_a_file_travels_inside(page):
    content = page("", enclosures=[pdf.Enclosure("kanit.json", b'{"a": 1}', "Kanıt")])
    assert PdfReader(BytesIO(content)).attachments["kanit.json"] == [b'{"a": 1}']


def test_pages_are_numbered_and_bear_the_number(page):
    content = page("<p>uzun</p>" * 120)
    reader = PdfReader(BytesIO(content))
    assert len(reader.pages) > 2
    for number, one in enumerate(reader.pages, start=1):
        text = one.extract_text()
        assert f"{number} / {len(reader.pages)}" in text
        assert DOCUMENT.number in text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.png",
        "http://127.0.0.1:1/x.png",
        "file:///etc/hostname",
        "ftp://evil.example/x",
        "own:///img/missing.svg",
        "own://evil.example/img/mark.svg",
        "own:///../manage.py",
        "img/missing.svg",
    ],
)
@pytest.mark.parametrize("use", ['<img src="{}" alt="">', '<style>body {{ background: url("{}") }}</style>'])
def test_nothing_is_fetched_and_nothing_may_be_missing(page, address, use):
    with pytest.raises(pdf.ResourceRefused):
        page(use.format(address))


def test_the_same_data_gives_the_same_file(page):
    assert page("<p>aynı</p>") == page("<p>aynı</p>")
