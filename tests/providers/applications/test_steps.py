"""What each page of the form saves, and what it refuses without a trace."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from iys_portal.accounts.services import CodeOver, CodeWrong, TooSoon
from iys_portal.core.errors import FieldsInvalid, WrongMoment
from iys_portal.core.models import AuditEntry
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.missing import remarks_for
from providers.models import ApplicationDocument
from providers.services import SignatoryValues

from .conftest import COMPANY, FIRST, Desk, code_of, fields, last_mail, traces

EMAIL = "izin@basvuran.example"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change, field",
    [
        ({"mersis": "123"}, "mersis"),
        ({"tax_number": "7345678905"}, "tax_number"),
        ({"tax_number": "10000000146"}, "tax_number"),  # a company has no TCKN
        ({"tax_number": ""}, "tax_number"),
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"province": "Ankara", "district": "Kadıköy"}, "district"),
        ({"province": "Atlantis", "district": "Çankaya"}, "district"),
        ({"declared_consents": None}, "declared_consents"),
        ({"declared_consents": -1}, "declared_consents"),
    ],
)
def test_r_p2_what_does_not_hold_is_not_saved(desk: Desk, change: dict[str, Any], field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        services.save_company(**COMPANY | change, **desk.about)
    assert field in refused.value.errors
    assert traces() == before
    assert desk.fresh().mersis == ""


def test_r_g4_the_audit_log_says_which_fields_and_never_what(desk: Desk) -> None:
    desk.fill()
    kept = str([(entry.old, entry.new, entry.target_name) for entry in AuditEntry.objects.all()])
    for secret in (COMPANY["mersis"], COMPANY["tax_number"], FIRST.tckn, EMAIL, FIRST.email):
        assert secret not in kept
    assert "mersis" in kept
    before = traces()
    services.save_company(**COMPANY, **desk.about)  # the same again
    assert traces() == before


@pytest.mark.parametrize(
    "values, field",
    [
        (("", "Yetkili", "0532 000 00 00", "a@b.example", "10000000146"), "first_name_1"),
        (("Ad", "S" * 101, "0532 000 00 00", "a@b.example", "10000000146"), "last_name_1"),
        (("Ad", "Soyad", "123", "a@b.example", "10000000146"), "phone_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a", "10000000146"), "email_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a@b.example", "10000000145"), "tckn_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a@b.example", ""), "tckn_1"),
    ],
)
def test_r_p2_a_signatory_is_judged(desk: Desk, values: tuple[str, ...], field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        services.save_signatories(first=SignatoryValues(*values), second=None, manager=None, **desk.about)
    assert set(refused.value.errors) == {field}
    assert not desk.application.signatories.exists()
    assert traces() == before


def test_two_signatories_are_two_people_and_a_natural_person_is_an_adult(begin: Callable[..., Desk]) -> None:
    desk = begin("natural_person")
    child = SignatoryValues("A", "B", "0532 000 00 00", "a@b.example", "10000000146", timezone.localdate())
    with pytest.raises(FieldsInvalid) as refused:
        services.save_signatories(first=child, second=child, manager=("", "x"), **desk.about)
    assert set(refused.value.errors) == {"birth_date_1", "birth_date_2", "tckn_2", "manager_name", "manager_email"}


def test_r_p2_examples_and_r_p1_odd_shapes_are_remarks_for_the_reviewer(desk: Desk) -> None:
    person = SignatoryValues("A", "B", "0532 000 00 00", "a@b.example", "11111111110")
    services.save_company(**COMPANY | {"tax_number": "1234567890", "mersis": "8867713444958600"}, **desk.about)
    services.save_signatories(first=person, second=None, manager=None, **desk.about)
    assert {remark.field for remark in remarks_for(desk.fresh())} == {"mersis", "tax_number", "tckn_1"}
    assert not {"mersis", "tax_number"} & set(fields(desk))


def test_brands_keep_their_papers_and_are_named_once(desk: Desk) -> None:
    services.save_brands(brands=[("Deneme Moda", True), ("Ev", True)], **desk.about)
    first = desk.application.brands.get(name="Deneme Moda")
    desk.upload(D.BRAND_CERTIFICATE, brand_id=first.pk)
    with pytest.raises(FieldsInvalid):
        services.save_brands(brands=[("Deneme Moda", True), ("DENEME MODA", False)], **desk.about)
    services.save_brands(brands=[("Deneme Moda", True)], **desk.about)
    assert [brand.pk for brand in desk.fresh().brands.all()] == [first.pk]
    assert first.documents.get().current
    services.save_brands(brands=[], **desk.about)
    assert not ApplicationDocument.objects.get().current  # the file stays as history


def test_r_p3_the_address_is_confirmed_by_a_code_and_another_is_confirmed_anew(desk: Desk) -> None:
    services.send_email_code(ip="192.0.2.1", **desk.about)
    with pytest.raises(TooSoon):
        services.send_email_code(ip="192.0.2.1", **desk.about)
    code = code_of(last_mail(EMAIL))
    with pytest.raises(CodeWrong):
        services.confirm_email(code="000000" if code != "000000" else "111111", **desk.about)
    assert desk.fresh().email_confirmed_at is None
    services.confirm_email(code=code, **desk.about)
    assert desk.fresh().email_confirmed_at
    with pytest.raises(WrongMoment):
        services.send_email_code(ip="192.0.2.1", **desk.about)
    services.save_email(email="YENI@basvuran.example", **desk.about)
    assert (desk.fresh().email, desk.application.email_confirmed_at) == ("yeni@basvuran.example", None)
    with pytest.raises(CodeOver):
        services.confirm_email(code=code, **desk.about)


def test_a_code_of_one_application_confirms_no_other(begin: Callable[..., Desk]) -> None:
    one, other = begin(), begin()
    services.send_email_code(ip="192.0.2.1", **one.about)
    with pytest.raises(CodeOver):
        services.confirm_email(code=code_of(last_mail(EMAIL)), **other.about)
    assert other.fresh().email_confirmed_at is None
