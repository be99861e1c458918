"""R-M7: managers make consent pages from published texts; what does not fit is said at its field."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from consents.enums import Channel
from consents.models import ConsentPage
from consents.services.consent_pages import change_page, create_page, switch_page
from consents.services.texts import create_draft, retire
from consents.states import PageState
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from tests.factories import BrandFactory, RetailerFactory, officer_of

from .conftest import DOMAIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(sign_in: Callable[..., Client], manager: Actor, brand) -> Client:
    return sign_in(User.objects.get(pk=manager.id), brand.provider)


def fields(text, **more) -> dict:
    return {"text": text.pk, "title": "Haberler", "channels": [3], "languages": ["tr"]} | more


def test_a_page_is_made_and_shown_with_link_and_qr(panel: Client, text) -> None:
    answer = panel.post(reverse("consents:page_new"), fields(text, purpose="Kampanya haberleri."))
    page = ConsentPage.objects.get()
    assert answer.url == reverse("consents:page", args=[page.public_id])
    html = panel.get(answer.url).content.decode()
    assert f"/onay/{page.public_id}/" in html
    assert AuditEntry.objects.get(verb="page.created").provider_id == page.brand.provider_id
    assert panel.get(reverse("consents:page_qr", args=[page.public_id, "svg"])).content.startswith(b"<?xml")
    png = panel.get(reverse("consents:page_qr", args=[page.public_id, "png"]) + "?indir")
    assert png.content.startswith(b"\x89PNG")
    assert "attachment" in png.headers["Content-Disposition"]
    assert panel.get(reverse("consents:page_qr", args=[page.public_id, "exe"])).status_code == 404
    assert "Haberler" in panel.get(reverse("consents:pages")).content.decode()


def test_the_preview_follows_the_form_and_stores_nothing(panel: Client, text) -> None:
    answer = panel.post(reverse("consents:page_preview"), fields(text, title="Deneme başlık", channels=[2]))
    html = answer.content.decode()
    assert "Deneme başlık" in html and "gerekçe göstermeden" in html
    assert not ConsentPage.objects.exists()


def test_r_p7_pages_of_a_suspended_provider_are_not_made(manager, text, brand) -> None:
    text.brand.provider.state = ProviderState.SUSPENDED
    text.brand.provider.save()
    with pytest.raises(WrongMoment):
        create_page(actor=manager, text=text, channels=[3], languages=["tr"], title="Haberler")
    assert not ConsentPage.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channels": []}, "channels"),
        ({"languages": []}, "languages"),
        ({"languages": ["de"]}, "languages"),
        ({"title": ""}, "title"),
        ({"purpose": "Bakınız www.baska.example"}, "purpose"),
        ({"return_url": "http://" + DOMAIN}, "return_url"),
        ({"return_url": "https://baska.example/"}, "return_url"),
        ({"return_url": f"https://{DOMAIN}@baska.example/"}, "return_url"),
        ({"return_url": f"https://{DOMAIN}.baska.example/"}, "return_url"),
        ({"frame_domains": ["baska.example"]}, "frame_domains"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(page_of, manager, change: dict, field: str) -> None:
    page = page_of()
    with pytest.raises(FieldsInvalid) as refusal:
        change_page(actor=manager, page_id=page.pk, changes=change)
    assert field in refusal.value.errors
    page.refresh_from_db()
    assert page.version == 1
    assert not AuditEntry.objects.filter(verb="page.changed").exists()


def test_a_page_goes_back_to_the_brands_own_sites(page_of) -> None:
    assert page_of(return_url=f"https://www.{DOMAIN}/tesekkurler").return_url
    assert page_of(return_url=f"https://{DOMAIN}").return_url


def test_channels_outside_the_text_drafts_and_others_dealers_are_refused(manager, brand, text) -> None:
    draft = create_draft(
        actor=manager, brand=brand, channels=[3], title="Taslak", text="Metin", valid_from=text.valid_from
    )
    with pytest.raises(FieldsInvalid):
        create_page(actor=manager, text=draft, channels=[3], languages=["tr"], title="Haberler")
    with pytest.raises(FieldsInvalid):
        create_page(
            actor=manager, text=text, channels=[3], languages=["tr"], title="Haberler", retailer=RetailerFactory()
        )
    assert not ConsentPage.objects.exists()


def test_a_change_makes_the_next_version_and_a_second_save_none(page_of, manager) -> None:
    page = page_of()
    assert change_page(actor=manager, page_id=page.pk, changes={"title": "Yeni"}).version == 2
    assert change_page(actor=manager, page_id=page.pk, changes={"title": "Yeni"}).version == 2
    assert AuditEntry.objects.filter(verb="page.changed").count() == 1


def test_a_page_is_changed_and_switched_in_the_panel(panel: Client, page_of, text) -> None:
    page = page_of()
    url = reverse("consents:page_change", args=[page.public_id])
    assert page.title in panel.get(url).content.decode()
    assert panel.post(url, fields(text, title="Başka", frame_domains=[DOMAIN])).status_code == 302
    assert panel.post(url, fields(text, title="")).status_code == 422
    panel.post(reverse("consents:page_switch", args=[page.public_id]), {"durum": "kapali"})
    page.refresh_from_db()
    assert (page.title, page.frame_domains, page.is_on) == ("Başka", [DOMAIN], False)
    panel.post(reverse("consents:page_switch", args=[page.public_id]), {"durum": "acik"})
    page.refresh_from_db()
    assert page.is_on


def test_a_text_whose_use_ended_closes_its_pages(page_of, manager, clock, as_of) -> None:
    page = page_of()
    retire(actor=manager, text_id=page.text_id)
    clock.shift(86_400)
    found = ConsentPage.objects.select_related("text", "brand__provider").get()
    assert found.state(as_of.date().replace(day=25)) is PageState.TEXT_OVER


def test_only_managers_write_and_strangers_find_nothing(page_of, brand, text) -> None:
    page = page_of()
    with pytest.raises(NotAllowed):
        switch_page(actor=officer_of(brand), page_id=page.pk, on=False)
    stranger = officer_of(BrandFactory(), "manager")
    with pytest.raises(NotFound):
        switch_page(actor=stranger, page_id=page.pk, on=False)
    with pytest.raises(NotFound):
        create_page(actor=stranger, text=text, channels=[Channel.EPOSTA], languages=["tr"], title="Haberler")
    page.refresh_from_db()
    assert page.is_on
