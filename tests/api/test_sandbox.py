"""The sandbox (ADR 24): a company's programs are tried apart from what counts, and with nobody's address."""

import pytest
from django.urls import reverse
from django.utils import timezone

from consents.models import Consent, Notice
from consents.normalise import Reading, normalise
from consents.problems import SOMEBODYS
from consents.services.giving import give
from iys_portal.accounts.scopes import SESSION_KEY, scopes_of
from iys_portal.core.errors import NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand, Membership, Provider
from providers.policies import may_change_settings
from providers.selectors.brand_search import brands_named
from providers.selectors.senders import registered_senders
from providers.services.keys import make_key
from providers.services.people import change_role, remove_member
from providers.services.sandbox import enter_sandbox
from tests.factories import MembershipFactory, actor_of, integrator_of, officer_of

from .conftest import Program

SANDBOX = reverse("dashboard:developer_sandbox")


@pytest.fixture
def manager(brand):
    return MembershipFactory(provider=brand.provider, role="manager")


@pytest.fixture
def sandbox(manager) -> Provider:
    return enter_sandbox(actor=actor_of(manager.user, manager.provider))


@pytest.fixture
def program(sandbox, manager) -> Program:
    made = make_key(actor=actor_of(manager.user, sandbox), name="Deneme", scopes=["record", "query"])
    return Program(sandbox.brands.get()).sign_in(made)


def test_a_manager_makes_it_once_and_is_in_it(brand, manager, sign_in):
    browser = sign_in(manager.user, brand.provider)
    for _again in range(2):
        assert browser.post(SANDBOX).status_code == 302
        sandbox = Provider.objects.get(sandbox_of=brand.provider)
        assert browser.session[SESSION_KEY] == sandbox.pk
        page = browser.get(SANDBOX).content.decode()
        assert "Deneme ortamındasınız" in page
        assert browser.post(SANDBOX).status_code == 403, "there is no sandbox of a sandbox"
        browser.post(reverse("accounts:switch"), {"provider": brand.provider_id})
        page = browser.get(SANDBOX).content.decode()
        assert f"/sps/{sandbox.iys_code}/brands/{sandbox.iys_code}" in page
        assert "Deneme ortamındasınız" not in page
    assert AuditEntry.objects.filter(verb="sandbox.entered").count() == 1
    assert [one.sandbox for one in scopes_of(manager.user)] == [False, True], "the company comes first"


@pytest.mark.parametrize("role", ["officer", "viewer"])
def test_others_do_not_enter_it(brand, role):
    with pytest.raises(NotAllowed):
        enter_sandbox(actor=officer_of(brand, role=role))
    assert not Provider.objects.filter(sandbox_of=brand.provider).exists()


def test_an_integrators_people_do_not_enter_it(brand, sign_in):
    person = integrator_of(brand, 1, 2, 3)
    assert sign_in(person.user, brand.provider).post(SANDBOX).status_code == 403


def test_who_is_no_manager_any_more_loses_it_too(manager, sandbox):
    others = [MembershipFactory(provider=manager.provider, role="manager") for _ in range(2)]
    for other in others:
        enter_sandbox(actor=actor_of(other.user, other.provider))
    actor = actor_of(manager.user, manager.provider)
    change_role(membership_id=others[0].pk, role="officer", actor=actor)
    remove_member(membership_id=others[1].pk, actor=actor)
    assert list(Membership.objects.filter(provider=sandbox).values_list("user", flat=True)) == [manager.user_id]


def test_it_takes_nobodys_address_and_tells_nobody(program, entry):
    answer = program.post("consents", entry("ayse@firma.example", status="ONAY"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "H525"
    assert program.post("consents", entry("ayse@sandbox.example", status="ONAY")).status_code == 200
    assert Consent.objects.values_list("recipient", flat=True).get() == "ayse@sandbox.example"
    assert not Notice.objects.exists()


def test_a_file_is_read_alike():
    import polars as pl

    written = [
        "a@sandbox.example",
        "0500 100 12 34",
        "+905001001234",
        "a@firma.example",
        "+905321234567",
        "A@SANDBOX.EXAMPLE",
    ]
    channels = ["EPOSTA", "MESAJ", "ARAMA", "EPOSTA", "MESAJ", "EPOSTA"]
    frame = pl.DataFrame(
        {
            "line": range(6), "recipient": written, "type": channels, "status": ["RET"] * 6, "source": ["HS_WEB"] * 6,
            "recipient_type": [""] * 6, "consent_date": ["2026-11-20 10:00:00"] * 6,
        },
        schema_overrides={"line": pl.UInt32},
    )  # fmt: skip
    columns = {name: name for name in frame.columns if name != "line"}
    read = normalise(frame, Reading(columns=columns, moment=timezone.now(), sandbox=True))
    assert dict(read.problems.select("line", "number").iter_rows()) == {3: SOMEBODYS, 4: SOMEBODYS}
    assert read.rows.height == 4
    assert not normalise(frame, Reading(columns=columns, moment=timezone.now())).problems.height


def test_its_records_are_apart_and_citizens_do_not_find_it(brand, sandbox, program, manager, entry):
    program.post("consents", entry("ayse@sandbox.example", status="ONAY"))
    own = actor_of(manager.user, brand.provider)
    assert not Consent.objects.visible_to(own).exists()
    title = sandbox.brands.get().name
    assert brands_named(title) == [] or sandbox.brands.get() not in brands_named(title)
    assert sandbox.iys_code not in [one.iys_code for one in registered_senders(title)]
    with pytest.raises(NotFound):
        give(actor=own, recipient="ayse@firma.example", brand_id=sandbox.brands.get().pk, channels=[3], source=None)


def test_it_asks_nothing_of_staff_and_has_no_consent_pages(sandbox, manager, sign_in):
    actor = actor_of(manager.user, sandbox)
    assert not may_change_settings(sandbox, actor)
    browser = sign_in(manager.user, sandbox)
    assert browser.get(reverse("providers:settings")).status_code == 200
    from consents.services.consent_pages import _require

    with pytest.raises(WrongMoment):
        _require(actor, sandbox.brands.get())


def test_a_closed_or_suspended_company_makes_none(brand, manager):
    Provider.objects.filter(pk=brand.provider_id).update(state="suspended")
    with pytest.raises(WrongMoment):
        enter_sandbox(actor=actor_of(manager.user, brand.provider))
    assert Brand.objects.count() == 1
