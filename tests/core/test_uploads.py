"""R-P5: files become one PDF per document. What is refused is held by tests/consents/evidence/test_scans.py."""

from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image, ImageFile
from pypdf import PdfReader

from iys_portal.core.refused_files import FileRefused
from iys_portal.core.uploads import MAX_FILES, MAX_PAGES, draw_page, joined, judge_scan
from tests.consents.evidence.papers import heic, pdf, picture, scripted_pdf


def code_of(*files: tuple[str, bytes], former: bytes = b"") -> str:
    with pytest.raises(FileRefused) as refusal:
        joined(files, former=former)
    assert refusal.value.message and refusal.value.advice
    return refusal.value.code


def test_r_p5_a_single_pdf_stays_byte_for_byte() -> None:
    data = pdf(pages=2)
    whole = joined([("a.pdf", data)])
    assert (whole.data, whole.pages) == (data, 2)


def test_r_p5_several_files_become_one_pdf_in_their_order() -> None:
    files = [("1.pdf", pdf(pages=2)), ("2.png", picture(600, 800)), ("3.heic", heic()), ("4.jpg", picture(kind="JPEG"))]
    whole = joined(files)
    assert whole.pages == len(PdfReader(BytesIO(whole.data)).pages) == 5
    assert [(part.name, part.pages) for part in whole.parts] == [
        ("1.pdf", 2),
        ("2.png", 1),
        ("3.heic", 1),
        ("4.jpg", 1),
    ]
    assert [part.scan.content_type for part in whole.parts][2] == "image/heic"
    assert judge_scan(whole.data).content_type == "application/pdf"
    more = joined([("5.pdf", pdf())], former=whole.data)
    assert (more.pages, len(more.parts)) == (6, 1)


def test_r_p5_a_picture_is_a_page_of_paper_and_what_it_shows_stays() -> None:
    page = PdfReader(BytesIO(joined([("a.png", picture(1000, 500, shade=40))]).data)).pages[0]
    assert round(float(page.mediabox.width)) == round(11.69 * 72)
    drawn = Image.open(BytesIO(draw_page(joined([("a.png", picture(1000, 500, shade=40))]).data, 1)))
    assert abs(drawn.convert("L").getpixel((drawn.width // 2, drawn.height // 2)) - 40) < 6


def test_r_p5_a_transparent_picture_is_not_black() -> None:
    out = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    drawn = Image.open(BytesIO(draw_page(joined([("a.png", out.getvalue())]).data, 1)))
    assert drawn.convert("L").getpixel((10, 10)) > 240


def test_r_p5_each_page_is_drawn() -> None:
    data = pdf(pages=2, width=842, height=595)
    for number in (1, 2):
        assert max(Image.open(BytesIO(draw_page(data, number, side=300))).size) == 300
    for number in (0, 3):
        with pytest.raises(IndexError):
            draw_page(data, number)


def test_r_p5_one_bad_file_refuses_them_all() -> None:
    assert code_of(("a.pdf", pdf()), ("b.pdf", scripted_pdf())) == "scan-active"
    assert code_of(("a.pdf", b"<html>")) == "scan-unknown"
    assert code_of() == "files-none"
    assert code_of(*[("a.pdf", pdf())] * (MAX_FILES + 1)) == "files-many"
    assert code_of(("a.pdf", pdf()), former=pdf(pages=MAX_PAGES)) == "scan-pages"


@pytest.mark.parametrize("name", ["a.pdf.p7s", "A.IMZ", "x.p7m"])
def test_r_p4_containers_of_signatures_are_refused_in_words(name: str) -> None:
    assert code_of((name, pdf())) == "signature-container"


def test_r_p5_half_a_picture_is_refused_also_where_pdfs_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as importing WeasyPrint leaves it
    assert code_of(("a.png", picture(600, 800)[:-30])) == "scan-broken"
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_picture_is_drawn_as_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk longer than the file: taken by the strict reader, stumbled over by one that takes half pictures."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    odd = b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAADwAAABQCAAAAABgoUmPAAAALElEQVR4nO3LMQEAAAQAMPQPJpYOHJ7tX3bs1eHKsizLRFKyLMuyLMuyLMvyQx7s9AFo"
        "2VBl7QAAAABJRU5ErkJggg=="
    )
    assert joined([("a.png", odd)]).pages == 1
