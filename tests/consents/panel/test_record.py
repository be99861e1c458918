"""One record by form: what the engine says stands at the field it is about, and nothing is lost."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from consents.enums import NoticeState
from consents.forms.fields import this_minute
from consents.models import Consent, ConsentEvent, Notice
from consents.selectors.recorded import told_of
from iys_portal.accounts.models import User
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, RetailerFactory, officer_of

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


def ago(minutes: int) -> str:
    return (timezone.now() - timedelta(minutes=minutes)).astimezone(ISTANBUL).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def noon() -> Iterator[Any]:
    """Far from midnight, so that what happened an hour ago was today; a test may move the clock."""
    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=ISTANBUL), tick=False) as clock:
        yield clock


@pytest.fixture
def said(panel: Client, officer: User) -> Callable[..., str]:
    """Send the form in English; the page that follows, and what stands there on the first result."""
    officer.language = "en"
    officer.save()

    def send(form: dict[str, object]) -> str:
        response = panel.post(URL, form, follow=True)
        assert response.status_code == 200, errors(response)
        return " ".join(str(word) for word in response.context["results"][0]["told"])

    return send


def test_r_m1_the_page_says_that_a_notice_is_on_its_way_and_later_that_it_was_sent(
    noon: Any, panel: Client, filled: dict[str, object], said: Callable[..., str]
) -> None:
    filled |= {"consent_date": ago(60)}
    response = panel.post(URL, filled, follow=True)
    assert [str(word) for word in response.context["results"][0]["told"]] == [
        "A notice is on its way to the recipient."
    ]
    assert "A notice is on its way to the recipient." in response.content.decode()
    Notice.objects.update(state=NoticeState.ON_TIME, sent_at=timezone.now())
    again = panel.get(response.redirect_chain[0][0])  # type: ignore[attr-defined]
    assert "A notice was sent to the recipient." in again.content.decode()


def test_r_m4_the_page_says_that_a_consent_awaits_confirmation(
    noon: Any, brand: Brand, filled: dict[str, object], said: Callable[..., str]
) -> None:
    Brand.objects.filter(pk=brand.pk).update(double_opt_in=True)
    words = said(filled | {"consent_date": ago(60)})
    assert words == (
        "It may not be used yet: it is awaiting confirmation by the recipient. A notice is on its way to the recipient."
    )


def test_r_m1_a_landline_cannot_be_told_by_text(noon: Any, filled: dict[str, object], said: Callable[..., str]) -> None:
    words = said(filled | {"recipient": "0212 333 44 55", "channels": ["ARAMA"], "consent_date": ago(60)})
    assert words == "The recipient cannot be told by text: this number takes no text messages."


def test_r_m1_a_day_that_is_over_is_said(noon: Any, filled: dict[str, object], said: Callable[..., str]) -> None:
    assert "counts as registered later" in said(filled | {"consent_date": ago(24 * 60)})


def test_r_m1_nothing_is_said_of_refusals_repeats_and_paper(
    noon: Any, filled: dict[str, object], said: Callable[..., str]
) -> None:
    filled |= {"consent_date": ago(60)}
    assert said(filled)
    assert said(filled) == ""
    assert said(filled | {"status": "RET", "consent_date": ago(30)}) == ""
    assert said(filled | {"recipient": "kagit@firma.example", "source": "HS_ISLAK_IMZA", "evidence": "Arşiv 7"}) == ""
    assert Notice.objects.count() == 1


def test_r_m2_channels_of_one_phone_share_a_notice_and_both_say_so(
    noon: Any, panel: Client, filled: dict[str, object]
) -> None:
    form = filled | {"recipient": "0532 123 45 67", "channels": ["ARAMA", "MESAJ"], "consent_date": ago(60)}
    results = panel.post(URL, form, follow=True).context["results"]
    assert [bool(result["told"]) for result in results] == [True, True]
    assert Notice.objects.count() == 1


def test_r_m1_the_providers_own_notice_is_kept_beside_the_notice(
    noon: Any, filled: dict[str, object], said: Callable[..., str]
) -> None:
    words = said(filled | {"consent_date": ago(60), "own_notice_at": ago(30), "own_notice_means": "MESAJ"})
    notice = Notice.objects.get()
    assert notice.own_notice_at == timezone.now() - timedelta(minutes=30)
    assert notice.own_notice_means == 2
    assert words.endswith("Your own notice is kept beside it.")


def test_r_m1_the_own_notice_takes_the_consents_channel_where_nothing_is_said(
    noon: Any, panel: Client, filled: dict[str, object]
) -> None:
    panel.post(URL, filled | {"consent_date": ago(60), "own_notice_at": ago(30)})
    assert Notice.objects.get().own_notice_means == 1


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"own_notice_at": "2026-11-24T12:30"}, "own_notice_at", "R-M1"),
        ({"own_notice_at": "2026-11-24T09:00"}, "own_notice_at", "R-M1"),
        ({"own_notice_at": "dün"}, "own_notice_at", "R-M1"),
        ({"own_notice_means": "EPOSTA"}, "own_notice_at", ""),
        ({"own_notice_at": "2026-11-24T11:30", "own_notice_means": "ARAMA"}, "own_notice_means", ""),
    ],
)
def test_r_m1_a_wrong_own_notice_is_explained_at_its_field_and_nothing_is_written(
    noon: Any, panel: Client, filled: dict[str, object], changes: dict[str, object], field: str, text: str
) -> None:
    before = AuditEntry.objects.count()
    response = panel.post(URL, filled | {"consent_date": "2026-11-24T11:00"} | changes)
    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert errors(response)[field][0].startswith(text)
    assert "<details" in response.content.decode()
    assert not ConsentEvent.objects.exists()
    assert not Notice.objects.exists()
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "RET"},
        {"source": "HS_ISLAK_IMZA", "evidence": "Arşiv 7"},
        {"status": "RET", "source": "HS_FIZIKSEL_ORTAM"},
    ],
)
def test_r_m1_what_the_hidden_fields_hold_keeps_nothing_out(
    noon: Any, panel: Client, filled: dict[str, object], changes: dict[str, object]
) -> None:
    hidden = {"own_notice_at": "dün", "own_notice_means": "MESAJ"}
    panel.post(URL, filled | {"consent_date": ago(60)} | changes | hidden)
    assert ConsentEvent.objects.count() == 1
    assert not Notice.objects.exists()


def test_r_a1_another_brands_notice_is_never_told(noon: Any, panel: Client, record: Record) -> None:
    other = record("baskasi@firma.example", of=BrandFactory())
    mine = record("ayse@firma.example")
    actor = officer_of(Brand.objects.get(pk=mine.brand_id))
    assert set(told_of(actor, [other.event_id, mine.event_id])) == {mine.event_id}
