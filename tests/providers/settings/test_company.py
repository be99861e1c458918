"""Company data that changes at once, and the corporate e-mail with its code (R-P3)."""

import re

import pytest
from django.db import IntegrityError

from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderState, RequestKind
from providers.models import Company, Provider, ProviderRequest
from providers.selectors.settings import company_data
from providers.services import company, requests
from tests.factories import officer_of, staff
from tests.providers.applications.conftest import Desk, begin  # noqa: F401 - a fixture

from .conftest import NOW, House, make_house, traces

PLACE = {"address": "Yeni Sok. 5", "province": "Ankara", "district": "Çankaya", "phone": "0312 000 00 00"}


def enter(house: House, email: str) -> str:
    company.enter_email(actor=house.actor, email=email, ip="192.0.2.1", language="tr", now=NOW)
    found = re.search(r"^\s+(\d{6})\s*$", OutboxMessage.objects.get(to=email).body, re.MULTILINE)
    assert found
    return found[1]


def confirm(house: House, code: str) -> object:
    return company.confirm_new_email(actor=house.actor, code=code, language="tr", now=NOW)


def test_address_and_phone_hold_at_once_and_the_audit_log_knows_which_fields(house: House) -> None:
    changed = company.change_contact(actor=house.actor, **PLACE | {"phone": "0312 312 31 23"})
    assert (changed.address, changed.district, changed.phone) == ("Yeni Sok. 5", "Çankaya", "+903123123123")
    (entry,) = AuditEntry.objects.all()
    assert (entry.verb, entry.new) == ("company.changed", {"fields": ["address", "district", "phone"]})
    assert not ProviderRequest.objects.exists()
    company.change_contact(actor=house.actor, **PLACE | {"phone": "0312 312 31 23"})
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "changes, field",
    [({"address": " "}, "address"), ({"district": "Kadıköy"}, "district"), ({"phone": "12"}, "phone")],
)
def test_a_wrong_place_or_phone_is_refused(house: House, changes: dict, field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        company.change_contact(actor=house.actor, **PLACE | {"phone": ""} | changes)
    assert set(refused.value.errors) == {field}
    assert traces() == before
    assert Company.objects.get().address == "Deneme Sok. 1"


def test_only_managers_of_an_active_provider_change_the_place(house: House) -> None:
    before = traces()
    for role in ("officer", "viewer"):
        with pytest.raises(NotAllowed):
            company.change_contact(actor=officer_of(house.brand, role), **PLACE)
    with pytest.raises(NotFound):
        company.change_contact(actor=staff("admin"), **PLACE)
    Provider.objects.update(state=ProviderState.SUSPENDED)
    with pytest.raises(WrongMoment):
        company.change_contact(actor=house.actor, **PLACE)
    assert traces() == before


def test_r_p3_an_address_of_the_same_domain_holds_once_it_is_confirmed(house: House) -> None:
    code = enter(house, "yeni@firma.example")
    assert house.provider.email == "izin@firma.example"
    confirm(house, code)
    assert house.provider.email == "yeni@firma.example"
    told = OutboxMessage.objects.filter(cause__startswith="provider:email:").values_list("to", flat=True)
    assert sorted(told) == ["izin@firma.example", "yeni@firma.example"]
    assert AuditEntry.objects.get(verb="provider.changed").new == {"email": "…"}
    with pytest.raises(WrongMoment):
        confirm(house, code)


def test_r_p3_another_domain_is_confirmed_and_then_decided(house: House) -> None:
    request = confirm(house, enter(house, "izin@baska.example"))
    assert isinstance(request, ProviderRequest)
    assert request.kind == RequestKind.EMAIL
    assert house.provider.email == "izin@firma.example"
    requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    assert house.provider.email == "izin@baska.example"
    told = OutboxMessage.objects.filter(cause__contains="accepted").values_list("to", flat=True)
    assert sorted(told) == ["izin@baska.example", "izin@firma.example"]


@pytest.mark.parametrize(
    "email", ["izin@firma.example", "birisi@gmail.com", "a@firma.hs01.kep.tr", "adres", "İzin@firma.example"]
)
def test_r_p3_what_is_no_new_corporate_address_is_refused(house: House, email: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid):
        company.enter_email(actor=house.actor, email=email, ip="192.0.2.1", language="tr", now=NOW)
    assert traces() == before


def test_a_wrong_code_changes_nothing(house: House) -> None:
    code = enter(house, "yeni@firma.example")
    before = traces()
    with pytest.raises(Invalid):
        confirm(house, f"{(int(code) + 1) % 1_000_000:06}")
    assert traces() == before
    assert house.provider.email == "izin@firma.example"


def test_another_providers_code_is_worth_nothing(house: House) -> None:
    code = enter(house, "yeni@firma.example")
    other = make_house()
    company.enter_email(actor=other.actor, email="yeni@baska.example", ip="192.0.2.1", language="tr", now=NOW)
    with pytest.raises(Invalid):
        confirm(other, code)


def test_r_p7_an_approved_application_becomes_the_company(begin: object) -> None:  # noqa: F811
    desk: Desk = begin()  # type: ignore[operator]
    desk.complete()
    house = make_house()
    company.keep_approved(desk.fresh(), house.provider)
    found = company_data(house.actor)
    assert found is not None
    assert (found.company.tax_number, found.company.district) == ("7345678904", "Çankaya")
    (person,) = found.signatories
    assert (person.full_name, person.tckn_shown) == ("Deneme Yetkili", "10*******46")
    assert person.phone_shown == "+90532***00"
    assert person.email_shown == "y***@basvuran.example"
    with pytest.raises(IntegrityError):
        company.keep_approved(desk.application, house.provider)
