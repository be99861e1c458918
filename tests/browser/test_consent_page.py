"""R-M7, R-Z4: a manager makes a consent page, a person gives a consent on it by phone, and proves it afterwards."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consents.enums import Channel
from consents.models import ConsentEvent, ConsentPage
from consents.services.seals import seal_ledger
from consents.services.texts import create_draft, publish
from consents.text_rules import BY_PERSON
from iys_portal.core import mailbox
from providers.models import Brand
from tests.consents.pages.conftest import citizens_notice
from tests.consents.texts.conftest import words
from tests.factories import officer_of
from tests.workers import until

from .conftest import Portal
from .test_journey import sign_in
from .test_queries import accessible

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MAIL = "ayse@deneme.example"


def a_text(brand: Brand) -> None:
    manager, channels = officer_of(brand, "manager"), (Channel.MESAJ, Channel.EPOSTA)
    draft = create_draft(
        actor=manager, brand=brand, channels=channels, title="Üyelik formu", text=words(*channels),
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    publish(actor=manager, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])


def newest_code(about: str) -> str:
    """The code of the newest mail to the person whose subject says this."""

    def found() -> list[str]:
        letters = [letter for letter in mailbox.letters() if MAIL in letter.to and about in letter.subject]
        return [match[1] for letter in letters if (match := re.search(r"^\s+(\d{6})\s*$", letter.text, re.MULTILINE))]

    until(lambda: bool(found()), what=f"a code: {about}")
    return found()[0]


def downloaded(page: Page, button: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path())


def test_r_m7_from_the_maker_to_the_verified_receipt(page: Page, portal: Portal, tmp_path: Path) -> None:
    a_text(Brand.objects.get())
    citizens_notice()
    sign_in(page, portal)
    page.goto(f"{portal.url}/onay-sayfalari/yeni/")
    page.fill("#id_title", "Haberler")
    page.get_by_label("E-posta", exact=True).check()
    expect(page.locator("#page-preview")).to_contain_text("Haberler")
    expect(page.locator("#page-preview .text-box")).to_have_text(["E-posta"])
    accessible(page)
    page.get_by_role("button", name="Sayfayı hazırla").click()
    expect(page.locator("h1")).to_have_text("Haberler")
    accessible(page)
    address = page.get_by_role("link", name="Sayfaya git").get_attribute("href")
    page.context.clear_cookies()
    gives(page, address or "")
    assert not page.context.cookies()
    seal_ledger()
    proves(page, portal, tmp_path)


def gives(page: Page, address: str) -> None:
    """On a phone's screen: read, prove the address, tick, receipt."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Deneme Mağazacılık A.Ş.")
    accessible(page)
    page.get_by_label("E-postanız").fill(MAIL)
    page.get_by_role("button", name="Aydınlatma metnini okudum").click()
    accessible(page)
    page.get_by_label("Kod").fill(newest_code("onay sayfası"))
    page.get_by_role("button", name="Adresimi doğrula").click()
    box = page.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    accessible(page)
    assert not ConsentEvent.objects.exists()
    box.check()
    page.get_by_role("button", name="İşaretlediklerim için onay veriyorum").click()
    expect(page.locator("h1")).to_have_text("Onayınız kaydedildi")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert ConsentPage.objects.get().answered == 1


def proves(page: Page, portal: Portal, folder: Path) -> None:
    """The citizen signs in, reads the history, takes evidence and receipt home, and has the receipt checked."""
    page.goto(f"{portal.url}/izinlerim/gecmis/")
    page.locator("#id_address").fill(MAIL)
    page.locator("main button[type=submit]").first.click()
    page.locator("#id_code").fill(newest_code("giriş kodunuz"))
    page.get_by_role("button", name="Giriş yap").click()
    expect(page.locator(".timeline")).to_contain_text("Markanın onay sayfasında onay verdiniz")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Kanıt (PDF)").click()
    expect(page.get_by_role("button", name="PDF'i indir")).to_be_visible(timeout=60_000)
    accessible(page)
    assert downloaded(page, "PDF'i indir").read_bytes().startswith(b"%PDF")
    page.goto(f"{portal.url}/izinlerim/gecmis/")
    page.get_by_role("button", name="İmzalı makbuz").click()
    receipt = folder / "makbuz.json"
    receipt.write_bytes(downloaded(page, "İmzalı dosyayı indir (JSON)").read_bytes())
    expect(page.get_by_role("button", name="PDF'i indir")).to_be_visible(timeout=60_000)
    pdf = folder / "makbuz.pdf"
    pdf.write_bytes(downloaded(page, "PDF'i indir").read_bytes())
    page.goto(f"{portal.url}/dogrula/")
    for file in (receipt, pdf):
        page.locator("[data-verify-file]").set_input_files(file)
        expect(page.locator("[data-verify-result]")).to_contain_text("Makbuz geçerli")
    accessible(page)
    changed = json.loads(receipt.read_text(encoding="utf-8"))
    changed["receipt"]["events"][0]["event_state"] = "refused"
    receipt.write_text(json.dumps(changed), encoding="utf-8")
    page.locator("[data-verify-file]").set_input_files(receipt)
    expect(page.locator("[data-verify-result]")).to_contain_text("GEÇERLİ DEĞİL")
