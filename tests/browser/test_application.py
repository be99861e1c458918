"""From the public start page to a provider's first import, in a real browser (R-P4, R-P6, R-P7, R-A2)."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import Consent
from providers.enums import ApplicationState as S
from providers.models import Application, Provider
from tests.consents.evidence.papers import picture
from tests.factories import PASSWORD, UserFactory
from tests.providers.signatures.authority import Authority

from . import steps
from .conftest import Portal
from .pictures import Shown
from .steps import EMAIL, LEGAL, NATURAL, PERSON, Visitor

CHECKLIST = {
    "mersis_checked_on": "2026-11-24",
    "mersis_result": "Kayıt bulundu, unvan aynı",
    "gazette_date": "2020-03-02",
    "gazette_number": "10020",
    "circular_notary": "Deneme 1. Noterliği",
    "circular_number": "1234",
}
FOUND = ("title_matches", "signatory_in_gazette", "signature_matches")
pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]


def apply_online(page: Page, portal: Portal, authority: Authority, folder: Path) -> None:
    base = steps.apply_up_to_the_papers(page, portal.url, kind=LEGAL)
    page.goto(f"{base}belgeler/")
    steps.upload_papers(page, ("signature_circular", "gazette"), folder)
    page.goto(f"{base}sozlesme/")
    issued = steps.prepared_agreement(page, way="Çevrim içi, e-imza ile")
    steps.upload_signed(page, steps.signed(issued, authority, PERSON, "Imza1"), folder / "imzali.pdf")
    expect(page.locator("main")).to_contain_text("Eksik yok")
    steps.submit(page, base)


def apply_in_wet_ink(page: Page, portal: Portal, folder: Path) -> None:
    base = steps.apply_up_to_the_papers(page, portal.url, kind=NATURAL)
    page.goto(f"{base}belgeler/")
    steps.upload_papers(page, ("signature_circular", "gazette"), folder)
    page.goto(f"{base}sozlesme/")
    steps.prepared_agreement(page, way="Kâğıt üzerinde, ıslak imza ile")
    steps.upload_papers(page, ("commitment", "contract"), folder)
    steps.submit(page, base)


def review(page: Page, portal: Portal, shown: Shown, people: tuple[Visitor, Visitor], folder: Path) -> None:
    """Four eyes: one takes it, looks and proposes, another one approves."""
    first, second = people
    address = f"{portal.url}/basvurular/{Application.objects.get().public_id}/"
    steps.sign_in(page, portal.url, first)
    page.goto(f"{portal.url}/basvurular/")
    page.get_by_role("link", name="Başvuran Ticaret").click()
    expect(page).to_have_url(address)
    page.get_by_role("button", name="İncelemeye al").click()
    for name, value in CHECKLIST.items():
        page.locator(f"#id_{name}").fill(value)
    shot = folder / "mersis.png"
    shot.write_bytes(picture(600, 800))
    page.locator("#id_picture").set_input_files(shot)
    for name in FOUND:
        page.locator(f"#id_{name}").check()
    shown("checklist")
    page.get_by_role("button", name="Listeyi kaydet ve onay öner").click()
    expect(page.locator("[data-dialog-open=approve]")).to_have_count(0)
    steps.sign_out(page, portal.url)
    steps.sign_in(page, portal.url, second)
    page.goto(address)
    page.locator("[data-dialog-open=approve]").click()
    page.locator("dialog#approve button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Onaylandı")
    shown("approved")
    steps.sign_out(page, portal.url)


def open_account(page: Page, portal: Portal) -> None:
    """The manager follows the mailed invitation, chooses a password and sets the second factor."""
    link = steps.letter_with(r"^(\S+/davet/#\S+)$", to=PERSON.email)[1]
    page.goto(link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Hesabımı aç").click()
    if page.locator("input[name=login]").count():
        page.fill("input[name=login]", PERSON.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
    page.wait_for_url("**/2fa/totp/activate/")
    secret = page.locator("main [data-copy]").first.get_attribute("data-copy") or ""
    page.fill("input[name=code]", Visitor(PERSON.email, secret).code())
    page.click("main form[action$='activate/'] button[type=submit]")
    expect(page.locator(".recovery-codes li")).to_have_count(10)


def import_a_file(page: Page, portal: Portal, folder: Path) -> None:
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    path = folder / "ilk.csv"
    path.write_text(
        f"recipient,type,status,source,consentDate\nayse@firma.example,EPOSTA,ONAY,HS_WEB,{at}\n", encoding="utf-8"
    )
    page.goto(f"{portal.url}/aktarimlar/yeni/")
    page.set_input_files("input[type=file]", path)
    page.click("main button[type=submit]")
    expect(page.locator(".columns-table")).to_be_visible()
    page.click(".decide button[type=submit]")
    page.locator("[data-dialog-open=apply]").click(timeout=60_000)
    page.click("dialog#apply button[type=submit]")
    expect(page.locator("[data-dialog-open=undo]")).to_be_visible(timeout=60_000)
    assert Consent.objects.get().brand_id == Provider.objects.get(application__isnull=False).brands.get(is_main=True).pk


@pytest.mark.parametrize("kind", [LEGAL, NATURAL])
def test_r_p7_from_the_start_page_to_the_managers_first_import(
    roots: Path,
    portal: Portal,
    page: Page,
    authority: Authority,
    tmp_path: Path,
    settings: object,
    shown: Shown,
    kind: str,
) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"  # type: ignore[attr-defined]  # the portal's processes read the same files
    first, second = (Visitor.of(UserFactory(staff_roles=["reviewer"])) for _ in range(2))
    if kind == LEGAL:
        apply_online(page, portal, authority, tmp_path)
    else:
        apply_in_wet_ink(page, portal, tmp_path)
    assert Application.objects.get().state == S.SUBMITTED
    shown("submitted")
    review(page, portal, shown, (first, second), tmp_path)
    provider = Provider.objects.get(application__isnull=False)
    assert steps.letter_with(rf"İYS numarası: {provider.iys_code}\b", to=EMAIL)
    open_account(page, portal)
    shown("account-opened")
    import_a_file(page, portal, tmp_path)
    shown("first-import")
