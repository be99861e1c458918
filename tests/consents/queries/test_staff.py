"""Staff read the queries of all companies: masked, logged, and without asking anything (R-A1, R-A3, R-G2)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consents.enums import Channel, RecipientType
from consents.models import RecipientQuery
from consents.services.queries import ask
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, ProviderFactory, UserFactory, officer_of

ADDRESS = "ayse.uzun@firma.example"


def asked(brand: Brand, *addresses: str) -> RecipientQuery:
    about: dict[str, Any] = {"channel": Channel.EPOSTA, "recipient_type": RecipientType.BIREYSEL}
    return ask(actor=officer_of(brand), brand=brand, addresses=addresses or [ADDRESS], **about)


def body(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_r_a3_staff_read_a_query_masked_and_it_is_noted(
    sign_in: Callable[..., Client], brand: Brand, role: str
) -> None:
    query = asked(brand)
    client = sign_in(UserFactory(staff_roles=[role]))
    page = body(client.get(reverse("consents:query", args=[query.public_id])))
    assert brand.provider.title in page
    assert ADDRESS not in page
    assert "a***@firma.example" in page
    assert "/indir/" not in page
    entry = AuditEntry.objects.get(verb="query.read")
    assert (entry.target_id, entry.provider_id) == (str(query.pk), brand.provider_id)
    shown = body(client.post(reverse("consents:query_show", args=[query.public_id])))
    assert ADDRESS in shown
    assert AuditEntry.objects.filter(verb="query.shown", target_id=str(query.pk)).count() == 1


@pytest.mark.parametrize("name", ["query_column", "query_stop", "query_resume", "query_pdf"])
def test_r_a1_staff_ask_and_change_nothing(sign_in: Callable[..., Client], brand: Brand, name: str) -> None:
    query = asked(brand)
    for role in ("auditor", "admin"):
        client = sign_in(UserFactory(staff_roles=[role]))
        assert client.post(reverse(f"consents:{name}", args=[query.public_id])).status_code == 403
    assert sign_in(UserFactory(staff_roles=["auditor"])).get(reverse("consents:query_new")).status_code == 403


def test_whoever_asked_leaves_no_note_by_reading(panel: Client, brand: Brand) -> None:
    query = asked(brand)
    assert ADDRESS in body(panel.get(reverse("consents:query", args=[query.public_id])))
    assert not AuditEntry.objects.filter(verb__in=("query.read", "query.shown")).exists()
    assert panel.post(reverse("consents:query_show", args=[query.public_id])).status_code == 403


def test_r_a1_staff_find_queries_by_company(sign_in: Callable[..., Client], brand: Brand) -> None:
    other = BrandFactory(provider=ProviderFactory(title="Irmak Kağıt A.Ş."), name="Irmak")
    mine, theirs = asked(brand), asked(other)
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    everything = body(client.get("/sorgular/"))
    assert mine.number in everything
    assert theirs.number in everything
    for words in ("ırmak kagit", str(other.provider.iys_code)):
        page = body(client.get("/sorgular/", {"firma": words}))
        assert theirs.number in page
        assert mine.number not in page
    assert "Böyle bir sorgu yok" in body(client.get("/sorgular/", {"firma": "hiçbiri"}))


def test_a_list_is_narrowed_by_brand_and_channel(panel: Client, brand: Brand) -> None:
    second = BrandFactory(provider=brand.provider)
    first, other = asked(brand), asked(second)
    page = body(panel.get("/sorgular/", {"marka": str(second.brand_code)}))
    assert other.number in page
    assert first.number not in page
    assert first.number not in body(panel.get("/sorgular/", {"kanal": str(int(Channel.MESAJ))}))
    assert first.number in body(panel.get("/sorgular/", {"marka": "1", "kanal": "x"}))  # unknown values are dropped


def test_r_a1_anothers_brand_narrows_nothing_open(panel: Client, brand: Brand) -> None:
    stranger = BrandFactory()
    theirs = asked(stranger)
    assert theirs.number not in body(panel.get("/sorgular/", {"marka": str(stranger.brand_code)}))
