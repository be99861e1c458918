"""R-M7, R-Z4: a manager makes a consent page, a person gives a consent on it by phone, and proves it afterwards."""

import json
import re
from collections.abc import Callable
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
from .looks import accessible
from .steps import press, reads, worded
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MAIL = "ayse@deneme.example"


def a_text(brand: Brand) -> None:
    manager, channels = officer_of(brand, "manager"), (Channel.MESAJ, Channel.EPOSTA)
    draft = create_draft(
        actor=manager, brand=brand, channels=channels, title="Üyelik formu", text=words(*channels),
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    publish(actor=manager, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])


def newest_code(subject: str) -> str:
    """The code of the newest mail to the person with this subject, whatever name stands in it."""
    pattern = re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(subject))

    def found() -> list[str]:
        letters = [one for one in mailbox.letters() if MAIL in one.to and re.search(pattern, one.subject)]
        return [match[1] for letter in letters if (match := re.search(r"^\s+(\d{6})\s*$", letter.text, re.MULTILINE))]

    until(lambda: bool(found()), what=f"a code: {subject}")
    return found()[0]


def downloaded(page: Page, button: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path())


@pytest.mark.parametrize(("language", "width"), [("tr", 360), pytest.param("en", 1280, marks=pytest.mark.soak)])
def test_r_m7_r_z7_from_the_maker_to_the_verified_receipt(
    page: Page, portal: Portal, tmp_path: Path, language: str, width: int
) -> None:
    a_text(Brand.objects.get())
    citizens_notice()
    sign_in(page, portal)
    page.goto(f"{portal.url}/onay-sayfalari/yeni/")
    page.fill("#id_title", "Haberler")
    page.get_by_label("E-posta", exact=True).check()
    page.check("input[name=languages][value=en]")
    expect(page.locator("#page-preview")).to_contain_text("Haberler")
    expect(page.locator("#page-preview .text-box")).to_have_text(["E-posta"])
    accessible(page)
    page.get_by_role("button", name="Sayfayı hazırla").click()
    expect(page.locator("h1")).to_have_text("Haberler")
    accessible(page)
    address = page.get_by_role("link", name="Sayfaya git").get_attribute("href")
    page.context.clear_cookies()
    page.set_viewport_size({"width": width, "height": 800})
    gives(page, f"{address}?dil={language}", worded(language))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.context.cookies()
    seal_ledger()
    reads(page, portal.url, language)
    proves(page, portal, tmp_path, worded(language))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def gives(page: Page, address: str, say: Callable[[str], str]) -> None:
    """Read, prove the address, tick, receipt."""
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Deneme Mağazacılık A.Ş.")
    accessible(page)
    page.get_by_label(say("Your e-mail")).fill(MAIL)
    press(page.get_by_role("button", name=say("I have read the notice: send me a code")))
    accessible(page)
    page.get_by_label(say("Code")).fill(newest_code(say("Your code for the consent page of %(brand)s")))
    press(page.get_by_role("button", name=say("Prove my address")))
    box = page.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    accessible(page)
    assert not ConsentEvent.objects.exists()
    press(box, "Space")
    press(page.get_by_role("button", name=say("I give my consent for what I ticked")))
    expect(page.locator("h1")).to_have_text(say("Your consent is recorded"))
    accessible(page)
    assert ConsentPage.objects.get().answered == 1


def proves(page: Page, portal: Portal, folder: Path, say: Callable[[str], str]) -> None:
    """The citizen signs in, reads the history, takes evidence and receipt home, and has the receipt checked."""
    page.goto(f"{portal.url}/izinlerim/gecmis/")
    page.locator("#id_address").fill(MAIL)
    page.locator("main button[type=submit]").first.click()
    page.locator("#id_code").fill(newest_code(say("Your sign-in code for %(site_name)s")))
    page.get_by_role("button", name=say("Sign in")).click()
    expect(page.locator(".timeline")).to_contain_text(say("You gave your consent on the brand's consent page"))
    accessible(page)
    page.get_by_role("button", name=say("Evidence (PDF)")).click()
    expect(page.get_by_role("button", name=say("Download the PDF"))).to_be_visible(timeout=60_000)
    accessible(page)
    assert downloaded(page, say("Download the PDF")).read_bytes().startswith(b"%PDF")
    page.goto(f"{portal.url}/izinlerim/gecmis/")
    page.get_by_role("button", name=say("Signed receipt")).click()
    receipt = folder / "makbuz.json"
    receipt.write_bytes(downloaded(page, say("Download the signed file (JSON)")).read_bytes())
    expect(page.get_by_role("button", name=say("Download the PDF"))).to_be_visible(timeout=60_000)
    pdf = folder / "makbuz.pdf"
    pdf.write_bytes(downloaded(page, say("Download the PDF")).read_bytes())
    page.goto(f"{portal.url}/dogrula/")
    for file in (receipt, pdf):
        page.locator("[data-verify-file]").set_input_files(file)
        expect(page.locator("[data-verify-result]")).to_contain_text(
            say("The receipt holds: the registry signed it just as it is written here.")
        )
    accessible(page)
    changed = json.loads(receipt.read_text(encoding="utf-8"))
    changed["receipt"]["events"][0]["event_state"] = "refused"
    receipt.write_text(json.dumps(changed), encoding="utf-8")
    page.locator("[data-verify-file]").set_input_files(receipt)
    expect(page.locator("[data-verify-result]")).to_contain_text(
        say("The receipt does NOT hold: something in it was changed.")
    )
