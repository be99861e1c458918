"""What several journeys do in the browser: sign in, apply, sign, read a mail."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from iys_portal.accounts.models import User
from iys_portal.accounts.services.factors import enrol_totp
from iys_portal.core import mailbox
from providers.services import SignatoryValues
from tests.consents.evidence.papers import pdf, picture
from tests.factories import PASSWORD
from tests.providers.signatures.authority import Authority
from tests.workers import until

EMAIL = "izin@basvuran.example"
LEGAL, NATURAL = "Tüzel kişi", "Gerçek kişi"
PERSON = SignatoryValues("Deneme", "Yetkili", "0532 000 00 00", "yetkili@basvuran.example", "10000000146")


def codes_now(secret: str) -> list[str]:
    """Codes of an authenticator app that count just now, the present half minute's first."""
    former, present, coming = yield_hotp_counters_from_time()
    return [format_hotp_value(hotp_value(secret, counter)) for counter in (present, coming, former)]


@dataclass
class Visitor:
    """Somebody who signs in with a password and an authenticator app. A code is good once."""

    email: str
    secret: str = ""
    password: str = PASSWORD
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, user: User) -> "Visitor":
        return cls(user.email, enrol_totp(user))

    def code(self) -> str:
        found = next(code for code in codes_now(self.secret) if code not in self.used)
        self.used.add(found)
        return found


def sign_in(page: Page, url: str, visitor: Visitor) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", visitor.email)
    page.fill("input[name=password]", visitor.password)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", visitor.code())
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("Genel bakış")


def sign_out(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/logout/")
    page.click("main form[method=post] button[type=submit]")
    expect(page).to_have_url(f"{url}/accounts/login/")


def letter_with(pattern: str, *, to: str) -> re.Match[str]:
    """The newest mail to somebody that says this, once the worker has sent it."""

    def found() -> list[re.Match[str]]:
        texts = [letter.text for letter in mailbox.letters() if to in letter.to]
        return [match for text in texts if (match := re.search(pattern, text, re.MULTILINE))]

    until(lambda: bool(found()), what=f"a mail to {to}")
    return found()[0]


def worded(language: str) -> Callable[[str], str]:
    """What the portal says for an English text in this language."""

    def say(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    return say


def press(control: Locator, key: str = "Enter") -> None:
    """Use a link, a button or a box by the keyboard alone."""
    control.focus()
    expect(control).to_be_focused()
    control.press(key)


def reads(page: Page, url: str, language: str) -> None:
    """The visitor chose this language before."""
    page.context.add_cookies([{"name": "django_language", "value": language, "url": url}])


def mailed_code(to: str) -> str:
    return letter_with(r"^\s+(\d{6})\s*$", to=to)[1]


def on(page: Page) -> None:
    page.get_by_role("button", name="Kaydet ve devam et").click()


def apply_up_to_the_papers(page: Page, url: str, *, kind: str) -> str:
    """From the public start page to the step of the brands; returns the application's address."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_role("link", name="Hizmet sağlayıcı başvurusu").click()
    page.get_by_role("link", name="Başvuruya başla").click()
    page.get_by_role("button", name="Okudum").click()
    page.get_by_label(kind).check()
    page.get_by_label("Kurumsal e-posta").fill(EMAIL)
    page.get_by_role("button", name="Başla").click()
    page.wait_for_url("**/sirket/")
    base = page.url.removesuffix("sirket/")
    _company(page)
    page.wait_for_url("**/imza-yetkilisi/")
    _signatory(page, born=kind == NATURAL)
    page.wait_for_url("**/e-posta/")
    page.get_by_role("button", name="Kod gönder").click()
    page.locator("#id_code").fill(mailed_code(EMAIL))
    page.get_by_role("button", name="Doğrula").click()
    page.wait_for_url("**/markalar/")
    return base


def _company(page: Page) -> None:
    page.locator("#id_title").fill("Başvuran Ticaret")
    page.locator("#id_mersis").fill("123")
    expect(page.locator("main")).to_contain_text("MERSİS numarası 16 hanelidir.")
    page.locator("#id_mersis").fill("0734567890400015")
    page.locator("#id_tax_number").fill("7345678904")
    expect(page.locator("main")).to_contain_text("Doğru görünüyor.")
    page.locator("#id_tax_office").fill("Deneme")
    page.locator("#id_declared_consents").fill("1000")
    page.locator("#id_address").fill("Deneme Mah. 1. Sok. No: 1")
    page.locator("#id_province").select_option("Yalova")
    page.locator("#id_district").select_option("Termal")
    on(page)


def _signatory(page: Page, *, born: bool) -> None:
    for name in ("first_name", "last_name", "tckn", "phone", "email"):
        page.locator(f"#id_{name}_1").fill(getattr(PERSON, name))
    if born:
        page.locator("#id_birth_date_1").fill("1980-05-17")
    on(page)


def upload_papers(page: Page, names: tuple[str, ...], folder: Path) -> None:
    """Two files for each paper of the step that is open: they become one paper of three pages."""
    form, photo = folder / "form.pdf", folder / "sayfa.png"
    form.write_bytes(pdf(pages=2))
    photo.write_bytes(picture(600, 800))
    for name in names:
        place = page.locator(f"#{name}")
        place.locator("input[type=file]").set_input_files([form, photo])
        place.get_by_role("button", name="Yükle").click()
        expect(page.locator(f"#{name} .pages img")).to_have_count(3)


def prepared_agreement(page: Page, *, way: str) -> bytes:
    """Choose how to sign on the agreement's step, have the agreement made and download it."""
    page.get_by_label(way).check()
    page.get_by_role("button", name="Sözleşmeyi hazırla").click()
    link = page.get_by_role("link", name="PDF'i indir")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as loading:
        link.click()
    return Path(loading.value.path()).read_bytes()


def upload_signed(page: Page, content: bytes, path: Path) -> None:
    path.write_bytes(content)
    page.locator("#signed").set_input_files(path)
    page.get_by_role("button", name="İmzalı sözleşmeyi yükle").click()


def submit(page: Page, base: str) -> None:
    page.goto(f"{base}onizleme/")
    expect(page.locator("main")).not_to_contain_text(PERSON.tckn)
    page.get_by_role("button", name="Başvuruyu gönder").click()
    expect(page.locator("main")).to_contain_text("Gönderildi")


def signed(content: bytes, authority: Authority, person: SignatoryValues, box: str) -> bytes:
    """The file with the person's qualified signature, as Acrobat would add it."""
    now = timezone.now()
    name = f"{person.first_name} {person.last_name}"
    holder = authority.person(name, person.tckn, since=now - timedelta(days=1), until=now + timedelta(days=1))
    meta = PdfSignatureMetadata(field_name=box, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = BytesIO()
    signer = PdfSigner(meta, signer=authority.signer(holder))
    with ThreadPoolExecutor(1) as apart:  # this thread's event loop is the browser's
        apart.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(content)), output=out).result()
    return out.getvalue()
