"""A citizen files with an e-mail file on real servers: fields filled, what is held shown, number and receipt (R-K4)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import Complaint
from iys_portal.accounts.models import ProvenAddress, User
from tests.complaints.conftest import MAIL, TCKN, eml

from .conftest import Portal
from .looks import fits
from .pictures import Shown

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def enter(page: Page, portal: Portal) -> None:
    user = User.objects.create_citizen(language="tr")
    ProvenAddress.objects.create(user=user, address=MAIL, proven_at=timezone.now())
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])


def test_r_k4_a_citizen_files_with_an_email_file(page: Page, portal: Portal, shown: Shown, tmp_path: Path) -> None:
    enter(page, portal)
    mail = tmp_path / "ileti.eml"
    sent = timezone.now() - timedelta(days=1)
    mail.write_bytes(eml(Date=f"{sent:%a, %d %b %Y %H:%M:%S} +0000", From="Deneme <bilgi@firma.example>"))
    page.goto(f"{portal.url}/sikayetlerim/")
    fits(page)
    page.click("text=Yeni şikâyet")
    fits(page)
    page.set_input_files("#mail", mail)
    page.get_by_role("button", name="Okudum, başla").click()
    expect(page.locator("#id_sender")).to_have_value("bilgi@firma.example")
    expect(page.locator("#id_subject")).to_have_value("Kampanya")
    expect(page.locator("#id_text")).to_have_value("İndirim başladı.")
    fits(page)
    shown("message-read")
    page.select_option("#id_brand", "")
    page.get_by_role("button", name="Kaydet ve devam et").click()
    expect(page.locator("main")).to_contain_text("Bu gönderen kayıtlı değil")
    fits(page)
    shown("sender-unknown")
    page.get_by_role("button", name="Şikâyete devam et").click()
    page.fill("#id_full_name", "Deneme Vatandaş")
    page.fill("#id_tckn", TCKN)
    page.select_option("#id_province", "Ankara")
    page.select_option("#id_district", "Çankaya")
    page.fill("#id_residence", "Deneme Mah. 1. Sok. No: 1")
    fits(page)
    page.get_by_role("button", name="Kaydet ve devam et").click()
    page.get_by_label("Bu gönderene hiç onay vermedim").check()
    fits(page)
    page.get_by_role("button", name="Kaydet ve devam et").click()
    page.check("#id_declared")
    fits(page)
    shown("declaration")
    page.get_by_role("button", name="Şikâyeti gönder").click()
    complaint = Complaint.objects.get()
    expect(page.locator("main")).to_contain_text(complaint.tracking_number)
    fits(page)
    shown("filed")
    receipt = page.get_by_role("button", name="Alındı belgesini indir")
    for _try in range(30):
        if receipt.is_visible():
            break
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download() as loading:
        receipt.click()
    assert Path(loading.value.path()).read_bytes().startswith(b"%PDF-")
