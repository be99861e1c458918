"""Writes of providers, brands and dealers, and the states of a provider's account."""

import itertools

import pytest
from django.core.exceptions import ValidationError

from consents.enums import Status
from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from providers.models import Brand, Provider, Retailer
from providers.policies import may_record
from providers.services import reference
from providers.transitions import ACCOUNT
from tests.factories import BrandFactory, ProviderFactory, RetailerFactory, officer_of, staff

pytestmark = pytest.mark.django_db

NEW = {
    "iys_code": 765001,
    "title": "Uydurma Ticaret A.Ş.",
    "mersis": "0999000000100015",
    "email": "iletisim@uydurma.example",
}


def entries(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb))


def test_r_p7_a_new_provider_gets_a_main_brand_with_its_own_number():
    provider = reference.create_provider(actor=staff("admin"), **NEW)

    brand = provider.brands.get()
    assert (brand.brand_code, brand.is_main, brand.name) == (765001, True, "Uydurma Ticaret A.Ş.")
    assert [entry.provider_id for entry in entries("provider.created") + entries("brand.created")] == [provider.pk] * 2


def test_r_g4_the_audit_log_keeps_neither_mersis_number_nor_address():
    admin = staff("admin")
    provider = reference.create_provider(actor=admin, **NEW)
    reference.update_provider(
        actor=admin, provider=provider, changes={"email": "yeni@uydurma.example", "city": "İzmir"}
    )

    kept = str([(entry.old, entry.new) for entry in AuditEntry.objects.all()])
    assert "uydurma.example" not in kept
    assert NEW["mersis"] not in kept
    (change,) = entries("provider.changed")
    assert change.new == {"email": "…", "city": "İzmir"}


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(FieldsInvalid) as refused:
        reference.create_provider(actor=SYSTEM, iys_code=1, title="", mersis="12", email="x")
    assert set(refused.value.errors) == {"title", "mersis", "email"}
    assert isinstance(refused.value.as_validation_error(), ValidationError)
    assert not Provider.objects.filter(iys_code=1).exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda actor, brand: reference.create_provider(actor=actor, **NEW),
        lambda actor, brand: reference.update_provider(actor=actor, provider=brand.provider, changes={"city": "Bursa"}),
        lambda actor, brand: reference.suspend_provider(actor=actor, provider=brand.provider, reason="x"),
        lambda actor, brand: reference.create_brand(actor=actor, provider=brand.provider, brand_code=5, name="Y"),
        lambda actor, brand: reference.update_brand(actor=actor, brand=brand, changes={"name": "Y"}),
        lambda actor, brand: reference.deactivate_brand(actor=actor, brand=brand),
        lambda actor, brand: reference.create_retailer(actor=actor, brand=brand, code="1", name="Y"),
        lambda actor, brand: reference.create_retailers(
            actor=actor, retailers=[Retailer(brand=brand, code="1", name="Y")]
        ),
    ],
)
@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_only_the_registrys_admin_writes_reference_data(act, who):
    brand = BrandFactory()
    actor = officer_of(brand, "manager") if who == "manager" else staff("auditor")
    before = (
        AuditEntry.objects.count(),
        Brand.objects.count(),
        Retailer.objects.count(),
        Provider.objects.count(),
    )

    with pytest.raises(NotAllowed):
        act(actor, brand)

    brand.refresh_from_db()
    assert brand.is_active
    assert brand.provider.state == ProviderState.ACTIVE
    after = (
        AuditEntry.objects.count(),
        Brand.objects.count(),
        Retailer.objects.count(),
        Provider.objects.count(),
    )
    assert after == before


def test_numbers_and_owners_are_fixed():
    retailer = RetailerFactory()
    brand = retailer.brand
    attempts = [
        (reference.update_provider, {"provider": brand.provider, "changes": {"iys_code": 1}}),
        (reference.update_brand, {"brand": brand, "changes": {"brand_code": 1}}),
        (reference.update_brand, {"brand": brand, "changes": {"provider": ProviderFactory()}}),
        (reference.update_retailer, {"retailer": retailer, "changes": {"code": "other"}}),
        (reference.update_retailer, {"retailer": retailer, "changes": {"is_active": False}}),
    ]
    for service, arguments in attempts:
        with pytest.raises(FieldsInvalid):
            service(actor=SYSTEM, **arguments)
    assert not AuditEntry.objects.exists()


def test_an_unchanged_row_is_neither_written_nor_recorded():
    brand = BrandFactory(name="Aynı")
    reference.update_brand(actor=SYSTEM, brand=brand, changes={"name": "Aynı", "brand_code": brand.brand_code})
    assert not AuditEntry.objects.exists()


def test_a_brand_may_not_take_another_providers_number():
    other = ProviderFactory(iys_code=765009)
    with pytest.raises(FieldsInvalid):
        reference.create_brand(actor=SYSTEM, provider=ProviderFactory(), brand_code=other.iys_code, name="X")
    BrandFactory(brand_code=765010)
    with pytest.raises(FieldsInvalid) as refused:
        reference.create_provider(actor=SYSTEM, **NEW | {"iys_code": 765010})
    assert set(refused.value.errors) == {"iys_code"}


def test_brand_one_main_and_brand_name_once_are_said_in_words():
    provider = ProviderFactory()
    BrandFactory(provider=provider, name="Tek", is_main=True)
    with pytest.raises(FieldsInvalid) as main:
        reference.create_brand(actor=SYSTEM, provider=provider, brand_code=provider.iys_code, name="İkinci")
    with pytest.raises(FieldsInvalid) as name:
        reference.create_brand(actor=SYSTEM, provider=provider, brand_code=765020, name="Tek")
    assert main.value.errors
    assert name.value.errors


def test_retailer_code_once_for_a_brand_and_free_for_another():
    retailer = RetailerFactory(code="B1")
    with pytest.raises(FieldsInvalid):
        reference.create_retailer(actor=SYSTEM, brand=retailer.brand, code="B1", name="Yine")
    assert reference.create_retailer(actor=SYSTEM, brand=BrandFactory(), code="B1", name="Başka").pk


def test_a_main_brand_is_not_taken_out_of_use():
    brand = BrandFactory(is_main=True)
    with pytest.raises(WrongMoment):
        reference.deactivate_brand(actor=SYSTEM, brand=brand)


def test_switching_off_twice_is_refused_and_recorded_once():
    retailer = RetailerFactory()
    assert reference.deactivate_retailer(actor=SYSTEM, retailer=retailer).is_active is False
    with pytest.raises(WrongMoment):
        reference.deactivate_retailer(actor=SYSTEM, retailer=retailer)
    assert reference.reactivate_retailer(actor=SYSTEM, retailer=retailer).is_active is True
    assert [len(entries(f"retailer.{verb}")) for verb in ("deactivated", "reactivated")] == [1, 1]


def test_a_row_that_is_gone_is_not_found():
    with pytest.raises(NotFound):
        reference.update_provider(actor=SYSTEM, provider=Provider(pk=0), changes={"city": "x"})


def test_many_dealers_are_written_together_or_not_at_all():
    brand = BrandFactory()
    rows = [Retailer(brand=brand, code=str(number), name=f"Bayi {number}") for number in range(50)]
    reference.create_retailers(actor=SYSTEM, retailers=rows)
    assert {entry.provider_id for entry in entries("retailer.created")} == {brand.provider_id}
    assert len(entries("retailer.created")) == 50

    with pytest.raises(FieldsInvalid):
        reference.create_retailers(actor=SYSTEM, retailers=[Retailer(brand=brand, code="99", name=""), *rows])
    assert brand.retailers.count() == 50


@pytest.mark.parametrize("state, move", list(itertools.product(ProviderState, ACCOUNT.transitions)))
def test_r_p6_account_moves_are_the_full_table(state, move):
    provider = ProviderFactory(state=state)
    transition = ACCOUNT.transitions[move]

    if state in transition.sources:
        moved = reference.MOVES[move](actor=staff("admin"), provider=provider, reason=" Karar 2026/1 ")
        assert moved.state == transition.target
        (entry,) = entries(transition.verb)
        assert entry.old == {"state": state}
        assert entry.new == {"state": transition.target, "reason": "Karar 2026/1"}
    else:
        with pytest.raises(WrongMoment):
            reference.MOVES[move](actor=staff("admin"), provider=provider, reason="x")
        assert not AuditEntry.objects.exists()


def test_r_p6_a_move_needs_a_reason():
    provider = ProviderFactory()
    with pytest.raises(Invalid):
        reference.suspend_provider(actor=SYSTEM, provider=provider, reason="  ")
    provider.refresh_from_db()
    assert provider.state == ProviderState.ACTIVE
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "state, consent, refusal",
    [
        (ProviderState.ACTIVE, True, True),
        (ProviderState.SUSPENDED, False, True),
        (ProviderState.CLOSED, False, False),
    ],
)
def test_r_p7_what_each_state_records(state, consent, refusal):
    provider = Provider(state=state)
    assert may_record(provider, Status.ONAY) is consent
    assert may_record(provider, Status.RET) is refusal
