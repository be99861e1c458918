"""Acknowledging refusals (R-R2): locked, counted, audited; a second click is ordinary; nobody else may."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from consents.models import RefusalAlert, RefusalCounter
from consents.services import refusals
from consents.services.refusals import acknowledge, acknowledge_all
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from providers.models import Brand
from tests.factories import BrandFactory, officer_of, staff

Refuse = Callable[..., RefusalAlert]


def counters() -> dict[tuple[int, str], int]:
    return {(c.provider_id, c.due_on.isoformat()): c.total for c in RefusalCounter.objects.filter(total__gt=0)}


def open_ones() -> set[int]:
    return {alert.pk for alert in RefusalAlert.objects.all() if alert.open}


def noted() -> int:
    return AuditEntry.objects.filter(verb="refusal.acknowledged").count()


def test_r_r2_the_provider_says_that_it_stopped(brand: Brand, officer: Actor, say_no: Refuse, as_of: datetime) -> None:
    first, second = say_no(brand), say_no(brand, "veli@firma.example")
    assert acknowledge(actor=officer, alerts=[first.pk]) == 1
    first.refresh_from_db()
    assert (first.acknowledged_at, first.acknowledged_by, first.acknowledged_name) == (as_of, officer.id, officer.name)
    assert open_ones() == {second.pk}
    assert counters() == {(brand.provider_id, "2026-11-27"): 1}
    entry = AuditEntry.objects.get(verb="refusal.acknowledged")
    assert (entry.target_id, entry.provider_id, entry.actor_id) == (str(first.pk), brand.provider_id, officer.id)
    assert first.recipient not in f"{entry.old} {entry.new} {entry.target_name}", "R-G4"


def test_a_second_click_changes_nothing(brand: Brand, officer: Actor, say_no: Refuse, as_of: datetime) -> None:
    alert = say_no(brand)
    acknowledge(actor=officer, alerts=[alert.pk])
    with time_machine.travel(as_of + timedelta(hours=1), tick=False):
        assert acknowledge(actor=officer_of(brand), alerts=[alert.pk]) == 0
    alert.refresh_from_db()
    assert alert.acknowledged_at == as_of
    assert (noted(), counters()) == (1, {})


def test_what_was_taken_back_is_not_acknowledged(
    brand: Brand, officer: Actor, say_no: Refuse, change_mind: Callable[..., int]
) -> None:
    alert = say_no(brand)
    assert change_mind(brand, alert.recipient) == 1
    assert acknowledge(actor=officer, alerts=[alert.pk]) == 0
    alert.refresh_from_db()
    assert alert.acknowledged_at is None
    assert (noted(), counters()) == (0, {})


@pytest.mark.parametrize("role", ["viewer", "integrator"])
def test_who_may_not_record_may_not_acknowledge(brand: Brand, say_no: Refuse, role: str) -> None:
    alert = say_no(brand)
    for act in (
        lambda actor: acknowledge(actor=actor, alerts=[alert.pk]),
        lambda actor: acknowledge_all(actor=actor, upto=alert.pk),
    ):
        with pytest.raises(NotAllowed):
            act(officer_of(brand, role))
        with pytest.raises(NotAllowed):
            act(staff("admin"))
    assert (open_ones(), noted()) == ({alert.pk}, 0)


def test_r_a1_another_provider_s_refusal_is_not_found(brand: Brand, officer: Actor, say_no: Refuse) -> None:
    own, other = say_no(brand), say_no(BrandFactory())
    with pytest.raises(NotFound):
        acknowledge(actor=officer, alerts=[own.pk, other.pk])
    assert (open_ones(), noted()) == ({own.pk, other.pk}, 0)
    assert sum(counters().values()) == 2


def test_r_p7_a_suspended_provider_acknowledges_a_closed_one_does_not(
    brand: Brand, officer: Actor, say_no: Refuse
) -> None:
    first, second = say_no(brand), say_no(brand, "veli@firma.example")
    brand.provider.state = ProviderState.SUSPENDED
    brand.provider.save()
    assert acknowledge(actor=officer, alerts=[first.pk]) == 1
    brand.provider.state = ProviderState.CLOSED
    brand.provider.save()
    with pytest.raises(WrongMoment):
        acknowledge(actor=officer, alerts=[second.pk])
    assert (open_ones(), noted()) == ({second.pk}, 1)


def test_all_means_what_the_reader_saw_of_the_brand(
    brand: Brand, officer: Actor, say_no: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "SLICE", 2)
    second_brand = BrandFactory(provider=brand.provider)
    seen = [say_no(brand, f"kisi{n}@firma.example", days=n) for n in range(5)]
    other_brand, other_provider = say_no(second_brand), say_no(BrandFactory())
    later = say_no(brand, "sonra@firma.example")
    assert acknowledge_all(actor=officer, upto=max(alert.pk for alert in seen), brand_id=brand.pk) == 5
    assert open_ones() == {other_brand.pk, other_provider.pk, later.pk}
    assert acknowledge_all(actor=officer, upto=later.pk) == 2
    assert open_ones() == {other_provider.pk}
    assert counters() == {(other_provider.provider_id, "2026-11-27"): 1}
    assert noted() == 7
