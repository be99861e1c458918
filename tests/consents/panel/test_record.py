"""One record by form: what the engine says stands at the field it is about, and nothing is lost."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from consents.forms.fields import this_minute
from consents.models import Consent, ConsentEvent
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, RetailerFactory

Record = Callable[..., Consent]
URL = "/izinler/yeni/"


@pytest.fixture
def filled(brand: Brand) -> dict[str, object]:
    return {
        "brand": brand.pk,
        "recipient": "Ayse@Firma.example",
        "channels": ["EPOSTA"],
        "status": "ONAY",
        "source": "HS_WEB",
        "consent_date": this_minute(),
        "recipient_type": "BIREYSEL",
    }


def errors(response: HttpResponse) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def test_a_record_is_written_and_told_in_words(panel: Client, filled: dict[str, object]) -> None:
    response = panel.post(URL, filled, follow=True)
    consent = Consent.objects.get()
    page = response.content.decode()
    assert consent.recipient == "ayse@firma.example"
    assert f"/izinler/{consent.event_id}/" in page
    assert bytes(ConsentEvent.objects.get().transaction_id).hex() in page
    assert "firma" not in response.redirect_chain[0][0]  # type: ignore[attr-defined]


def test_record_another_keeps_all_but_the_person(panel: Client, filled: dict[str, object]) -> None:
    form = panel.post(URL, filled, follow=True).context["form"]
    assert {name: form[name].value() for name in ("brand", "source", "channels", "status")} == {
        name: filled[name] for name in ("brand", "source", "channels", "status")
    }
    assert not form["recipient"].value()


def test_a_second_click_finds_it_recorded(panel: Client, filled: dict[str, object]) -> None:
    for _click in range(2):
        response = panel.post(URL, filled, follow=True)
    assert ConsentEvent.objects.count() == 1
    assert [result["verdict"] for result in response.context["results"]] == [4]
    assert bytes(ConsentEvent.objects.get().transaction_id).hex() in response.content.decode()


def test_several_channels_become_several_consents(panel: Client, filled: dict[str, object]) -> None:
    panel.post(URL, filled | {"recipient": "0532 123 45 67", "channels": ["ARAMA", "MESAJ"]})
    assert sorted(Consent.objects.values_list("recipient", "channel")) == [("+905321234567", 1), ("+905321234567", 2)]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"recipient": "a@b"}, "recipient", "H120"),
        ({"recipient": "5,32E+09", "channels": ["MESAJ"]}, "recipient", "H121"),
        ({"recipient": "0532 123 45 67"}, "recipient", "H464"),
        ({"source": ""}, "source", "H113"),
        ({"consent_date": ""}, "consent_date", "H112"),
        ({"consent_date": "2031-01-01T10:00"}, "consent_date", "H162"),
        ({"consent_date": "2016-01-01T10:00"}, "consent_date", "R-D2"),
        ({"source": "HS_KARAR"}, "status", "H408"),
        ({"retailer_code": "YOK"}, "retailer_code", "H180"),
    ],
)
def test_a_refused_row_is_explained_at_its_field_and_keeps_the_input(
    panel: Client, filled: dict[str, object], changes: dict[str, object], field: str, code: str
) -> None:
    response = panel.post(URL, filled | changes)
    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert errors(response)[field][0].startswith(code)
    form = response.context["form"]
    expected = filled | changes
    assert {name: form[name].value() for name in expected} == {k: _text(v) for k, v in expected.items()}
    assert not ConsentEvent.objects.exists()


def _text(value: object) -> object:
    return value if isinstance(value, list) else str(value)


def test_one_refused_channel_does_not_hide_what_was_recorded(panel: Client, filled: dict[str, object]) -> None:
    response = panel.post(URL, filled | {"channels": ["EPOSTA", "ARAMA"]})
    assert response.status_code == 422
    assert errors(response)["recipient"][0].startswith("H464")
    assert [result["verdict"] for result in response.context["results"]] == [1]
    assert Consent.objects.get().channel == 3


def test_missing_answers_are_asked_for(panel: Client, filled: dict[str, object]) -> None:
    response = panel.post(URL, filled | {"channels": [], "status": "", "recipient": ""})
    assert set(errors(response)) == {"channels", "status", "recipient"}
    assert not ConsentEvent.objects.exists()


def test_a_dealer_and_an_evidence_reference_are_recorded(
    panel: Client, brand: Brand, filled: dict[str, object]
) -> None:
    dealer = RetailerFactory(brand=brand, code="B-34")
    panel.post(URL, filled | {"retailer_code": "B-34", "source": "HS_ISLAK_IMZA", "evidence": "Arşiv 7"})
    consent = Consent.objects.get()
    assert (consent.retailer_id, consent.evidence_kind, consent.holds) == (dealer.pk, 1, 0)


def test_r_p7_a_suspended_provider_records_refusals_only(
    panel: Client, brand: Brand, filled: dict[str, object]
) -> None:
    brand.provider.state = "suspended"
    brand.provider.save()
    response = panel.post(URL, filled)
    assert "__all__" in errors(response)
    assert not ConsentEvent.objects.exists()
    assert panel.post(URL, filled | {"status": "RET"}).status_code == 302
    assert Consent.objects.get().status == 2


def test_r_a1_another_provider_s_brand_cannot_be_chosen(panel: Client, filled: dict[str, object]) -> None:
    response = panel.post(URL, filled | {"brand": BrandFactory().pk})
    assert list(errors(response)) == ["brand"]
    assert not ConsentEvent.objects.exists()


def test_the_hint_says_how_an_address_will_be_stored(panel: Client) -> None:
    before = AuditEntry.objects.count()
    answer = panel.post("/izinler/yeni/adres/", {"recipient": "0532 123 45 67"}).content.decode()
    assert re.search(r"<strong[^>]*>\+905321234567</strong>", answer)
    assert "strong" not in panel.post("/izinler/yeni/adres/", {"recipient": "0532 12"}).content.decode()
    assert panel.post("/izinler/yeni/adres/", {"recipient": ""}).content.decode().strip() == ""
    assert AuditEntry.objects.count() == before
