"""A revocation and a write at the same moment: what commits after the revocation is refused (R-P12)."""

import threading

from django.db import transaction
from django.utils import timezone

from consents.models import Consent
from consents.services.records import Entry, record_consents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment
from providers.models import Brand, IntegratorGrant, IntegratorPerson
from providers.selectors import held_channels
from providers.services import grant, revoke_grant
from tests.factories import BrandFactory, IntegratorFactory, actor_of, integrator_of, officer_of
from tests.threads import at_once

WAIT = 0.3


def record(actor: Actor, brand: Brand) -> str:
    at = f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"
    entry = Entry("ali@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    (outcome,) = record_consents(actor=actor, brand=brand, entries=[entry])
    return outcome.problem.code if outcome.problem else outcome.verdict.name


def setting() -> tuple[Brand, IntegratorPerson, Actor]:
    brand = BrandFactory(is_main=True)
    return brand, integrator_of(brand), officer_of(brand, "manager")


def test_r_p12_a_write_waits_for_a_revocation_under_way_and_is_refused(committed_db: str) -> None:
    """The actor was read before; seen without the lock, the grant would still stand and the row would be written."""
    brand, person, manager = setting()
    actor, public_id = actor_of(person.user, brand.provider), person.integrator.grants.get().public_id
    revoked, words = threading.Event(), []

    def revoke() -> None:
        with transaction.atomic():
            revoke_grant(public_id=public_id, actor=manager)
            revoked.set()
            threading.Event().wait(WAIT)

    def write() -> None:
        revoked.wait()
        words.append(record(actor, brand))

    assert not at_once(revoke, write)
    assert words == ["R-P12"]
    assert not Consent.objects.exists()


def test_r_p12_a_revocation_waits_for_what_is_being_written(committed_db: str) -> None:
    brand, person, manager = setting()
    actor, public_id = actor_of(person.user, brand.provider), person.integrator.grants.get().public_id
    held, order = threading.Event(), []

    def write() -> None:
        with transaction.atomic():
            assert held_channels(actor, brand.pk, now=timezone.now()) == [3]
            held.set()
            threading.Event().wait(WAIT)
            order.append("written")

    def revoke() -> None:
        held.wait()
        revoke_grant(public_id=public_id, actor=manager)
        order.append("revoked")

    assert not at_once(write, revoke)
    assert order == ["written", "revoked"]


def test_r_p12_writers_of_one_integrator_do_not_wait_for_each_other(committed_db: str) -> None:
    brand, person, _manager = setting()
    actor, both = actor_of(person.user, brand.provider), threading.Barrier(2, timeout=5)

    def write() -> None:
        with transaction.atomic():
            held_channels(actor, brand.pk, now=timezone.now())
            both.wait()  # breaks where one waits for the other's transaction

    assert not at_once(write, write)


def test_two_managers_grant_the_same_at_once(committed_db: str) -> None:
    brand = BrandFactory(is_main=True)
    integrator, given = IntegratorFactory(), []

    def give() -> None:
        manager = officer_of(brand, "manager")
        given.append(grant(integrator=integrator, brands=[brand], channels=[2, 3], level="write", actor=manager))

    assert not at_once(give, give)
    assert sorted(len(rows) for rows in given) == [0, 2]
    assert IntegratorGrant.objects.live().count() == 2


def test_two_managers_revoke_the_same_at_once(committed_db: str) -> None:
    _brand, person, manager = setting()
    public_id = person.integrator.grants.get().public_id
    failed = at_once(*[lambda: revoke_grant(public_id=public_id, actor=manager)] * 2)
    assert [type(error) for error in failed] == [WrongMoment]
    assert IntegratorGrant.objects.filter(revoked_at=None).count() == 0
