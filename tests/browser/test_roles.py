"""What an auditor, a viewer, a reviewer and an admin do on an ordinary day, by links and buttons (R-A2, R-A3)."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.models import Consent
from iys_portal.core import audit
from iys_portal.core.models import AuditEntry
from providers.models import Brand, Provider, Retailer
from tests.factories import ApplicationFactory, MembershipFactory, SignatoryFactory, UserFactory, actor_of

from .conftest import Portal
from .pictures import Shown
from .steps import Visitor, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("roles")]


def menu(page: Page, line: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=line, exact=True).first.click()


def test_an_auditor_reads_narrows_and_exports_the_trail(page: Page, shared_portal: Portal, shown: Shown) -> None:
    auditor = UserFactory(staff_roles=["auditor"])
    brand = Brand.objects.get(brand_code=650_001)
    member = MembershipFactory(provider=brand.provider, role="manager").user
    acts = actor_of(member, brand.provider)
    audit.record("retailer.read", brand, actor=acts, provider_id=brand.provider_id, new={"codes": ["B001"]})
    sign_in(page, shared_portal.url, Visitor.of(auditor))
    menu(page, "Denetim")
    expect(page.locator("main")).to_contain_text("Buradaki hiçbir şey değiştirilemez veya silinemez")
    shown("trail")
    page.locator("#id_who").fill(member.email)
    page.get_by_role("button", name="Göster").click()
    entry = page.locator(".audit-rows > li").first
    entry.locator("summary").click()
    expect(entry.locator("dl")).to_contain_text("Kayıt no")
    shown("entry")
    before = AuditEntry.objects.count()
    with page.expect_download() as loading:
        page.get_by_role("button", name="CSV").click()
    assert "retailer.read" in Path(loading.value.path()).read_text(encoding="utf-8-sig")
    assert AuditEntry.objects.count() > before, "an export is an act too"
    page.get_by_role("link", name="Doğrulama").click()
    expect(page.locator("main")).to_contain_text("Henüz doğrulanmadı")
    shown("verification")
    menu(page, "İzinler")
    expect(page.get_by_role("link", name="Yeni kayıt")).to_have_count(0)
    for path in ("/izinler/yeni/", "/aktarimlar/yeni/", "/kisiler/"):
        assert page.request.get(shared_portal.url + path).status in (403, 404), path


def test_a_viewer_of_a_company_sees_and_cannot_record(page: Page, shared_portal: Portal, shown: Shown) -> None:
    provider = Provider.objects.get(iys_code=650_001)
    viewer = MembershipFactory(provider=provider, role="viewer").user
    sign_in(page, shared_portal.url, Visitor.of(viewer))
    shown("panel")
    menu(page, "İzinler")
    shown("consents")
    lines = page.get_by_role("navigation")
    for line in ("Yeni kayıt", "Aktarımlar", "Dışa aktarmalar", "Kullanıcılar", "API anahtarları"):
        expect(lines.get_by_role("link", name=line, exact=True)).to_have_count(0)
    menu(page, "Şirket ve markalar")
    page.locator("main").get_by_role("link", name="Markalar").click()
    expect(page.locator("main")).to_contain_text(Brand.objects.get(brand_code=650_001).name)
    expect(page.locator("main").get_by_role("button", name="Kaydet")).to_have_count(0)
    shown("company")
    answer = page.request.get(f"{shared_portal.url}/izinler/yeni/")
    assert answer.status == 403
    assert not Consent.objects.exists()


def test_r_p6_a_reviewer_returns_an_application_with_what_is_missing(
    page: Page, shared_portal: Portal, shown: Shown
) -> None:
    now = timezone.now()
    application = ApplicationFactory(state="submitted", email_confirmed_at=now, submitted_at=now)
    SignatoryFactory(application=application)
    sign_in(page, shared_portal.url, Visitor.of(UserFactory(staff_roles=["reviewer"])))
    menu(page, "Başvurular")
    shown("desk")
    page.get_by_role("link", name=application.title).click()
    page.get_by_role("button", name="İncelemeye al").click()
    form = page.locator("form[action$='/iade/']")
    expect(form).to_be_visible()
    shown("application")
    form.locator("textarea").fill("Sirkülerin ikinci sayfası eksik.")
    form.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("Düzeltme için geri gönderildi")
    shown("returned")
    application.refresh_from_db()
    assert application.state == "returned"
    assert application.moves.latest("pk").reason == "Sirkülerin ikinci sayfası eksik."


def test_an_admin_keeps_dealers_by_a_file(page: Page, shared_portal: Portal, shown: Shown, tmp_path: Path) -> None:
    admin = UserFactory(staff_roles=["admin"])
    sign_in(page, shared_portal.url, Visitor.of(admin))
    menu(page, "Yönetim")
    page.locator("a[href$='/providers/retailer/']").first.click()
    page.locator("a[href*='/import/']").first.click()
    send(page, tmp_path, "650001,B100,Deneme Bayi,Ankara", "999999,B101,Yanlış Marka,Ankara")
    expect(page.locator("input[name=confirm]")).to_have_count(0)
    expect(page.locator("body")).to_contain_text("999999")
    shown("row-refused")
    send(page, tmp_path, "650001,B100,Deneme Bayi,Ankara", "650001,B101,Doğru Bayi,Ankara")
    expect(page.locator("input[name=confirm]")).to_be_visible()
    assert not Retailer.objects.filter(code="B100").exists(), "a preview writes nothing"
    shown("preview")
    page.locator("input[name=confirm]").click()
    expect(page.locator("#result_list")).to_contain_text("Doğru Bayi")
    shown("result")
    assert set(Retailer.objects.filter(code__in=["B100", "B101"]).values_list("brand__brand_code", flat=True)) == {
        650_001
    }
    assert AuditEntry.objects.filter(actor_id=admin.pk, target_type__icontains="retailer").count() == 2


def send(page: Page, folder: Path, *rows: str) -> None:
    """Choose a file of dealers on the admin's import page and look at the preview."""
    path = folder / "bayiler.csv"
    path.write_text("\n".join(("brandCode,retailerCode,name,city", *rows, "")), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(path)
    if page.locator("select[name=format]").count():
        page.locator("select[name=format]").select_option(label="csv")
    page.locator("form:has(input[type=file]) [type=submit]").first.click()
