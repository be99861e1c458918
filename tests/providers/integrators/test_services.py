"""Integrators are opened and kept by staff, granted and revoked by managers; every act is history (R-P12)."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from iys_portal.accounts.models import Invitation
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers import services
from providers.enums import IntegratorState
from providers.models import Brand, Integrator, IntegratorGrant, IntegratorPerson
from providers.transitions import INTEGRATOR
from tests.factories import (
    BrandFactory,
    IntegratorFactory,
    IntegratorGrantFactory,
    IntegratorPersonFactory,
    UserFactory,
    officer_of,
    staff,
)

pytestmark = pytest.mark.django_db


def values(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": "Deneme Entegrasyon A.Ş.",
        "tax_number": "9990000061",
        "authorisation_number": "DENE-1",
        "authorised_from": today,
        "authorised_until": today + timedelta(days=365),
        "email": "iletisim@entegrator.example",
        **changes,
    }


@pytest.fixture
def admin() -> Actor:
    return staff("admin")


@pytest.fixture
def brand() -> Brand:
    return BrandFactory(is_main=True)


@pytest.fixture
def manager(brand: Brand) -> Actor:
    return officer_of(brand, "manager")


def entries(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("pk"))


def test_r_p12_an_integrator_is_opened_with_its_authorisation(admin: Actor) -> None:
    integrator = services.open_integrator(actor=admin, **values())
    assert integrator.state == IntegratorState.ACTIVE
    (entry,) = entries("integrator.opened")
    assert entry.new is not None
    assert (entry.new["authorisation_number"], entry.new["tax_number"], entry.new["email"]) == ("DENE-1", "…", "…")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tax_number": "12"}, "tax_number"),
        ({"authorisation_number": ""}, "authorisation_number"),
        ({"authorised_until": timezone.localdate() - timedelta(days=1)}, "__all__"),
        ({"email": "x"}, "email"),
    ],
)
def test_wrong_data_is_named_and_nothing_is_written(admin: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldsInvalid) as refusal:
        services.open_integrator(actor=admin, **values(**changes))
    assert list(refusal.value.errors) == [field]
    assert not Integrator.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_number_that_is_taken_is_refused(admin: Actor) -> None:
    services.open_integrator(actor=admin, **values())
    with pytest.raises(FieldsInvalid) as refusal:
        services.open_integrator(actor=admin, **values())
    assert set(refusal.value.errors) == {"tax_number", "authorisation_number"}
    assert Integrator.objects.count() == 1


def test_a_change_is_recorded_once(admin: Actor) -> None:
    integrator = IntegratorFactory()
    for _ in range(2):
        services.update_integrator(integrator=integrator, changes={"title": "Yeni Ad A.Ş."}, actor=admin)
    (entry,) = entries("integrator.changed")
    assert entry.new == {"title": "Yeni Ad A.Ş."}


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_only_registry_admins_keep_the_register(who: str, brand: Brand) -> None:
    actor = officer_of(brand, "manager") if who == "manager" else staff("auditor")
    person = IntegratorPersonFactory()
    acts = [
        lambda: services.open_integrator(actor=actor, **values()),
        lambda: services.update_integrator(integrator=person.integrator, changes={"title": "X"}, actor=actor),
        lambda: services.move_integrator(integrator=person.integrator, move="suspend", reason="x", actor=actor),
        lambda: services.invite_person(integrator=person.integrator, email="a@b.example", full_name="A", actor=actor),
        lambda: services.end_person(person_id=person.pk, integrator=person.integrator, actor=actor),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    person.refresh_from_db()
    assert (person.ended_at, person.integrator.state) == (None, "active")
    assert not AuditEntry.objects.exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(("state", "move"), list(itertools.product(IntegratorState, INTEGRATOR.transitions)))
def test_r_p12_moves_of_integrators_are_the_full_table(state: IntegratorState, move: str, admin: Actor) -> None:
    integrator = IntegratorFactory(state=state)
    transition = INTEGRATOR.transitions[move]
    if state in transition.sources:
        services.move_integrator(integrator=integrator, move=move, reason="Denetim", actor=admin)
        (entry,) = entries(transition.verb)
        assert entry.new == {"state": transition.target, "reason": "Denetim"}
    else:
        with pytest.raises(WrongMoment):
            services.move_integrator(integrator=integrator, move=move, reason="Denetim", actor=admin)
        assert not AuditEntry.objects.exists()
    integrator.refresh_from_db()
    assert integrator.state == (transition.target if state in transition.sources else state)


def test_a_move_needs_a_reason_and_a_name(admin: Actor) -> None:
    integrator = IntegratorFactory()
    with pytest.raises(Invalid):
        services.move_integrator(integrator=integrator, move="suspend", reason=" ", actor=admin)
    with pytest.raises(NotFound):
        services.move_integrator(integrator=integrator, move="sell", reason="x", actor=admin)
    integrator.refresh_from_db()
    assert integrator.state == IntegratorState.ACTIVE


def test_a_person_works_for_one_integrator_at_a_time(admin: Actor) -> None:
    user, first, second = UserFactory(), IntegratorFactory(), IntegratorFactory()
    person = services.add_person(integrator_id=first.pk, user=user, actor=admin)
    assert services.add_person(integrator_id=first.pk, user=user, actor=admin) == person
    with pytest.raises(WrongMoment):
        services.add_person(integrator_id=second.pk, user=user, actor=admin)
    services.end_person(person_id=person.pk, integrator=first, actor=admin)
    services.add_person(integrator_id=second.pk, user=user, actor=admin)
    assert IntegratorPerson.objects.filter(user=user).count() == 2
    with pytest.raises(NotFound):
        services.end_person(person_id=person.pk, integrator=second, actor=admin)


def test_r_p12_a_manager_grants_brands_by_channels(brand: Brand, manager: Actor) -> None:
    integrator, other = IntegratorFactory(), BrandFactory(provider=brand.provider)
    given = services.grant(
        integrator=integrator, brands=[brand, other], channels=[2, 3], level="write", complaints=True, actor=manager
    )
    assert {(row.brand_id, row.channel, row.level, row.complaints, row.reconciliation) for row in given} == {
        (one.pk, channel, "write", True, False) for one in (brand, other) for channel in (2, 3)
    }
    assert {entry.provider_id for entry in entries("integrator.granted")} == {brand.provider_id}


def test_r_p12_the_same_again_is_nothing_and_another_access_is_a_new_grant(brand: Brand, manager: Actor) -> None:
    integrator = IntegratorFactory()
    about: dict[str, Any] = {"integrator": integrator, "brands": [brand], "channels": [3], "actor": manager}
    services.grant(**about, level="read")
    assert services.grant(**about, level="read") == []
    (renewed,) = services.grant(**about, level="write")
    old = IntegratorGrant.objects.exclude(pk=renewed.pk).get()
    assert old.revoked_by == manager.id
    assert IntegratorGrant.objects.live().get() == renewed
    assert len(entries("integrator.revoked")) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"channels": []}, Invalid),
        ({"channels": [7]}, Invalid),
        ({"level": "own"}, Invalid),
        ({"brands": []}, Invalid),
        ({"brands": "another"}, NotFound),
        ({"integrator": "suspended"}, WrongMoment),
        ({"integrator": "over"}, WrongMoment),
        ({"actor": "officer"}, NotAllowed),
        ({"actor": "admin"}, NotAllowed),
    ],
)
def test_r_p12_what_cannot_be_granted(
    brand: Brand, manager: Actor, changes: dict[str, Any], error: type[Exception]
) -> None:
    about: dict[str, Any] = {"integrator": IntegratorFactory(), "brands": [brand], "channels": [3], "level": "read"}
    about |= {"actor": manager} | changes
    if changes.get("brands") == "another":
        about["brands"] = [BrandFactory()]
    if changes.get("integrator") == "suspended":
        about["integrator"] = IntegratorFactory(state="suspended")
    if changes.get("integrator") == "over":
        about["integrator"] = IntegratorFactory(authorised_until=timezone.localdate() - timedelta(days=1))
    if "actor" in changes:
        about["actor"] = officer_of(brand) if changes["actor"] == "officer" else staff("admin")
    with pytest.raises(error):
        services.grant(**about)
    assert not IntegratorGrant.objects.exists()
    assert not AuditEntry.objects.exists()


def test_r_p12_a_revoked_grant_stays_as_history(brand: Brand, manager: Actor) -> None:
    row = IntegratorGrantFactory(brand=brand)
    services.revoke_grant(public_id=row.public_id, actor=manager)
    row.refresh_from_db()
    assert (row.revoked_by, row.revoked_by_name) == (manager.id, manager.name)
    with pytest.raises(WrongMoment):
        services.revoke_grant(public_id=row.public_id, actor=manager)
    assert len(entries("integrator.revoked")) == 1


def test_r_a1_another_providers_grant_is_not_found(manager: Actor) -> None:
    row = IntegratorGrantFactory()
    with pytest.raises(NotFound):
        services.revoke_grant(public_id=row.public_id, actor=manager)
    assert services.revoke_all(integrator=row.integrator, actor=manager) == 0
    row.refresh_from_db()
    assert row.revoked_at is None


def test_r_p12_everything_of_one_provider_is_closed_together(brand: Brand, manager: Actor) -> None:
    integrator = IntegratorFactory()
    for channel in (1, 2):
        IntegratorGrantFactory(integrator=integrator, brand=brand, channel=channel)
    elsewhere = IntegratorGrantFactory(integrator=integrator)
    assert services.revoke_all(integrator=integrator, actor=manager) == 2
    assert list(IntegratorGrant.objects.live()) == [elsewhere]


@pytest.mark.parametrize(
    "name", ["integrator_grant_one_live", "integrator_grant_revoked_at_with_by", "integrator_person_of_one"]
)
def test_constraints_hold(name: str) -> None:
    row, person = IntegratorGrantFactory(), IntegratorPersonFactory()
    breaks = {
        "integrator_grant_one_live": lambda: IntegratorGrantFactory(integrator=row.integrator, brand=row.brand),
        "integrator_person_of_one": lambda: IntegratorPersonFactory(user=person.user),
        "integrator_grant_revoked_at_with_by": lambda: IntegratorGrant.objects.update(revoked_at=timezone.now()),
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        breaks[name]()


def test_integrator_authorised_until_after_from_is_said_in_words() -> None:
    integrator = IntegratorFactory.build(authorised_until=timezone.localdate() - timedelta(days=60))
    with pytest.raises(ValidationError, match="Yetki, başlamadan bitemez"):
        integrator.full_clean()
