"""From “why did I get this?” with an e-mail to a filed complaint, taken back before a decision, seen in the numbers."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import Complaint
from complaints.services.signals import count_and_judge
from iys_portal.accounts.models import User
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue
from tests.complaints.conftest import TCKN, eml
from tests.factories import staff

from .conftest import Portal
from .looks import fits
from .test_complaint import enter

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]


def enter_as_staff(page: Page, portal: Portal) -> None:
    client = Client()
    client.force_login(
        User.objects.get(pk=staff("auditor").id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    session = client.session
    session["second_factor_given"] = True
    session.save()
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])


def test_r_k2_r_k10_from_a_question_to_the_statistics(page: Page, portal: Portal, tmp_path: Path) -> None:
    brand = Brand.objects.get(name="Deneme Moda")
    BrandValue.objects.create(brand=brand, kind=BrandValueKind.DOMAIN, value="moda.example", key="moda.example")
    enter(page, portal)
    mail = tmp_path / "ileti.eml"
    sent = timezone.now() - timedelta(days=1)
    mail.write_bytes(eml(Date=f"{sent:%a, %d %b %Y %H:%M:%S} +0000"))
    page.goto(f"{portal.url}{reverse('consents:own-why')}")
    page.set_input_files("input[type=file]", mail)
    page.get_by_role("button", name="Öğren").click()
    expect(page.locator("#answer")).to_contain_text("Deneme Moda")
    fits(page)
    page.locator("#answer").get_by_role("link", name="Şikâyet et").first.click()
    page.get_by_role("button", name="Okudum, başla").click()
    expect(page.locator("#id_brand")).to_have_value(str(brand.pk))
    expect(page.locator("#id_subject")).to_have_value("Kampanya")
    expect(page.locator("#id_text")).to_have_value("İndirim başladı.")
    expect(page.locator("#id_message_at")).to_have_value(f"{timezone.localtime(sent):%Y-%m-%dT%H:%M}")
    expect(page.get_by_label("E-posta", exact=True)).to_be_checked()
    page.get_by_role("button", name="Kaydet ve devam et").click()
    page.get_by_role("button", name="Şikâyete devam et").click()
    page.fill("#id_full_name", "Deneme Vatandaş")
    page.fill("#id_tckn", TCKN)
    page.select_option("#id_province", "Ankara")
    page.select_option("#id_district", "Çankaya")
    page.fill("#id_residence", "Deneme Mah. 1. Sok. No: 1")
    page.get_by_role("button", name="Kaydet ve devam et").click()
    page.get_by_label("Bu gönderene hiç onay vermedim").check()
    page.get_by_role("button", name="Kaydet ve devam et").click()
    page.check("#id_declared")
    page.get_by_role("button", name="Şikâyeti gönder").click()
    complaint = Complaint.objects.get()
    assert (complaint.brand, complaint.state) == (brand, "filed")
    page.goto(f"{portal.url}{reverse('consents:own')}")
    fits(page)
    page.get_by_role("link", name="Açık şikâyetiniz: 1").click()
    page.get_by_role("link", name="Deneme Moda").click()
    page.get_by_role("button", name="Şikâyeti geri çek").first.click()
    page.locator("dialog[open], .modal.show").get_by_role("button", name="Şikâyeti geri çek").click()
    expect(page.locator("main")).to_contain_text("Geri çekildi")
    count_and_judge()
    enter_as_staff(page, portal)
    page.goto(f"{portal.url}/sikayet-istatistikleri/")
    expect(page.locator("main")).to_contain_text("Geri çekildi")
    fits(page)
    page.get_by_role("link", name="Deneme Moda").first.click()
    expect(page.locator("main")).to_contain_text(complaint.tracking_number)
    fits(page)
    for address in ("kayitsiz-gonderenler", "idari-para-cezalari", "yillik-raporlar"):
        page.goto(f"{portal.url}/sikayet-istatistikleri/{address}/")
        fits(page)
