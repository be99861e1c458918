"""The list: search, filters, paging by key, who sees what."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from django.test import Client

from consents.enums import Channel
from consents.models import Consent
from consents.opaque import seal, unseal
from consents.selectors import pages, totals
from consents.selectors.pages import Filters
from consents.selectors.search import EVERYTHING, read_search
from iys_portal.core.errors import Invalid
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory, officer_of, staff

Record = Callable[..., Consent]
URL = "/izinler/"


def addresses(response: HttpResponse) -> list[str]:
    return re.findall(r'<a class="mono" href="[^"]+">([^<]+)</a>', response.content.decode())


def search(client: Client, text: str, **filters: str) -> HttpResponse:
    return client.post(URL, {"q": text, **filters}, follow=True)


@pytest.mark.parametrize("spelling", ["0532 123 45 67", "5321234567", "+90 532 123 45 67", "0090532-1234567"])
def test_an_address_is_found_in_any_usual_spelling(panel: Client, record: Record, spelling: str) -> None:
    record("+905321234567")
    record("+905321234568")
    assert addresses(search(panel, spelling)) == ["+905321234567"]


def test_the_beginning_of_an_address_finds_all_that_begin_so(panel: Client, record: Record) -> None:
    for address in (
        "ayse@firma.example",
        "ayse.b@firma.example",
        "ali@firma.example",
        "+905321234567",
        "+905331234567",
    ):
        record(address)
    assert addresses(search(panel, "AYS")) == ["ayse.b@firma.example", "ayse@firma.example"]
    assert addresses(search(panel, "0532")) == ["+905321234567"]


def test_a_domain_finds_its_addresses_and_no_longer_ones(panel: Client, record: Record) -> None:
    for address in ("b@firma.example", "a@firma.example", "a@alt.firma.example", "a@firma.example.com"):
        record(address)
    assert addresses(search(panel, "@firma.example")) == ["a@firma.example", "b@firma.example"]


@pytest.mark.parametrize("text", ["ab", "@firma", "a b"])
def test_a_search_that_says_nothing_is_explained(panel: Client, text: str) -> None:
    response = panel.post(URL, {"q": text})
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()


def test_r_g4_no_address_stands_in_a_url(panel: Client, record: Record) -> None:
    for number in range(60):
        record(f"kimse{number:02}@firma.example")
    response = search(panel, "kimse")
    links = [unquote(link) for link in re.findall(r'(?:href|action)="([^"]+)"', response.content.decode())]
    assert unquote(response.redirect_chain[0][0]).count("kimse") == 0  # type: ignore[attr-defined]
    assert any("after=" in link for link in links)
    assert not [link for link in links if "@" in link or "kimse" in link]


def test_r_g4_a_token_is_worth_nothing_to_others_or_when_changed(brand: Brand) -> None:
    actor, other = officer_of(brand), officer_of(brand)
    token = seal("search", "ad@firma.example", actor=actor)
    assert unseal("search", token, actor=actor) == "ad@firma.example"
    assert unseal("search", token, actor=other) is None
    assert unseal("place", token, actor=actor) is None
    assert unseal("search", token[:-3] + "abc", actor=actor) is None
    assert unseal("search", "ğ", actor=actor) is None
    assert unseal("search", "", actor=actor) is None


def test_pages_give_every_row_once_forwards_and_backwards(brand: Brand, record: Record) -> None:
    second = BrandFactory(provider=brand.provider)
    for number in range(pages.PAGE + 10):
        record(f"kisi{number:03}@firma.example", of=brand if number % 3 else second)
    record("+905321234567", channel="ARAMA")
    record("+905321234567", channel="MESAJ")
    base = pages.everything(officer_of(brand))
    for filters in (Filters(brands=(brand.pk, second.pk)), Filters(brands=None)):
        first = pages.page_of(filters, base=base)
        rest = pages.page_of(filters, base=base, cursor=first.after)
        keys = [row.key for row in (*first.rows, *rest.rows)]
        assert len(first.rows) == pages.PAGE
        assert keys == sorted(keys)
        assert len(set(keys)) == pages.PAGE + 12
        assert (first.before, rest.after) == (None, None)
        back = pages.page_of(filters, base=base, cursor=rest.before, backwards=True)
        assert [row.key for row in back.rows] == [row.key for row in first.rows]
        assert back.before is None


def test_e_mails_stand_by_domain_and_page_so(brand: Brand, record: Record) -> None:
    for number in range(pages.PAGE + 5):
        record(f"kisi{number:03}@{'b' if number % 2 else 'a'}.example")
    base = pages.everything(officer_of(brand))
    filters = Filters(brands=(brand.pk,), channel=Channel.EPOSTA)
    first = pages.page_of(filters, base=base)
    rest = pages.page_of(filters, base=base, cursor=first.after)
    found = [row.recipient for row in (*first.rows, *rest.rows)]
    assert found == sorted(found, key=lambda address: (address.partition("@")[2], address))
    assert len(found) == pages.PAGE + 5


def test_filters_narrow_and_the_counters_know_how_many(panel: Client, record: Record) -> None:
    record("a@firma.example")
    record("b@firma.example", status="RET")
    record("c@firma.example", source="HS_ISLAK_IMZA")
    record("+905321234567", recipient_type="TACIR")
    expected = {
        "?state=RET": ["b@firma.example"],
        "?state=EVIDENCE_MISSING": ["c@firma.example"],
        "?state=AWAITING_CONFIRMATION": [],
        "?channel=MESAJ": ["+905321234567"],
        "?channel=EPOSTA&state=ONAY": ["a@firma.example", "c@firma.example"],
        "?type=TACIR": ["+905321234567"],
        "?source=HS_ISLAK_IMZA": ["c@firma.example"],
        "?state=nonsense&channel=": ["+905321234567", "a@firma.example", "b@firma.example", "c@firma.example"],
    }
    for query, found in expected.items():
        response = panel.get(URL + query)
        assert addresses(response) == found, query
        if "source" not in query:
            assert response.context["total"] == len(found), query


def test_r_a1_a_list_shows_only_the_own_provider_s_rows(panel: Client, record: Record) -> None:
    stranger = BrandFactory()
    record("a@firma.example")
    record("b@firma.example", of=stranger)
    assert addresses(panel.get(URL)) == ["a@firma.example"]
    assert addresses(panel.get(f"{URL}?brand={stranger.brand_code}")) == ["a@firma.example"]
    assert addresses(search(panel, "b@firma.example")) == []


def test_r_g2_staff_see_masked_addresses_and_search_exactly(staff_panel: Client, record: Record) -> None:
    record("ayse@firma.example")
    record("+905321234567")
    assert addresses(staff_panel.get(URL)) == ["+90532***67", "a***@firma.example"]
    assert staff_panel.post(URL, {"q": "ays"}).status_code == 422
    assert staff_panel.post(URL, {"q": "@firma.example"}).status_code == 422
    assert addresses(search(staff_panel, "ayse@firma.example")) == ["a***@firma.example"]


def test_r_a3_a_staff_search_is_logged_without_the_address(staff_panel: Client, record: Record) -> None:
    record("ayse@firma.example")
    search(staff_panel, "ayse@firma.example", state="ONAY")
    entry = AuditEntry.objects.get(verb="consent.searched")
    assert entry.new == {"state": "ONAY"}
    assert "ayse" not in repr(vars(entry))
    search(staff_panel, "AYSE@firma.example")
    assert AuditEntry.objects.filter(target_id=entry.target_id).count() == 2


def test_searches_are_read_like_inputs() -> None:
    assert read_search("", exact_only=False) is EVERYTHING
    assert read_search("532123", exact_only=False).low == "+90532123"
    assert read_search("0090 532", exact_only=False).low == "+90532"
    assert read_search("+4930", exact_only=False).low == "+4930"
    assert read_search("Ad@Firma.example", exact_only=True).exact
    with pytest.raises(Invalid):
        read_search("0532", exact_only=True)


@pytest.mark.parametrize("rows", [5, 40])
def test_the_number_of_queries_does_not_grow(
    panel: Client, record: Record, django_assert_max_num_queries: Callable[..., object], rows: int
) -> None:
    for number in range(rows):
        record(f"kisi{number}@firma.example")
    panel.get(URL)
    with django_assert_max_num_queries(11):  # type: ignore[attr-defined]
        panel.get(URL)


def test_a_viewer_reads_but_is_offered_no_act(sign_in: Callable[..., Client], brand: Brand, record: Record) -> None:
    record("a@firma.example")
    from tests.factories import MembershipFactory

    viewer = sign_in(MembershipFactory(provider=brand.provider, role="viewer").user, brand.provider)
    page = viewer.get(URL).content.decode()
    assert "a@firma.example" in page
    assert "disa-aktar" not in page
    assert viewer.post("/izinler/disa-aktar/csv/").status_code == 403
    assert viewer.get("/izinler/yeni/").status_code == 403


def test_staff_without_the_permission_see_no_consents(brand: Brand) -> None:
    assert not staff("reviewer").may("consent.view")
    assert staff("auditor").may("consent.view")


def test_staff_get_the_sum_of_everything_and_an_address_without_a_look_at_each_brand(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record("ali@firma.example")
    record("veli@firma.example")
    asked: list[Filters] = []
    matching = totals.matching
    monkeypatch.setattr(totals, "matching", lambda actor, filters: asked.append(filters) or matching(actor, filters))
    monkeypatch.setattr(totals, "MANY_BRANDS", 0)
    auditor = staff("auditor")
    assert totals.narrowed(auditor, Filters()) == (Filters(), 2)
    exact = Filters(search=read_search("ali@firma.example", exact_only=True))
    assert totals.narrowed(auditor, exact) == (exact, None)
    assert not asked
    by_channel = Filters(channel=Channel.EPOSTA)
    assert totals.narrowed(auditor, by_channel)[1] == 2
    assert asked == [by_channel]
