"""A manager makes a key, a program calls with it, and the developer's corner explains what went wrong."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Portal
from .looks import fits
from .pictures import Shown
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]
BRAND = "/sps/650001/brands/650001"


def call(portal: Portal, path: str, body: Any, token: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(portal.url + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_key_is_made_used_explained_and_revoked(page: Page, portal: Portal, shown: Shown) -> None:
    sign_in(page, portal)
    page.goto(f"{portal.url}/gelistirici/")
    expect(page.locator(".empty-title")).to_have_text("Programlarınızın henüz bir anahtarı yok.")
    fits(page)
    page.get_by_role("main").get_by_role("link", name="Anahtar oluştur").click()
    page.locator("#id_name").fill("Mağaza programı")
    page.locator("input[name=scopes][value=record]").check()
    page.locator("main form button[type=submit]").click()
    username, secret = (page.locator("dd [data-copy]").nth(place).get_attribute("data-copy") for place in (0, 1))
    shown("key-made")

    page.goto(f"{portal.url}/gelistirici/")
    expect(page.locator(".empty-title")).to_have_text("Son bir haftada hiçbir program çağrı yapmadı.")
    status, tokens = call(portal, "/oauth2/token", {"grant_type": "password", "username": username, "password": secret})
    assert status == 200
    consent = {"recipient": "gizli@firma.example", "type": "EPOSTA", "source": "HS_WEB", "status": "RET"}
    token = tokens["access_token"]
    status, answer = call(portal, f"{BRAND}/consents", consent | {"consentDate": "2026-01-05 10:00:00"}, token)
    assert (status, answer["errors"][0]["code"]) == (400, "H175")

    page.reload()
    expect(page.locator("table.calls tbody tr")).to_have_count(2)
    page.get_by_label("Yalnız hatalar").check()
    page.get_by_role("button", name="Göster").click()
    row = page.locator("table.calls tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("/sps/{iys}/brands/{brand}/consents")
    expect(row).to_contain_text("Gönderecek bir şey yok")
    expect(page.locator("main")).not_to_contain_text("gizli")
    fits(page)
    shown("call-explained")
    row.get_by_role("link", name="H175").click()
    expect(page.locator("tr:target")).to_contain_text("H175")
    fits(page)
    page.get_by_role("link", name="Örnekler").click()
    page.get_by_role("link", name="Python").click()
    expect(page.locator("#snippet-single")).to_contain_text("BIREYSEL")
    expect(page.locator("#snippet-token")).to_contain_text(BRAND)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy-from='#snippet-status']").click()
    assert "consents/status" in page.evaluate("navigator.clipboard.readText()")
    fits(page)
    shown("examples")

    page.goto(f"{portal.url}/api-anahtarlari/")
    page.get_by_role("button", name="İptal et").click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("İptal edildi")
    shown("key-revoked")
    status, answer = call(portal, f"{BRAND}/consents", consent, token)
    assert (status, answer["errors"][0]["code"]) == (401, "H351")
