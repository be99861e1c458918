"""The one search box (R-A1): who finds what, however it is spelled, and that nothing typed stands in an address."""

import pytest
from django.test import Client
from django.urls import reverse

from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry
from iys_portal.dashboard.search import SHOWN, search
from tests.factories import ApplicationFactory, BrandFactory, ProviderFactory, officer_of, staff
from tests.urls.steps import browser_in_role

pytestmark = pytest.mark.django_db
BOX = "/ara/"


def found(actor: Actor | None, text: str) -> dict[str, list[str]]:
    return {str(part.label): [str(hit.title) for hit in part.hits] for part in search(actor, text)}


def test_a_brand_is_found_however_its_turkish_letters_are_written() -> None:
    brand = BrandFactory(name="Işıltı Kırtasiye", is_main=True)
    mine = officer_of(brand)
    for text in ("ışıltı", "ISILTI", "IŞILTI kirtasiye", "isilti", str(brand.brand_code)):
        assert found(mine, text)["Markalar"] == ["Işıltı Kırtasiye"], text
    assert "Markalar" not in found(mine, "Işıltı Gıda")


def test_r_a1_nobody_finds_what_is_anothers() -> None:
    brand = BrandFactory(name="Uydurma Ayakkabı", provider=ProviderFactory(title="Uydurma Ticaret A.Ş."))
    assert "Markalar" not in found(officer_of(BrandFactory(is_main=True)), "uydurma")
    assert found(officer_of(brand), "uydurma").keys() == {"Markalar"}
    over_all = found(staff("admin"), "uydurma")
    assert (over_all["Markalar"], over_all["Şirketler"]) == (["Uydurma Ayakkabı"], ["Uydurma Ticaret A.Ş."])
    assert found(None, "uydurma") == {}


def test_r_a1_applications_are_found_by_who_reviews_them() -> None:
    row = ApplicationFactory(title="Deneme Gıda Ltd. Şti.")
    for role, sees in {"reviewer": True, "auditor": True, "admin": True, "complaint_officer": False}.items():
        assert ("Başvurular" in found(staff(role), row.number)) is sees, role
        assert ("Başvurular" in found(staff(role), "deneme gida")) is sees, role
    assert "Başvurular" not in found(officer_of(BrandFactory(is_main=True)), row.number)


def test_pages_and_help_are_found_by_their_words_and_pages_only_where_they_open() -> None:
    officer = officer_of(BrandFactory(is_main=True))
    assert found(officer, "aktarım")["Sayfalar"] == ["Aktarımlar"]
    assert "Toplu aktarım" in found(officer, "toplu")["Yardım"]
    assert "Sayfalar" not in found(officer_of(BrandFactory(is_main=True), "viewer"), "yeni kayit")
    assert found(None, "mühür")["Sözlük"] == ["mühür"]


def test_every_hit_opens_for_who_found_it() -> None:
    brand = BrandFactory(name="Deneme Ara", is_main=True)
    ApplicationFactory(title="Deneme Ara")
    for role in ("manager", "viewer", "integrator", "citizen", "admin", "reviewer", "complaint_officer", "auditor"):
        client = browser_in_role(role, brand)
        page = client.post(BOX, {"ara": "deneme ara"})
        hits = [hit.url for part in page.context["parts"] for hit in part.hits]
        assert hits, role
        for url in hits:
            assert client.get(url).status_code == 200, (role, url)


def test_r_g4_what_is_typed_stands_in_no_address_and_an_address_leads_to_the_list() -> None:
    client = browser_in_role("officer", BrandFactory(is_main=True))
    before = AuditEntry.objects.count()
    page = client.post(BOX, {"ara": "0532 123 45 67"})
    assert page.status_code == 200 and page.context["address"]
    assert f'action="{reverse("consents:list")}"' in page.content.decode()
    assert AuditEntry.objects.count() == before
    assert not client.post(BOX, {"ara": "deneme"}).context["address"]
    assert not browser_in_role("citizen", BrandFactory()).post(BOX, {"ara": "ali@firma.example"}).context["address"]
    assert 'value="0532' not in client.get(BOX, {"ara": "0532 123 45 67"}).content.decode()


def test_while_typing_the_list_alone_comes_and_little_text_asks_nothing(
    client: Client, django_assert_num_queries: object
) -> None:
    part = client.post(BOX, {"ara": "onay"}, headers={"HX-Request": "true"}).content.decode()
    assert "Onay ve ret" in part and "<html" not in part
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert (
            client.post(BOX, {"ara": " ı "}, headers={"HX-Request": "true"}).content.decode().strip().startswith("<p")
        )
        client.post(BOX, {"ara": "\0" * 200})


def test_many_brands_are_cut_short() -> None:
    brand = BrandFactory(name="Deneme Zincir", is_main=True)
    for number in range(SHOWN + 2):
        BrandFactory(provider=brand.provider, name=f"Deneme Zincir {number}")
    assert len(found(officer_of(brand), "zincir")["Markalar"]) == SHOWN
