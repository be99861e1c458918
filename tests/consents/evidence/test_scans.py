"""R-C16: what may serve as evidence is judged by content; whatever is refused is said in a sentence."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from consents.files.errors import FileRefused
from iys_portal.core.uploads import MAX_BYTES, MAX_PAGES, draw_small, judge_scan

from .papers import carrying_pdf, heic, hidden_script_pdf, locked_pdf, opening_pdf, packed, pdf, picture, scripted_pdf

HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(pdf(), "application/pdf"), (picture(), "image/png"), (picture(kind="JPEG"), "image/jpeg")],
)
def test_r_c16_scans_are_known_by_content_and_drawn_small(data: bytes, content_type: str) -> None:
    scan = judge_scan(data)
    assert scan.content_type == content_type
    assert scan.size == len(data)
    small = Image.open(BytesIO(draw_small(data, content_type, side=100)))
    assert small.format == "JPEG"
    assert max(small.size) <= 100


def test_r_c16_a_picture_that_a_telephone_took_is_taken() -> None:
    data = heic()
    assert judge_scan(data).content_type == "image/heic"
    assert draw_small(data, "image/heic").startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "scan-empty"),
        (b"%PDF-1.4\n" + b"0" * MAX_BYTES, "scan-too-large"),
        (HTML, "scan-unknown"),
        (b"GIF89a" + b"0" * 99, "scan-unknown"),
        (b"MZ\x90" + b"0" * 99, "scan-unknown"),
        (b"II*\x00" + b"0" * 99, "scan-unknown"),
        (packed({"form.pdf": pdf()}), "scan-unknown"),
        (HTML + pdf(), "scan-two-kinds"),
        (pdf() + HTML, "scan-two-kinds"),
        (pdf().replace(b"\n", b"\n%" + HTML + b"\n", 1), "scan-two-kinds"),
        (pdf() + packed({"a.txt": b"a"}), "scan-two-kinds"),
        (picture() + packed({"a.txt": b"a"}), "scan-two-kinds"),
        (pdf()[:200], "scan-broken"),
        (pdf().replace(b"/Root 3 0 R\n", b""), "scan-broken"),  # one reader finds its way, the one that draws does not
        (b"%PDF-1.4\nnothing\n%%EOF\n", "scan-broken"),
        (picture()[:-30], "scan-broken"),
        (picture(900, 900, kind="JPEG")[:400], "scan-broken"),
        (locked_pdf(), "scan-encrypted"),
        (scripted_pdf(), "scan-active"),
        (hidden_script_pdf(), "scan-active"),
        (opening_pdf(), "scan-active"),
        (carrying_pdf(), "scan-active"),
        (picture(1, 1), "scan-measures"),
        (picture(1, 500), "scan-measures"),
        (picture(40_000, 40), "scan-measures"),
        (picture(9_000, 9_000), "scan-measures"),
        (pdf(width=40_000), "scan-page-measures"),
        (pdf(height=1), "scan-page-measures"),
        (pdf(pages=MAX_PAGES + 1), "scan-pages"),
    ],
)
def test_r_c16_what_is_refused_is_said(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        judge_scan(data)
    assert refusal.value.code == code
    assert refusal.value.message and refusal.value.advice
    assert "{" not in refusal.value.message + refusal.value.advice


def test_the_hidden_script_is_hidden_from_a_plain_search() -> None:
    assert b"/JS" not in hidden_script_pdf()
    assert not zipfile.is_zipfile(BytesIO(hidden_script_pdf()))


def test_r_c16_a_form_of_many_pages_and_a_link_is_ordinary() -> None:
    assert judge_scan(pdf(pages=MAX_PAGES)).size
