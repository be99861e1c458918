"""R-A2: a passkey as the second factor, through a real browser with an authenticator of its own making."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from iys_portal.core.models import AuditEntry

from .conftest import Portal


def put_in_authenticator(page: Page) -> None:
    """A platform's authenticator (fingerprint, face or PIN) that says yes to whoever sits before it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_password(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/accounts/login/")
    page.fill("input[name=login]", portal.email)
    page.fill("input[name=password]", portal.password)
    page.click("main button[type=submit]")


def sign_out(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/accounts/logout/")
    page.click("main form[method=post] button[type=submit]")
    expect(page).to_have_url(f"{portal.url}/accounts/login/")


@pytest.mark.browser
@pytest.mark.processes
def test_r_a2_a_passkey_is_set_up_at_the_first_sign_in_and_opens_the_next(page: Page, portal: Portal) -> None:
    Authenticator.objects.all().delete()
    put_in_authenticator(page)

    give_password(page, portal)
    page.click("a[href='/accounts/2fa/webauthn/add/']")
    page.fill("input[name=name]", "Ofis dizüstü")
    page.click("form[data-passkey] button[type=submit]")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.goto(f"{portal.url}/accounts/2fa/")
    expect(page.locator("main")).to_contain_text("Ofis dizüstü")
    assert AuditEntry.objects.get(verb="user.second_factor_added").new == {"factor": "webauthn"}

    sign_out(page, portal)
    give_password(page, portal)
    page.click("form[data-passkey] button[type=submit]")
    expect(page.locator("h1")).to_have_text("Genel bakış")
