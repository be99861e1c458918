"""R-Z1, R-Z2, R-Z6: a citizen's account from the first code to its end, in a real browser; sign-in by keyboard."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from iys_portal.accounts.models import PrivacyNoticeRead, ProvenAddress, User
from iys_portal.core import mailbox
from tests.workers import until

from .conftest import Portal
from .looks import fits
from .steps import mailed_code, press, reads, worded
from .test_passkey import put_in_authenticator

MAIL, PHONE = "ayse@deneme.example", "+905321234567"
pytestmark = [pytest.mark.browser, pytest.mark.processes]


def texted_code(to: str) -> str:
    """The code of the newest text to a phone, once the worker has sent it."""

    def found() -> list[str]:
        return [letter.text for letter in mailbox.letters() if to in letter.to]

    until(lambda: bool(found()), what=f"a text to {to}")
    return found()[0][:6]


@pytest.mark.soak
@pytest.mark.parametrize("language", ["tr", "en"])
def test_r_z1_r_z7_from_the_first_code_to_the_end_of_the_account(page: Page, portal: Portal, language: str) -> None:
    say = worded(language)
    reads(page, portal.url, language)
    put_in_authenticator(page)
    page.goto(f"{portal.url}/vatandas/giris/")
    fits(page)
    page.keyboard.type(MAIL)  # the field has the focus
    page.keyboard.press("Tab")
    expect(page.locator(".notice-first")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vatandas/kod/")
    fits(page)
    page.locator("#id_code").focus()
    page.keyboard.type(mailed_code(MAIL))
    page.keyboard.press("Enter")
    page.wait_for_url("**/izinlerim/")
    assert PrivacyNoticeRead.objects.count() == 1

    press(page.get_by_role("link", name=say("My addresses")))
    page.wait_for_url("**/hesabim/adresler/")
    fits(page)
    page.get_by_label(say("E-mail or mobile phone")).fill("0532 123 45 67")
    press(page.get_by_role("button", name=say("Send a code to it")))
    page.wait_for_url("**/adresler/kod/")
    fits(page)
    page.locator("#id_code").fill(texted_code(PHONE))
    press(page.get_by_role("button", name=say("Add the address")))
    expect(page.locator(".account-list")).to_contain_text(PHONE)
    assert ProvenAddress.objects.get(address=PHONE).user == User.objects.get(kind="citizen")

    press(page.get_by_role("link", name=say("My account")))
    page.wait_for_url("**/hesabim/")
    fits(page)
    press(page.get_by_role("link", name=say("Add a passkey")))
    page.wait_for_url("**/gecis-anahtari/")
    fits(page)
    page.get_by_label(say("Name")).fill("Telefonum")
    press(page.get_by_role("button", name=say("Add the passkey")))
    expect(page.locator("main")).to_contain_text("Telefonum")
    press(page.get_by_role("button", name=say("Sign out")))
    page.wait_for_url("**/vatandas/giris/")
    press(page.get_by_role("link", name=say("Sign in with a passkey")))
    page.wait_for_url("**/vatandas/gecis-anahtari/")
    fits(page)
    press(page.get_by_role("button", name=say("Use the passkey")))
    page.wait_for_url("**/izinlerim/")

    page.goto(f"{portal.url}/izinlerim/verilerim/")
    press(page.get_by_role("button", name=say("Make my files")))
    save = page.get_by_role("button", name=say("Download as JSON, for programs"))
    expect(save).to_be_visible(timeout=60_000)
    fits(page)
    with page.expect_download() as loading:
        press(save)
    data = json.loads(Path(loading.value.path()).read_text(encoding="utf-8"))
    assert [row["address"] for row in data["addresses"]] == [MAIL, PHONE]
    assert data["account"]["passkeys"][0]["name"] == "Telefonum"

    page.goto(f"{portal.url}/hesabim/sil/")
    fits(page)
    press(page.get_by_label(PHONE), "Space")
    before = texted_code(PHONE)
    press(page.get_by_role("button", name=say("Send me a code to delete the account")))
    page.wait_for_url("**/sil/kod/")
    fits(page)
    until(lambda: texted_code(PHONE) != before, what="the text with the second code")
    page.locator("#id_code").fill(texted_code(PHONE))
    press(page.get_by_role("button", name=say("Delete my account")))
    page.wait_for_url("**/vatandas/giris/")
    expect(page.locator("main")).to_contain_text(say("Your account is deleted. Your refusals stay in force."))
    assert not ProvenAddress.objects.exists() and not User.objects.get(kind="citizen").is_active
