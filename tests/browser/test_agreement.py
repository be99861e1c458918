"""Two signatories sign the agreement online, in a real browser (R-P4, R-P6)."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core.models import OutboxMessage
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState as S
from tests.providers.applications.conftest import COMPANY, FIRST, SECOND, Desk
from tests.providers.signatures.authority import Authority

from . import steps
from .conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]


def a_draft_but_for_the_agreement() -> tuple[Desk, str]:
    """The draft and the secret of its link. The address counts as confirmed: its code has a test of its own."""
    notice = privacy_notice(NoticeAudience.APPLICANT, "tr")
    desk = Desk(
        services.start_application(
            kind="legal_entity", email="izin@basvuran.example", language="tr", ip="192.0.2.1",
            notice_id=notice.pk, notice_read_at=notice.published_at,
        )
    )  # fmt: skip
    token = re.search(r"devam/#(\S+)", OutboxMessage.objects.latest("pk").body)[1]
    services.save_company(**COMPANY, **desk.about)
    services.save_signatories(first=FIRST, second=SECOND, manager=None, **desk.about)
    desk.application.__class__.objects.update(email_confirmed_at=timezone.now())
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        desk.upload(kind)
    return desk, token


def test_r_p4_two_signatories_sign_online(
    roots: Path, portal: Portal, page: Page, authority: Authority, tmp_path: Path, settings: object
) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"  # the portal's processes read the same files
    desk, token = a_draft_but_for_the_agreement()
    page.goto(f"{portal.url}/basvuru/devam/#{token}")
    page.wait_for_url(re.compile(rf"{desk.application.public_id}/$"))
    page.goto(f"{page.url}sozlesme/")
    issued = steps.prepared_agreement(page, way="Çevrim içi, e-imza ile")
    half = steps.signed(issued, authority, SECOND, "Imza2")
    steps.upload_signed(page, half, tmp_path / "ilk.pdf")
    expect(page.locator("main")).to_contain_text("İlk imza alındı")
    assert desk.fresh().state == S.AWAITING_SECOND_SIGNATURE
    steps.upload_signed(page, steps.signed(half, authority, FIRST, "Imza1"), tmp_path / "ikinci.pdf")
    expect(page.locator("main")).to_contain_text("Eksik yok")
    page.get_by_text("Neler denetlendi").click()
    expect(page.locator(".checks").last).to_contain_text("İmza sağlam")
    page.get_by_role("link", name="Devam et").click()
    page.get_by_role("button", name="Başvuruyu gönder").click()
    expect(page.locator("main")).to_contain_text("Gönderildi")
    assert desk.fresh().state == S.SUBMITTED
