"""R-P12: an integrator is granted one channel, uses it, is revoked and is out, in two real browsers."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from consents.models import Consent
from tests.factories import IntegratorPersonFactory

from . import steps
from .conftest import Portal
from .pictures import Shown
from .steps import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]


def grant_email(page: Page, portal: Portal, title: str) -> None:
    page.goto(f"{portal.url}/entegratorler/?ara=Deneme")
    page.get_by_role("link", name=f"Seç {title}").click()
    page.get_by_label("Deneme Moda").check()
    page.get_by_label("E-posta", exact=True).check()
    page.get_by_label("Okuma ve yazma").check()
    page.get_by_role("button", name="Yetki ver").click()
    expect(page.locator("main")).to_contain_text(title)


def import_both_channels(page: Page, portal: Portal, folder: Path) -> None:
    """A file with a granted and a foreign channel: the foreign row is refused, the other is written."""
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    path = folder / "entegrator.csv"
    rows = (f"ayse@firma.example,EPOSTA,ONAY,HS_WEB,{at}", f"+905320000001,MESAJ,ONAY,HS_WEB,{at}")
    path.write_text("\n".join(("recipient,type,status,source,consentDate", *rows, "")), encoding="utf-8")
    page.goto(f"{portal.url}/aktarimlar/yeni/")
    page.set_input_files("input[type=file]", path)
    page.click("main button[type=submit]")
    expect(page.locator(".columns-table")).to_be_visible()
    page.click(".decide button[type=submit]")
    page.locator("[data-dialog-open=apply]").click(timeout=60_000)
    expect(page.locator("main")).to_contain_text("R-P12")
    page.click("dialog#apply button[type=submit]")
    expect(page.locator("[data-dialog-open=undo]")).to_be_visible(timeout=60_000)
    assert list(Consent.objects.values_list("recipient", flat=True)) == ["ayse@firma.example"]


def test_r_p12_granted_used_revoked_and_out(
    page: Page, portal: Portal, browser: Browser, shown: Shown, tmp_path: Path
) -> None:
    person = IntegratorPersonFactory()
    title = person.integrator.title
    manager = Visitor(portal.email, portal.secret)
    steps.sign_in(page, portal.url, manager)
    grant_email(page, portal, title)
    shown("granted")

    context = browser.new_context(locale="tr-TR", viewport={"width": 1280, "height": 900})
    theirs = context.new_page()
    theirs.set_default_timeout(20_000)
    steps.sign_in(theirs, portal.url, Visitor.of(person.user))
    expect(theirs.locator("main")).to_contain_text("Deneme Moda")
    import_both_channels(theirs, portal, tmp_path)
    shown("imported", theirs)
    expect(theirs.goto(f"{portal.url}/izinler/") and theirs.locator("main")).to_contain_text("ayse@firma.example")

    page.goto(f"{portal.url}/entegratorler/")
    page.get_by_role("link", name="Ne yaptılar?").click()
    expect(page.locator("main")).to_contain_text("entegrator.csv")
    shown("what-they-did")
    page.goto(f"{portal.url}/entegratorler/")
    page.locator("[data-dialog-open^=grant-]").click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator("[data-dialog-open^=grant-]")).to_have_count(0)

    answer = theirs.goto(f"{portal.url}/izinler/")
    assert answer is not None and answer.status == 403
    assert "ayse@firma.example" not in theirs.content()
    shown("out", theirs)
    context.close()
