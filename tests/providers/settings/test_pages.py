"""The pages of a provider's settings and of the reviewers' desk for requests."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderKind, ProviderState, RequestState
from providers.models import Brand, BrandValue, Company, CompanySignatory, Provider, ProviderRequest, Retailer
from tests.consents.evidence.papers import pdf, picture
from tests.factories import BrandFactory, MembershipFactory, RetailerFactory, UserFactory

from .conftest import COMPANY, PERSON, House, make_house, traces

PROFILE = {"sector": "retail", "short_name": "MODA\nEV", "sender_name": "deneme", "number": "", "domain": ""}


@pytest.fixture
def manager(house: House, sign_in: Callable[..., Client]) -> Client:
    return sign_in(house.user, provider=house.brand.provider)


def member_of(house: House, role: str) -> Client:
    client = Client()
    client.force_login(
        MembershipFactory(provider=house.brand.provider, role=role).user,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return _with_factor(client)


def reviewer(role: str = "reviewer") -> Client:
    client = Client()
    client.force_login(UserFactory(staff_roles=[role]), backend="allauth.account.auth_backends.AuthenticationBackend")
    return _with_factor(client)


def _with_factor(client: Client) -> Client:
    session = client.session
    session["second_factor_given"] = True
    session.save()
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"providers:{name}", args=args)


def test_the_company_page_masks_persons_and_shows_the_requests(manager: Client, house: House) -> None:
    manager.post(url("settings-company"), COMPANY | {"title": "Yeni Unvan"})
    page = manager.get(url("settings")).content.decode()
    for shown in ("Deneme Ticaret A.Ş.", "Yeni Unvan", "7345678904", "10*******46", "y***@firma.example"):
        assert shown in page
    for hidden in ("10000000146", "yetkili@firma.example", "+905320000000"):
        assert hidden not in page


def test_others_of_the_provider_read_without_links_to_change(house: House) -> None:
    for role in ("officer", "viewer"):
        client = member_of(house, role)
        page = client.get(url("settings")).content.decode()
        assert "Deneme Ticaret A.Ş." in page
        assert url("settings-company") not in page
        assert "<form" not in client.get(url("brand", house.brand.brand_code)).content.decode().split("<main")[1]


def test_a_request_goes_from_the_form_to_the_reviewer_and_back(manager: Client, house: House) -> None:
    data = COMPANY | {"title": "Yeni Unvan", "files": [SimpleUploadedFile("a.pdf", pdf())], "note": "Tescil"}
    assert manager.post(url("settings-company"), data).status_code == 302
    request = ProviderRequest.objects.get()
    desk = reviewer()
    assert "Deneme Ticaret" in desk.get(url("review_requests")).content.decode()
    page = desk.get(url("review_request", request.public_id)).content.decode()
    assert "Yeni Unvan" in page
    assert "Tescil" in page
    assert AuditEntry.objects.filter(verb="request.read").exists()
    picture_of_page = desk.get(url("review_request_page", request.public_id, 1))
    assert picture_of_page["Content-Type"] == "image/jpeg"
    assert desk.get(url("review_request_page", request.public_id, 2)).status_code == 404
    paper = desk.get(url("review_request_paper", request.public_id))
    assert b"".join(paper.streaming_content) == pdf()  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(verb="request.paper_read").count() == 2

    empty = desk.post(url("review_request_refuse", request.public_id), {"reason": " "})
    assert empty.status_code == 422
    assert desk.post(url("review_request_accept", request.public_id)).status_code == 302
    assert house.provider.title == "Yeni Unvan"
    assert desk.post(url("review_request_accept", request.public_id)).status_code in (302, 409)


def test_r_a1_auditors_read_requests_and_decide_none(manager: Client, house: House) -> None:
    manager.post(url("brand-new"), {"name": "Alt Marka"})
    request = ProviderRequest.objects.get()
    auditor = reviewer("auditor")
    assert auditor.get(url("review_request", request.public_id)).status_code == 200
    for name in ("accept", "refuse"):
        assert auditor.post(url(f"review_request_{name}", request.public_id), {"reason": "x"}).status_code == 403
        assert manager.post(url(f"review_request_{name}", request.public_id)).status_code == 403
    assert reviewer("complaint_officer").get(url("review_request", request.public_id)).status_code == 403
    assert ProviderRequest.objects.get().state == RequestState.ASKED


def test_a_withdrawal_is_one_click(manager: Client, house: House) -> None:
    manager.post(url("brand-new"), {"name": "Alt Marka"})
    request = ProviderRequest.objects.get()
    assert manager.post(url("request-withdraw", request.public_id)).url == url("brands")  # type: ignore[attr-defined]
    assert ProviderRequest.objects.get().state == RequestState.WITHDRAWN


def test_the_form_says_what_is_wrong_at_its_field(manager: Client, house: House) -> None:
    before = traces()
    answer = manager.post(url("settings-company"), COMPANY | {"mersis": "12"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"mersis"}
    answer = manager.post(url("settings-company"), COMPANY)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert traces() == before


def test_signatories_are_asked_for_at_their_place(manager: Client, house: House) -> None:
    assert manager.get(url("settings-signatory", 2)).status_code == 200
    assert manager.get(url("settings-signatory", 3)).status_code == 404
    person = PERSON | {"last_name": "Yeni"}
    assert manager.post(url("settings-signatory", 1), person).status_code == 302
    answer = manager.post(url("settings-signatory", 2), person | {"tckn": "10000000146"})
    assert set(answer.context["form"].errors) == {"tckn"}
    CompanySignatory.objects.all().delete()
    assert manager.get(url("settings-signatory", 2)).status_code == 404
    assert member_of(house, "officer").get(url("settings-signatory", 1)).status_code == 403


def test_a_new_address_is_confirmed_on_the_page(manager: Client, house: House) -> None:
    manager.post(url("settings-email"), {"email": "yeni@firma.example"})
    assert "yeni@firma.example" in manager.get(url("settings-email")).content.decode()
    code = next(word for word in OutboxMessage.objects.get().body.split() if word.isdigit() and len(word) == 6)
    wrong = manager.post(url("settings-email-confirm"), {"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert wrong.status_code == 422
    assert manager.post(url("settings-email-confirm"), {"code": code}).status_code == 302
    assert house.provider.email == "yeni@firma.example"
    assert manager.get(url("settings-email-confirm")).status_code == 405
    assert member_of(house, "officer").post(url("settings-email-confirm"), {"code": code}).status_code == 403


def test_r_p11_the_profile_page_keeps_lists_and_logo(manager: Client, house: House) -> None:
    place = url("brand", house.brand.brand_code)
    assert manager.post(place, PROFILE).status_code == 302
    assert Brand.objects.get(pk=house.brand.pk).short_name == "MODA"
    assert set(BrandValue.objects.values_list("value", flat=True)) == {"EV", "DENEME"}
    wrong = manager.post(place, PROFILE | {"sender_name": "IŞIK"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"sender_name"}
    logo = url("brand-logo", house.brand.brand_code)
    assert manager.get(logo).status_code == 404
    assert manager.post(logo, {"logo": SimpleUploadedFile("a.png", b"x")}).status_code == 422
    assert manager.post(logo).status_code == 422
    assert manager.post(logo, {"logo": SimpleUploadedFile("a.png", picture())}).status_code == 302
    answer = manager.get(logo)
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_officers_read_the_profile_and_change_nothing(house: House) -> None:
    client, before = member_of(house, "officer"), traces()
    assert client.get(url("brand", house.brand.brand_code)).status_code == 200
    assert client.post(url("brand", house.brand.brand_code), PROFILE).status_code == 403
    logo = {"logo": SimpleUploadedFile("a.png", picture())}
    assert client.post(url("brand-logo", house.brand.brand_code), logo).status_code == 403
    assert traces() == before


def test_r_p7_a_suspended_provider_reads_its_settings(manager: Client, house: House) -> None:
    Provider.objects.update(state=ProviderState.SUSPENDED)
    page = manager.get(url("settings")).content.decode()
    assert url("settings-company") not in page
    assert manager.post(url("settings-company"), COMPANY | {"title": "Yeni"}).status_code == 422
    assert not ProviderRequest.objects.exists()


def test_dealers_are_added_changed_closed_and_opened(manager: Client, house: House) -> None:
    data = {"brand": house.brand.pk, "code": "B1", "name": "Bir", "city": "Ankara"}
    assert manager.post(url("dealer-new"), data).status_code == 302
    assert manager.post(url("dealer-new"), data).status_code == 422
    dealer = Retailer.objects.get()
    manager.post(url("dealer", dealer.pk), {"name": "Yeni", "city": "", "code": "B2"})
    dealer.refresh_from_db()
    assert (dealer.name, dealer.city, dealer.code) == ("Yeni", "", "B1")
    manager.post(url("dealer-close", dealer.pk))
    assert not Retailer.objects.get().is_active
    assert "Yeni" in manager.get(url("dealers"), {"durum": "kapali"}).content.decode()
    manager.post(url("dealer-reopen", dealer.pk))
    assert Retailer.objects.get().is_active
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["retailer.created", "retailer.changed", "retailer.deactivated", "retailer.reactivated"]


def test_r_a1_no_dealer_for_anothers_brand(manager: Client, house: House) -> None:
    other = BrandFactory()
    answer = manager.post(url("dealer-new"), {"brand": other.pk, "code": "B1", "name": "Bir"})
    assert answer.status_code == 422
    assert not Retailer.objects.exists()


def test_dealers_are_found_however_their_letters_are_written(manager: Client, house: House) -> None:
    RetailerFactory(brand=house.brand, name="Işıklar Şubesi", city="İzmir", code="X1")
    RetailerFactory(brand=house.brand, name="Deniz", code="X2")
    RetailerFactory(name="Işıklar elsewhere")
    for search in ("ışıklar", "IŞIKLAR", "izmir", "x1"):
        found = manager.get(url("dealers"), {"q": search}).context["page"]
        assert [dealer.name for dealer in found] == ["Işıklar Şubesi"], search


@pytest.mark.parametrize("count", [1, 40])
def test_the_lists_ask_a_fixed_number_of_queries(
    manager: Client, house: House, count: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(count):
        RetailerFactory(brand=BrandFactory(provider=house.provider), code=f"C{number}")
    for name in ("settings", "brands", "dealers"):
        with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
            assert manager.get(url(name)).status_code == 200


def test_r_p9_a_natural_persons_numbers_are_kept_without_being_shown(db: None, sign_in: Callable[..., Client]) -> None:
    house = make_house(kind=ProviderKind.NATURAL_PERSON, mersis="1000000014600015")
    Company.objects.create(provider=house.provider, tax_office="Deneme", tax_number="10000000146")
    client = sign_in(house.user, provider=house.brand.provider)
    page = client.get(url("settings-company")).content.decode() + client.get(url("settings")).content.decode()
    assert "10000000146" not in page
    assert "1000000014600015" not in page
    data = {"title": "Yeni Unvan", "mersis": "", "tax_number": "", "tax_office": "Deneme"}
    assert client.post(url("settings-company"), data).status_code == 302
    assert [value.field for value in ProviderRequest.objects.get().values.all()] == ["title"]
    changed = data | {"mersis": "1000000014600099"}
    ProviderRequest.objects.all().delete()
    assert client.post(url("settings-company"), changed).status_code == 302
    assert "1000000014600099" not in client.get(url("settings")).content.decode()


def test_a_signatorys_contact_is_masked_in_the_list_of_requests(manager: Client, house: House) -> None:
    manager.post(url("settings-signatory", 1), PERSON | {"email": "baska@firma.example", "phone": "0533 000 00 00"})
    page = manager.get(url("settings")).content.decode()
    assert "b***@firma.example" in page
    assert "baska@firma.example" not in page
    assert "+905330000000" not in page
    request = ProviderRequest.objects.get()
    assert "baska@firma.example" in reviewer().get(url("review_request", request.public_id)).content.decode()
