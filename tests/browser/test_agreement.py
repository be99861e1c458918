"""Two signatories sign the agreement online, in a real browser (R-P4, R-P6)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core.models import OutboxMessage
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState as S
from tests.providers.applications.conftest import COMPANY, FIRST, SECOND, Desk
from tests.providers.signatures.authority import Authority

from .conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def roots(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Trusted by the portal's processes too, so it comes before `portal`."""
    folder = tmp_path / "kokler"
    folder.mkdir()
    authority.write_roots(folder)
    monkeypatch.setenv("ESIGN_ROOTS", str(folder))
    return folder


def signed(content: bytes, authority: Authority, person: services.SignatoryValues, field: str) -> bytes:
    now = timezone.now()
    name = f"{person.first_name} {person.last_name}"
    holder = authority.person(name, person.tckn, since=now - timedelta(days=1), until=now + timedelta(days=1))
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = BytesIO()
    signer = PdfSigner(meta, signer=authority.signer(holder))
    with ThreadPoolExecutor(1) as apart:  # this thread's event loop is the browser's
        apart.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(content)), output=out).result()
    return out.getvalue()


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
    page.get_by_label("Çevrim içi, e-imza ile").check()
    page.get_by_role("button", name="Sözleşmeyi hazırla").click()
    link = page.get_by_role("link", name="PDF'i indir")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as loading:
        link.click()
    issued = Path(loading.value.path()).read_bytes()

    def upload(name: str, content: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        page.locator("#signed").set_input_files(path)
        page.get_by_role("button", name="İmzalı sözleşmeyi yükle").click()

    half = signed(issued, authority, SECOND, "Imza2")
    upload("ilk.pdf", half)
    expect(page.locator("main")).to_contain_text("İlk imza alındı")
    assert desk.fresh().state == S.AWAITING_SECOND_SIGNATURE
    upload("ikinci.pdf", signed(half, authority, FIRST, "Imza1"))
    expect(page.locator("main")).to_contain_text("Eksik yok")
    page.get_by_text("Neler denetlendi").click()
    expect(page.locator(".checks").last).to_contain_text("İmza sağlam")
    page.get_by_role("link", name="Devam et").click()
    page.get_by_role("button", name="Başvuruyu gönder").click()
    expect(page.locator("main")).to_contain_text("Gönderildi")
    assert desk.fresh().state == S.SUBMITTED
