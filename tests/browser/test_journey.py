"""What a compliance officer does on a first day, through a real browser."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Portal


def sign_in(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/accounts/login/")
    page.fill("input[name=login]", portal.email)
    page.fill("input[name=password]", portal.password)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", portal.code())
    page.click("main button[type=submit]")


@pytest.mark.browser
def test_sign_in_with_the_second_factor_leads_to_the_overview(page: Page, portal: Portal) -> None:
    sign_in(page, portal)
    expect(page.locator("body")).to_contain_text("Deneme Mağazacılık A.Ş.")
