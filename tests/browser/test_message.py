"""A message from its first word to the list that it is sent to, and a refusal in between, on real servers (R-S2)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from consents.enums import Channel, Source, WayIn
from consents.models import Message
from consents.services.recipients import ANYBODY, refuse
from consents.services.records import Entry, record_consents
from providers.models import Brand
from tests.factories import officer_of

from .conftest import Portal
from .test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.soak]
WORKED = 60_000  # milliseconds that the check may take here


def test_r_s2_a_message_is_written_washed_registered_and_its_list_taken(page: Page, portal: Portal) -> None:
    brand = Brand.objects.select_related("provider").get()
    at = (timezone.localtime() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    people = [f"{name}@alici.example" for name in ("ayse", "fatma")]
    entries = [Entry(address, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at) for address in people]
    record_consents(actor=officer_of(brand), brand=brand, entries=entries)
    sign_in(page, portal)
    page.click("nav >> text=İletiler")
    page.click("text=Yeni ileti >> nth=0")
    page.fill("#id_subject", "Kış kampanyası")
    page.fill("#id_text", "Kampanya başladı.")
    wanted = page.locator("#message-check")
    expect(wanted).to_contain_text(brand.provider.mersis)
    page.fill(
        "#id_text",
        f"Kampanya başladı. {brand.provider.title}, MERSİS {brand.provider.mersis}, bilgi@kumas.example. "
        "Almak istemiyorsanız: https://kumas.example/ret",
    )
    expect(wanted).to_contain_text("İstenen her şey bulundu.")
    page.click("summary:has-text('HTML')")
    text = page.input_value("#id_text")
    script = "<script>document.getElementById('seen').textContent = 'ran'</script>"
    page.fill("#id_html", f"<p id='seen'>{text}</p>{script}")
    page.click("#message-form button[type=submit]")
    page.click("main >> text=Ön izleme")
    for frame in (1, 2):
        seen = page.frame_locator(f".previews section:nth-of-type({frame}) iframe").locator("#seen")
        expect(seen).to_contain_text("Kampanya başladı")  # no script ran
    page.go_back()
    page.fill("#id_pasted", "\n".join([*people, "yok@alici.example", "bozuk"]))
    page.click("text=Bu alıcıları denetle")
    expect(page.locator("[data-dialog-open=release]")).to_be_visible(timeout=WORKED)
    page.click("[data-dialog-open=release]")
    page.click("dialog#release button[type=submit]")
    expect(page.locator(".alert-success")).to_be_visible()
    assert taken(page) == ["recipient", *people]
    wanted_gone = {brand.pk: [Channel.EPOSTA]}
    refuse(actor=ANYBODY, recipient=people[0], wanted=wanted_gone, source=Source.IYS_EPOSTA, way=WayIn.MAIL_LINK)
    assert taken(page) == ["recipient", people[1]]
    page.reload()
    expect(page.locator("main")).to_contain_text("Denetimden bu yana 1 adres çıkarıldı")
    message = Message.objects.get()
    assert (message.state, message.allowed, message.removed, message.malformed) == ("released", 1, 1, 1)


def taken(page: Page) -> list[str]:
    with page.expect_download() as download:
        page.click("form[action$='/indir/allowed/'] button")
    return Path(download.value.path()).read_text(encoding="utf-8-sig").split()
