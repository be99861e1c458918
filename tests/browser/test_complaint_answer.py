"""A sender's journey on real servers (R-K6): inbox, case, evidence put together, answer with it, all of it kept."""

import io
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints import services
from complaints.models import Complaint, ComplaintPaper
from consents.services.records import Entry, record_consents
from iys_portal.accounts.scopes import actor_for
from providers.models import Brand
from tests.complaints.conftest import IDENTITY, MAIL, TCKN, citizen_with, values_for
from tests.factories import complaint_officer, officer_of

from .conftest import Portal
from .looks import fits
from .pictures import Shown
from .steps import Visitor, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def asked(brand: Brand) -> Complaint:
    """A complaint about a recorded consent, of which the sender is asked for its answer."""
    at = timezone.localtime(timezone.now() - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
    record_consents(
        actor=officer_of(brand), brand=brand, entries=[Entry(MAIL, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)]
    )
    user = citizen_with(MAIL)
    me = actor_for(user)
    draft = services.start_draft(actor=me, language="tr")
    services.save_message(complaint=draft, values=values_for(user, brand_id=brand.pk, sender=""), actor=me)
    services.save_identity(complaint=draft, values=IDENTITY, remember=False, actor=me)
    services.save_topics(complaint=draft, topics=["no_consent"], actor=me)
    filed = services.file_complaint(complaint=draft, declared=True, actor=me)
    return services.ask_defence(complaint=filed, actor=complaint_officer("Ankara"))


def test_r_k6_a_sender_answers_with_its_evidence(page: Page, portal: Portal, shown: Shown) -> None:
    case = asked(Brand.objects.get(brand_code=650_001))
    sign_in(page, portal.url, Visitor(portal.email, portal.secret))
    page.goto(f"{portal.url}/sikayetler/")
    fits(page)
    shown("inbox")
    page.get_by_role("link", name=case.tracking_number).focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("İndirim başladı")
    fits(page)
    page.fill("#id_text", "Onay web sitemizde verilmiştir.")
    page.get_by_role("button", name="Hazırla", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Tamamı (ZIP)")).to_be_visible(timeout=60_000)
    expect(page.locator("#id_text")).to_have_value("Onay web sitemizde verilmiştir.")
    expect(page.locator("#draft-state")).to_contain_text("Taslak")
    fits(page)
    shown("evidence-ready")
    with page.expect_download() as loading:
        page.get_by_role("button", name="Tamamı (ZIP)").click()
    with ZipFile(io.BytesIO(Path(loading.value.path()).read_bytes())) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
    assert {"index.pdf", "gecmis/gecmis.csv", "SHA256SUMS"} <= set(names)
    assert TCKN.encode() not in everything
    page.reload()
    expect(page.locator("#id_text")).to_have_value("Onay web sitemizde verilmiştir.")
    for label in ("İkisini de cevabıma ekle", "Cevabı ve belgelerini kontrol ettim"):
        page.get_by_label(label).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Cevabı gönder").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Gönderen yanıtladı")
    fits(page)
    shown("answered")
    assert Complaint.objects.get().state == "defence_received"
    kept = ComplaintPaper.objects.filter(side="provider").values_list("content_type", flat=True)
    assert sorted(kept) == ["application/pdf", "application/zip"]
