"""A company and a person apply in a real browser, from the public start to the submitted application, in wet ink."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from iys_portal.core import mailbox
from providers.enums import ApplicationState as S
from providers.models import Application
from tests.consents.evidence.papers import pdf, picture
from tests.workers import until

from .conftest import Portal

EMAIL = "izin@basvuran.example"
PAPERS = {"belgeler": ("signature_circular", "gazette"), "sozlesme": ("commitment", "contract")}
pytestmark = [pytest.mark.browser, pytest.mark.processes]


def mailed_code() -> str:
    """The code of the newest mail, once the worker has sent it."""

    def codes() -> list[str]:
        found = [re.search(r"^\s+(\d{6})\s*$", letter.text, re.MULTILINE) for letter in mailbox.letters()]
        return [match[1] for match in found if match]

    until(lambda: bool(codes()), what="the mailed code")
    return codes()[0]


def on(page: Page) -> None:
    page.get_by_role("button", name="Kaydet ve devam et").click()


@pytest.mark.parametrize("kind", ["Tüzel kişi", "Gerçek kişi"])
def test_r_p6_an_application_is_made_and_submitted(page: Page, portal: Portal, tmp_path: Path, kind: str) -> None:
    page.goto(f"{portal.url}/accounts/login/")
    page.get_by_role("link", name="Hizmet sağlayıcı başvurusu").click()
    page.get_by_role("link", name="Başvuruya başla").click()
    page.get_by_role("button", name="Okudum").click()
    page.get_by_label(kind).check()
    page.get_by_label("Kurumsal e-posta").fill(EMAIL)
    page.get_by_role("button", name="Başla").click()

    page.wait_for_url("**/sirket/")
    base = page.url.removesuffix("sirket/")
    page.locator("#id_title").fill("Başvuran Ticaret")
    page.locator("#id_mersis").fill("123")
    expect(page.locator("main")).to_contain_text("MERSİS numarası 16 hanelidir.")
    page.locator("#id_mersis").fill("0734567890400015")
    page.locator("#id_tax_number").fill("7345678904")
    expect(page.locator("main")).to_contain_text("Doğru görünüyor.")
    page.locator("#id_tax_office").fill("Deneme")
    page.locator("#id_declared_consents").fill("1000")
    page.locator("#id_address").fill("Deneme Mah. 1. Sok. No: 1")
    page.locator("#id_province").select_option("Yalova")
    page.locator("#id_district").select_option("Termal")
    on(page)

    page.wait_for_url("**/imza-yetkilisi/")
    person = {"first_name": "Deneme", "last_name": "Yetkili", "tckn": "10000000146", "phone": "0532 000 00 00"}
    for name, value in {**person, "email": "yetkili@basvuran.example"}.items():
        page.locator(f"#id_{name}_1").fill(value)
    if kind == "Gerçek kişi":
        page.locator("#id_birth_date_1").fill("1980-05-17")
    on(page)

    page.wait_for_url("**/e-posta/")
    page.get_by_role("button", name="Kod gönder").click()
    page.locator("#id_code").fill(mailed_code())
    page.get_by_role("button", name="Doğrula").click()
    page.wait_for_url("**/markalar/")

    form, photo = tmp_path / "form.pdf", tmp_path / "sayfa.png"
    form.write_bytes(pdf(pages=2))
    photo.write_bytes(picture(600, 800))
    for step, papers in PAPERS.items():
        page.goto(f"{base}{step}/")
        if step == "sozlesme":
            page.get_by_label("Kâğıt üzerinde, ıslak imza ile").check()
            page.get_by_role("button", name="Sözleşmeyi hazırla").click()
            expect(page.get_by_role("link", name="PDF'i indir")).to_be_visible(timeout=30_000)
        for paper in papers:
            place = page.locator(f"#{paper}")
            place.locator("input[type=file]").set_input_files([form, photo])
            place.get_by_role("button", name="Yükle").click()
            expect(page.locator(f"#{paper} .pages img")).to_have_count(3)

    page.goto(f"{base}onizleme/")
    expect(page.locator("main")).not_to_contain_text("10000000146")
    page.get_by_role("button", name="Başvuruyu gönder").click()
    expect(page.locator("main")).to_contain_text("Gönderildi")
    assert Application.objects.get().state == S.SUBMITTED
