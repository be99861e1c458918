"""People are told, and a "no" works at once: import, mailbox, links, texts and the panel, on real servers."""

import json
import re
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from consents.models import Consent, Notice, RefusalAlert
from iys_portal.core import mailbox
from iys_portal.core.calendar import ISTANBUL
from tests.workers import until

from .conftest import Portal
from .pictures import Shown
from .test_journey import apply, check, sign_in, upload

PEOPLE = ("ayse", "fatma", "mehmet", "zeynep")
PHONE = "+905321112233"
pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def imported(page: Page, portal: Portal, tmp_path: Path) -> None:
    """Four people's e-mails and one phone, imported in the panel and told by the worker."""
    at = (datetime.now(ISTANBUL) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    rows = [f"{name}@alici.example,EPOSTA,ONAY,HS_WEB,{at}" for name in PEOPLE]
    rows += [f"{PHONE},{channel},ONAY,HS_WEB,{at}" for channel in ("MESAJ", "ARAMA")]
    path = tmp_path / "kisiler.csv"
    path.write_text("recipient,type,status,source,consentDate\n" + "\n".join(rows) + "\n", encoding="utf-8")
    sign_in(page, portal)
    upload(page, portal, path)
    check(page)
    expect(page.locator("main")).to_contain_text("4 e-posta")
    apply(page)
    sent = Notice.objects.filter(sent_at__isnull=False)
    until(lambda: sent.count() == 5, what="the worker's notices")


def mail_of(page: Page, portal: Portal, name: str) -> str:
    """The link in somebody's mail, read on the mailbox page."""
    page.goto(f"{portal.url}/dev/mailbox/")
    letter = page.locator("article", has_text=f"{name}@alici.example")
    expect(letter).to_contain_text("onayınız kaydedildi")
    link = letter.locator("a[href*='/i/']").first.get_attribute("href")
    assert link
    return link


def refused(address: str) -> bool:
    return Consent.objects.filter(recipient=address, status=2, source__gte=20, recipient_type=1).exists()


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """A plain HTTP client: no cookies, no sign-in."""
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
        assert answer.url == url, "not redirected"
        return answer.status


def test_r_m3_from_the_import_to_the_refusal_that_the_company_acts_upon(
    page: Page, portal: Portal, shown: Shown, imported: None
) -> None:
    page.goto(mail_of(page, portal, "ayse"))
    shown("link-opened")
    assert not refused("ayse@alici.example"), "opening the link changes nothing"
    page.click("header button[value=en]")
    expect(page.locator("main")).to_contain_text("I did not give this consent")
    page.click("header button[value=tr]")
    expect(page.locator("main")).to_contain_text("Ben bu onayı vermedim")
    page.click("main form[action$='/reddet/'] button")
    expect(page.locator("main")).to_contain_text("Reddiniz kaydedildi")
    expect(page.locator("main")).to_contain_text("İYS-")
    assert refused("ayse@alici.example")
    shown("refused")

    page.goto(mail_of(page, portal, "fatma"))
    page.click("main form[action$='/vermedim/'] button")
    expect(page.locator("main")).to_contain_text("vermediğiniz kaydedildi")

    one_click = mail_of(page, portal, "mehmet") + "tek-tik/"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(one_click, urlencode({"List-Unsubscribe": "One-Click"}).encode(), form) == 200
    assert refused("mehmet@alici.example")

    text = json.dumps({"id": "deneme-1", "from": PHONE, "to": settings.SMS_NUMBER, "text": "RET 650001"})
    headers = {"Content-Type": "application/json", "X-Gateway-Secret": settings.SMS_WEBHOOK_SECRET}
    assert post(f"{portal.url}/sms/gelen/", text.encode(), headers) == 200
    assert {c.channel for c in Consent.objects.filter(recipient=PHONE, status=2, recipient_type=1)} == {1, 2}
    until(lambda: any(letter.to == PHONE and "İYS-" in letter.text for letter in mailbox.letters()), what="the answer")

    the_company_acts(page, portal, shown)


def the_company_acts(page: Page, portal: Portal, shown: Shown) -> None:
    page.goto(portal.url)
    expect(page.locator("main .stat", has_text="İşlenecek retler")).to_contain_text("5")
    page.goto(f"{portal.url}/retler/")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="fatma@alici.example")).to_contain_text("Ben bu onayı vermedim")
    expect(rows.filter(has_text="ayse@alici.example")).to_contain_text("3 iş günü kaldı")
    shown("company-reads")
    rows.filter(has_text="ayse@alici.example").locator("input[name=alert]").check()
    page.click("form#acknowledge button[type=submit]")
    expect(page.locator("main tbody tr")).to_have_count(4)
    assert RefusalAlert.objects.get(recipient="ayse@alici.example").acknowledged_at
    page.click("[data-dialog-open=acknowledge-all]")
    page.click("dialog#acknowledge-all button[type=submit]")
    expect(page.locator("main")).to_contain_text("İşlenecek ret yok")
    assert not RefusalAlert.objects.filter(acknowledged_at=None).exists()
    page.goto(f"{portal.url}/izinler/?state=RET")
    for name in ("ayse", "fatma", "mehmet"):
        expect(page.locator("main table")).to_contain_text(f"{name}@alici.example")
    expect(page.locator("main table")).not_to_contain_text("zeynep@alici.example")


def test_r_z3_a_citizen_signs_in_says_no_and_takes_it_back(
    page: Page, portal: Portal, shown: Shown, imported: None
) -> None:
    page.context.clear_cookies()
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{portal.url}/vatandas/giris/")
    page.fill("main input[name=address]", "zeynep@alici.example")
    page.click("main button[type=submit]")
    code = re.compile(r"\b(\d{6})\b")

    def arrived() -> bool:
        return any(
            letter.to == "zeynep@alici.example" and "onayınız" not in letter.subject for letter in mailbox.letters()
        )

    until(arrived, what="the code's mail")
    letter = next(x for x in mailbox.letters() if x.to == "zeynep@alici.example" and "onayınız" not in x.subject)
    found = code.search(letter.text)
    assert found
    page.fill("main input[name=code]", found[1])
    page.click("main form:has(input[name=code]) button[type=submit]")
    expect(page.locator("h1")).to_have_text("Size kimler ulaşabilir?")
    expect(page.locator("main")).to_contain_text("Deneme Moda")
    shown("own-list")
    page.click("text=Onayı geri çek")
    expect(page.locator("main")).to_contain_text("reddettiniz")
    shown("withdrawn")
    assert refused("zeynep@alici.example")
    page.click("text=Geri al")
    expect(page.locator("main")).to_contain_text("size ulaşabilir")
    assert not refused("zeynep@alici.example")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
