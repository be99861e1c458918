"""The desk on real servers: taken, asked, joined, proposed, confirmed by another officer, read by both sides (R-K7)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints import services
from complaints.models import Complaint
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import SESSION_KEY, actor_for
from providers.models import Brand
from tests.complaints.conftest import IDENTITY, MAIL, citizen_with, values_for
from tests.factories import BrandFactory, complaint_officer, officer_of

from .conftest import Portal
from .looks import fits
from .pictures import Shown

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def enter(page: Page, portal: Portal, user: User, brand: Brand | None = None) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_given"] = True
    if brand is not None:
        session[SESSION_KEY] = brand.provider_id
    session.save()
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])


def filed(mail: str, brand: Brand, minutes: int) -> Complaint:
    user = citizen_with(mail)
    actor, at = actor_for(user), timezone.now() - timedelta(days=1, minutes=minutes)
    draft = services.start_draft(actor=actor, language="tr")
    values = values_for(user, address=mail, brand_id=brand.pk, sender="", message_at=at)
    services.save_message(complaint=draft, values=values, actor=actor)
    services.save_identity(complaint=draft, values=IDENTITY, remember=False, actor=actor)
    services.save_topics(complaint=draft, topics=["no_consent"], actor=actor)
    return services.file_complaint(complaint=draft, declared=True, actor=actor)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    expect(page.locator("main")).to_be_visible()


def test_r_k7_two_officers_decide_joined_complaints(page: Page, portal: Portal, shown: Shown) -> None:
    brand = BrandFactory(name="Deneme Moda", is_main=True)
    first, second = complaint_officer("Ankara"), complaint_officer("Ankara")
    one, other = filed(MAIL, brand, 0), filed("veli@deneme.example", brand, 5)
    enter(page, portal, User.objects.get(pk=first.id))
    page.goto(f"{portal.url}/sikayet-masasi/")
    fits(page)
    shown("desk")
    page.locator(f'a[href*="{one.public_id}"]').click()
    press(page, "Dosyayı al")
    expect(page.locator("main")).to_contain_text("metni aynı")
    fits(page)
    shown("case-taken")
    press(page, "Birleştir")
    expect(page.locator("main")).to_contain_text("Birleştirilen şikâyetler")
    for case in (one, other):
        page.goto(f"{portal.url}/sikayet-masasi/{case.public_id}/")
        press(page, "Gönderenden yanıt iste")
        services.answer_complaint(
            complaint=Complaint.objects.get(pk=case.pk), text="Onayı vardı.", actor=officer_of(brand)
        )
        page.reload()
        press(page, "Karar aşamasına geç")
    page.goto(f"{portal.url}/sikayet-masasi/{one.public_id}/")
    page.get_by_label("İhlal var").check()
    page.locator("#id_reason").fill("Geçerli bir onay bulunamadı.")
    page.locator("#id_together").check()
    fits(page)
    shown("decision-proposed")
    press(page, "Öner")
    expect(page.locator("main")).to_contain_text("Bu ilden başka bir görevli onaylar")
    enter(page, portal, User.objects.get(pk=second.id))
    page.goto(f"{portal.url}/sikayet-masasi/{one.public_id}/")
    fits(page)
    press(page, "Onayla")
    expect(page.locator("main")).to_contain_text("Karar: ihlal var")
    shown("decided")
    assert set(Complaint.objects.values_list("state", flat=True)) == {"violation"}
    page.locator("summary", has_text="İtiraz ya da dava").click()
    fits(page)
    provider = officer_of(brand)
    readers = ((Complaint.objects.get(pk=other.pk).citizen, f"/sikayetlerim/{other.public_id}/", None),
               (User.objects.get(pk=provider.id), f"/sikayetler/{one.public_id}/", brand))  # fmt: skip
    for user, address, mine in readers:
        enter(page, portal, user, mine)
        page.goto(f"{portal.url}{address}")
        expect(page.locator("main")).to_contain_text("Geçerli bir onay bulunamadı.")
        button = page.get_by_role("button", name="Kararı indir")
        for _try in range(30):
            if button.is_visible():
                break
            page.wait_for_timeout(1000)
            page.reload()
        shown("read-by-provider" if mine else "read-by-citizen")
        with page.expect_download() as loading:
            button.click()
        assert Path(loading.value.path()).read_bytes().startswith(b"%PDF-")


@pytest.mark.soak
def test_r_k5_sent_on_to_another_il_and_decided_without_the_senders_answer(page: Page, portal: Portal) -> None:
    case = filed(MAIL, BrandFactory(name="Deneme Gıda", is_main=True), 0)
    address, province = f"{portal.url}/sikayet-masasi/{case.public_id}/", "İzmir"
    enter(page, portal, User.objects.get(pk=complaint_officer("Ankara").id))
    page.goto(address)
    page.locator("summary", has_text="Başka bir ile gönder").click()
    page.locator("#id_send-province").select_option(province)
    page.locator("#id_send-reason").fill("Şikâyetçi bu ilde oturuyor.")
    fits(page)
    page.get_by_role("button", name="Gönder", exact=True).click()
    expect(page.locator("main")).not_to_contain_text(case.tracking_number)
    assert page.request.get(address).status == 404
    first, second = complaint_officer(province), complaint_officer(province)
    enter(page, portal, User.objects.get(pk=first.id))
    page.goto(f"{portal.url}/sikayet-masasi/")
    page.locator(f'a[href*="{case.public_id}"]').click()
    expect(page.locator("main")).to_contain_text("Şikâyetçi bu ilde oturuyor.")
    press(page, "Gönderenden yanıt iste")
    services.watch_clocks(now=timezone.now() + timedelta(days=60))
    page.reload()
    expect(page.locator("main")).to_contain_text("Gönderen süresinde yanıtlamadı")
    fits(page)
    press(page, "Karar aşamasına geç")
    page.get_by_label("İhlal var").check()
    page.locator("#id_reason").fill("Gönderen yanıt vermedi; kayıtlı onay yok.")
    press(page, "Öner")
    enter(page, portal, User.objects.get(pk=second.id))
    page.goto(address)
    press(page, "Onayla")
    expect(page.locator("main")).to_contain_text("Karar: ihlal var")
    enter(page, portal, Complaint.objects.get(pk=case.pk).citizen)
    page.goto(f"{portal.url}/sikayetlerim/{case.public_id}/")
    expect(page.locator("main")).to_contain_text("Gönderen yanıt vermedi; kayıtlı onay yok.")
