"""Changes that matter are asked for, and decided by a reviewer (R-P1 … R-P3, R-P7, R-P9)."""

import itertools
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import CompanyField as F
from providers.enums import ProviderKind, ProviderState, RequestState
from providers.models import Brand, Company, CompanySignatory, Provider, ProviderRequest, RequestPaper, RequestValue
from providers.selectors.settings import remarks_on
from providers.services import asking, reference, requests
from providers.transitions import REQUEST
from tests.consents.evidence.papers import pdf, scripted_pdf
from tests.factories import BrandFactory, ProviderFactory, officer_of, staff

from .conftest import COMPANY, NOW, PERSON, House, make_house, traces


def ask(house: House, **changes: object) -> ProviderRequest:
    return asking.ask_company_change(actor=house.actor, now=NOW, **COMPANY | changes)


def stored_files() -> list[Path]:
    return [path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()]


def test_r_p7_what_matters_waits_for_the_reviewer(house: House) -> None:
    request = ask(house, title="Yeni  Unvan A.Ş.", note="Unvan değişti")
    assert house.provider.title == "Deneme Ticaret A.Ş."
    assert [(value.field, value.old, value.new) for value in request.values.all()] == [
        (F.TITLE, "Deneme Ticaret A.Ş.", "Yeni Unvan A.Ş.")
    ]
    entry = AuditEntry.objects.get(verb="request.asked")
    assert entry.new == {"kind": "company", "fields": ["title"], "paper": False}
    assert OutboxMessage.objects.get().to == "izin@firma.example"

    requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    assert house.provider.title == "Yeni Unvan A.Ş."
    assert OutboxMessage.objects.latest("pk").cause.endswith("accepted")


def test_r_p2_a_new_tax_number_holds_from_the_acceptance(house: House) -> None:
    request = ask(house, tax_number="1234567890", tax_office="Başka")
    assert remarks_on(request)
    requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    company = Company.objects.get()
    assert (company.tax_number, company.tax_office) == ("1234567890", "Başka")


def test_r_g4_values_stand_in_neither_audit_nor_mail_nor_plain_column(house: House) -> None:
    person = PERSON | {"tckn": "10000000078", "first_name": "Başka"}
    request = asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **person)
    requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    said = f"{list(AuditEntry.objects.values_list('old', 'new'))}{list(OutboxMessage.objects.values_list('body'))}"
    assert "10000000078" not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT new FROM providers_requestvalue")
        assert not [new for (new,) in cursor.fetchall() if "10000000078" in new]


def test_r_p9_identity_numbers_are_masked(house: House) -> None:
    request = asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"tckn": "10000000078"})
    (value,) = request.values.all()
    assert (value.old_shown, value.new_shown) == ("10*******46", "10*******78")


def test_a_signatory_is_replaced_and_a_second_one_named(house: House) -> None:
    person = PERSON | {"tckn": "10000000078", "first_name": "İkinci"}
    second = asking.ask_signatory_change(actor=house.actor, place=2, now=NOW, **person)
    requests.accept_request(request=second, actor=staff("reviewer"), now=NOW)
    people = CompanySignatory.objects.order_by("place").values_list("place", "first_name", "tckn_hash")
    assert [row[:2] for row in people] == [(1, "Deneme"), (2, "İkinci")]
    assert people[0][2] != people[1][2]
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"tckn": "10000000078"})
    assert set(refused.value.errors) == {"tckn"}
    assert traces() == before


def test_a_natural_person_stays_the_same_person(db: None) -> None:
    house = make_house(kind=ProviderKind.NATURAL_PERSON)
    first = asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"tckn": "10000000146"})
    requests.accept_request(request=first, actor=staff("reviewer"), now=NOW)
    before = traces()
    with pytest.raises(FieldsInvalid):
        asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"tckn": "10000000078"})
    assert traces() == before
    with pytest.raises(FieldsInvalid):
        asking.ask_signatory_change(actor=house.actor, place=2, now=NOW, **PERSON | {"tckn": "10000000078"})
    assert traces() == before
    named = asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"last_name": "Yeni"})
    assert [value.field for value in named.values.all()] == [F.LAST_NAME]


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"mersis": "123"}, "mersis"),
        ({"tax_number": "7345678905"}, "tax_number"),
        ({"tax_office": ""}, "tax_office"),
    ],
)
def test_r_p1_r_p2_what_is_wrong_is_said_at_its_field(house: House, changes: dict, field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        ask(house, **changes)
    assert set(refused.value.errors) == {field}
    assert traces() == before


def test_r_p1_another_providers_mersis_number_is_refused_now_and_at_the_decision(house: House) -> None:
    taken = ProviderFactory().mersis
    with pytest.raises(FieldsInvalid):
        ask(house, mersis=taken)
    free = "0734567890400099"
    request = ask(house, mersis=free)
    ProviderFactory(mersis=free)
    before = traces()
    with pytest.raises(FieldsInvalid):
        requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    assert traces() == before
    assert house.provider.mersis == "0734567890400015"
    assert ProviderRequest.objects.get().state == RequestState.ASKED


def test_the_second_signatory_comes_second(db: None) -> None:
    house, before = make_house(), traces()
    for place in (0, 2, 3):
        with pytest.raises(FieldsInvalid):
            asking.ask_signatory_change(actor=house.actor, place=place, now=NOW, **PERSON | {"tckn": "10000000078"})
    assert traces() == before


def test_nothing_differs_and_one_at_a_time(house: House) -> None:
    before = traces()
    with pytest.raises(Invalid):
        ask(house)
    assert traces() == before
    ask(house, title="Yeni")
    before = traces()
    with pytest.raises(Invalid):
        ask(house, title="Daha yeni")
    assert traces() == before


@pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
def test_r_p7_a_suspended_or_closed_provider_asks_for_nothing(house: House, state: str) -> None:
    request = ask(house, title="Yeni")
    Provider.objects.filter(pk=house.provider.pk).update(state=state)
    before = traces()
    for act in (
        lambda: ask(house, title="Öteki"),
        lambda: asking.ask_sub_brand(actor=house.actor, name="Alt", now=NOW),
        lambda: asking.ask_signatory_change(actor=house.actor, place=1, now=NOW, **PERSON | {"last_name": "X"}),
        lambda: requests.withdraw_request(request=request, actor=house.actor, now=NOW),
    ):
        with pytest.raises(WrongMoment):
            act()
    assert traces() == before


def test_nothing_of_a_closed_provider_changes_any_more(house: House) -> None:
    request = ask(house, title="Yeni")
    Provider.objects.filter(pk=house.provider.pk).update(state=ProviderState.CLOSED)
    with pytest.raises(WrongMoment):
        requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    assert house.provider.title == "Deneme Ticaret A.Ş."


@pytest.mark.parametrize("role", ["officer", "viewer", "integrator"])
def test_only_managers_ask(house: House, role: str) -> None:
    member = officer_of(house.brand, role)
    before = traces()
    with pytest.raises(NotAllowed):
        asking.ask_company_change(actor=member, now=NOW, **COMPANY | {"title": "Yeni"})
    with pytest.raises(NotAllowed):
        asking.ask_sub_brand(actor=member, name="Alt", now=NOW)
    assert traces() == before


def test_r_a1_another_providers_request_does_not_exist(house: House) -> None:
    request = ask(house, title="Yeni")
    stranger = make_house().actor
    for actor in (stranger, staff("complaint_officer")):
        with pytest.raises(NotFound):
            requests.withdraw_request(request=request, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        requests.accept_request(request=request, actor=house.actor, now=NOW)
    with pytest.raises(NotAllowed):
        requests.accept_request(request=request, actor=staff("auditor"), now=NOW)
    assert ProviderRequest.objects.get().state == RequestState.ASKED


def test_a_refusal_has_a_reason_that_the_provider_reads(house: House) -> None:
    request = ask(house, title="Yeni")
    reviewer, before = staff("reviewer"), traces()
    with pytest.raises(Invalid):
        requests.refuse_request(request=request, actor=reviewer, now=NOW, reason="  ")
    assert traces() == before
    requests.refuse_request(request=request, actor=reviewer, now=NOW, reason="Gazete eksik.")
    assert "Gazete eksik." in OutboxMessage.objects.latest("pk").body
    assert house.provider.title == "Deneme Ticaret A.Ş."
    with pytest.raises(WrongMoment):
        requests.accept_request(request=request, actor=reviewer, now=NOW)


def test_a_withdrawn_request_makes_room_for_another(house: House) -> None:
    request = ask(house, title="Yeni")
    requests.withdraw_request(request=request, actor=house.actor, now=NOW)
    request.refresh_from_db()
    assert (request.state, request.closed_by_id) == (RequestState.WITHDRAWN, house.user.pk)
    with pytest.raises(WrongMoment):
        requests.withdraw_request(request=request, actor=house.actor, now=NOW)
    assert ask(house, title="Yeni").pk != request.pk


def test_r_p11_an_accepted_sub_brand_gets_its_number(house: House) -> None:
    certificate = [("tescil.pdf", BytesIO(pdf()))]
    request = asking.ask_sub_brand(actor=house.actor, name=" Alt  Marka ", files=certificate, now=NOW)
    paper = RequestPaper.objects.get(request=request)
    with paper.file.open("rb") as file:
        assert file.read() == pdf()
    requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    brand = Brand.objects.get(name="Alt Marka")
    assert (brand.provider_id, brand.is_main) == (house.provider.pk, False)
    request.refresh_from_db()
    assert request.brand == brand
    assert str(brand.brand_code) in OutboxMessage.objects.latest("pk").body


def test_a_name_that_stands_or_waits_is_refused_however_it_is_written(house: House) -> None:
    BrandFactory(provider=house.provider, name="Işık")
    asking.ask_sub_brand(actor=house.actor, name="Deneme", now=NOW)
    before = traces()
    for name in ("IŞIK", "deneme", " ", "x" * 151):
        with pytest.raises(FieldsInvalid):
            asking.ask_sub_brand(actor=house.actor, name=name, now=NOW)
    assert traces() == before


def test_a_brand_that_was_added_meanwhile_is_not_opened_twice(house: House) -> None:
    request = asking.ask_sub_brand(actor=house.actor, name="Alt", now=NOW)
    admin = staff("admin")
    reference.create_brand(actor=admin, provider=house.provider, brand_code=888_888, name="Alt")
    before = traces()
    with pytest.raises(FieldsInvalid):
        requests.accept_request(request=request, actor=staff("reviewer"), now=NOW)
    assert traces() == before


def test_r_p5_a_refused_paper_leaves_nothing(house: House) -> None:
    before = traces()
    with pytest.raises(Invalid) as refused:
        ask(house, title="Yeni", files=[("a.pdf", BytesIO(scripted_pdf()))])
    assert refused.value.field == "files"
    assert traces() == before
    with pytest.raises(Invalid):
        ask(house, files=[("a.pdf", BytesIO(pdf()))])  # nothing differs
    assert traces() == before
    assert not stored_files()


MAY = {
    "accept": Actor(ActorKind.USER, 1, "", frozenset({Permission.APPLICATION_REVIEW}), all_providers=True),
    "refuse": Actor(ActorKind.USER, 1, "", frozenset({Permission.APPLICATION_REVIEW}), all_providers=True),
    "withdraw": Actor(ActorKind.USER, 2, "", frozenset({Permission.PROVIDER_SETTINGS}), provider_id=1),
}
NOBODY = Actor(ActorKind.USER, 3, "", frozenset({Permission.PROVIDER_PROFILE}), provider_id=1)


@pytest.mark.parametrize("state, name", list(itertools.product(RequestState, REQUEST.transitions)))
def test_each_move_from_each_state(state: RequestState, name: str) -> None:
    request, move = ProviderRequest(state=state), REQUEST.transitions[name]
    others = [actor for actor in (*MAY.values(), NOBODY) if move.permission not in actor.permissions]
    for actor in others:
        with pytest.raises(NotAllowed):
            REQUEST.move(request, name, actor)
        assert name not in {each.name for each in REQUEST.available(request, actor)}
    assert request.state == state
    if state in move.sources:
        REQUEST.move(request, name, MAY[name])
        assert request.state == move.target
    else:
        with pytest.raises(WrongMoment):
            REQUEST.move(request, name, MAY[name])
        assert request.state == state


@pytest.mark.parametrize(
    "name, values",
    [
        ("request_closed_at_with_by", {"closed_at": NOW, "state": RequestState.WITHDRAWN}),
        ("request_closed_at_with_state", {"state": RequestState.WITHDRAWN}),
        ("request_refused_with_reason", {"state": RequestState.REFUSED, "closed_at": NOW, "closed_by_id": 0}),
        ("request_place_of_signatory", {"place": 1}),
        ("request_brand_when_accepted", {"brand_id": 0}),
    ],
)
def test_the_database_holds_what_a_request_must_be(house: House, name: str, values: dict) -> None:
    request = ask(house, title="Yeni")
    given = {"closed_by_id": house.user.pk, "brand_id": house.brand.pk}
    values = {key: given.get(key, value) for key, value in values.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ProviderRequest.objects.filter(pk=request.pk).update(**values)


def test_the_database_holds_one_open_request_and_each_value_once(house: House) -> None:
    request = ask(house, title="Yeni")
    with pytest.raises(IntegrityError, match="request_one_open"), transaction.atomic():
        ProviderRequest.objects.create(provider=house.provider, kind="company", asked_at=NOW, asker=house.user)
    with pytest.raises(IntegrityError, match="request_value_once"), transaction.atomic():
        RequestValue.objects.create(request=request, field="title", new="x")
    with pytest.raises(IntegrityError, match="request_paper_hash"), transaction.atomic():
        RequestPaper.objects.create(request=request, sha256="x", size=1, pages=1, uploaded_at=NOW)


def test_the_database_holds_what_a_company_must_be(house: House) -> None:
    person = CompanySignatory.objects.get()
    with pytest.raises(IntegrityError, match="company_phone_e164"), transaction.atomic():
        Company.objects.update(phone="0532")
    for name, values in {
        "company_signatory_one_at_a_place": {"place": 1, "tckn_hash": "x"},
        "company_signatory_person_once": {"place": 2, "tckn_hash": person.tckn_hash},
        "company_signatory_first_or_second": {"place": 3, "tckn_hash": "x"},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            CompanySignatory.objects.create(provider=house.provider, tckn="10000000146", **values)
