"""R-Z3, R-Z5: a citizen's journey through the one list, in Turkish and English, wide and narrow, by keyboard."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.effective import Effective, judge
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import ProvenAddress, User
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

from .conftest import Portal
from .looks import fits
from .steps import press

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MAIL, PHONE = "ayse@deneme.example", "+905321234567"
WORDS = {
    "tr": ("Onayı geri çek", "Geri al", "Bu markayı tümüyle reddet", "Öğren", "Devam et", "Evet, bu izni veriyorum"),
    "en": ("Withdraw", "Take it back", "Refuse this brand altogether", "Find out", "Go on", "Yes, I give this consent"),
}


def sendable(brand: Brand, to: str, channel: int) -> bool:
    return judge([(to, brand.pk, channel, 1)], now=timezone.now())[0].effective is Effective.SENDABLE


def enter(page: Page, portal: Portal, language: str) -> None:
    """The citizen's session, as the sign-in leaves it (that one has its own tests)."""
    user = User.objects.create_citizen(language=language)
    for address in (MAIL, PHONE):
        ProvenAddress.objects.create(user=user, address=address, proven_at=timezone.now())
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
    page.context.add_cookies([{"name": n, "value": v, "url": portal.url} for n, v in cookies.items()])


@pytest.mark.parametrize(("language", "width"), [("tr", 360), pytest.param("en", 1280, marks=pytest.mark.soak)])
def test_r_z3_r_z5_r_z7_the_one_list(page: Page, portal: Portal, language: str, width: int) -> None:
    withdraw, back, whole, find_out, go_on, yes = WORDS[language]
    moda = Brand.objects.get()
    book = BrandFactory(name="Kitap Deneme", provider=moda.provider)
    at = (timezone.localtime() - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    for brand in (moda, book):
        rows = [
            Entry(MAIL, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at),
            Entry(PHONE, "MESAJ", "ONAY", "HS_WEB", "", at),
        ]
        assert all(done.accepted for done in record_consents(actor=officer_of(brand), brand=brand, entries=rows))
    enter(page, portal, language)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{portal.url}/izinlerim/")
    fits(page, width)

    card = page.locator(f"#brand-card-{moda.pk}")  # by keyboard alone: no, and back
    card.get_by_role("button", name=withdraw).first.focus()
    page.keyboard.press("Enter")
    undo = card.get_by_role("button", name=back)
    expect(undo).to_be_visible()
    expect(page.locator(f"#brand-{moda.pk}")).to_be_focused()
    assert sendable(moda, MAIL, 3) is not sendable(moda, PHONE, 2)
    fits(page, width)
    for _stop in ("history", "complaint", "back"):
        page.keyboard.press("Tab")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    assert sendable(moda, MAIL, 3) and sendable(moda, PHONE, 2)

    press(card.get_by_role("button", name=whole))
    expect(undo).to_be_visible()
    assert not sendable(moda, MAIL, 3) and not sendable(moda, PHONE, 2)
    page.get_by_role("searchbox").first.fill("kitap")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    expect(page.locator(f"#brand-card-{book.pk}")).to_be_visible()

    page.locator("[data-dialog-open=refuse-everything]").click()  # everything
    press(page.locator("#refuse-everything button[type=submit]"))
    expect(page.locator("#own-said .alert")).to_be_visible()
    assert not sendable(book, MAIL, 3) and not sendable(book, PHONE, 2)

    page.goto(f"{portal.url}/izinlerim/marka/?q=moda")  # yes to a brand
    fits(page, width)
    press(page.get_by_role("link", name="Deneme Moda"))
    fits(page, width)
    press(page.locator("input[name=places]").last, "Space")
    press(page.get_by_role("button", name=go_on))
    expect(page.locator("main")).to_contain_text("Deneme Moda")
    fits(page, width)
    press(page.get_by_role("button", name=yes))
    expect(page.locator(".own-row-acts .btn-outline-danger")).to_have_count(1)
    assert sendable(moda, MAIL, 3) is not sendable(moda, PHONE, 2)

    page.goto(f"{portal.url}/izinlerim/neden/")  # why, and no from there
    fits(page, width)
    page.locator("textarea").fill(
        "Deneme Moda yaz indirimi başladı, kaçırmayın! Bütün mağazalarda geçerlidir, bekleriz."
    )
    press(page.get_by_role("button", name=find_out))
    fits(page, width)
    press(page.locator(".own-candidate").first.get_by_role("button", name=withdraw))
    expect(page.locator(".own-row-acts .btn-outline-danger")).to_have_count(0)
    assert not sendable(moda, MAIL, 3) and not sendable(moda, PHONE, 2)

    page.goto(f"{portal.url}/izinlerim/dilekler/?wish=PAUSE-7")
    fits(page, width)
