"""R-P6: the moves of an application, every state times every move times every kind of actor."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.errors import NotAllowed, WrongMoment
from providers.enums import ApplicationState as S
from providers.models import Application, ApplicationMove
from providers.transitions import APPLICATION
from tests.factories import ApplicationFactory, BrandFactory, ProviderFactory, SignatoryFactory, officer_of, staff

APPLICANT = Actor(ActorKind.APPLICANT, 1, "", frozenset({Permission.APPLICATION_OWN}))
REVIEWER = Actor(ActorKind.USER, 1, "", frozenset({Permission.APPLICATION_REVIEW}), all_providers=True)
NOBODY = Actor(ActorKind.USER, 2, "", frozenset({Permission.PROVIDER_USERS}))
MAY = {
    "ask_signature": APPLICANT,
    "ask_second_signature": APPLICANT,
    "change": APPLICANT,
    "submit": APPLICANT,
    "withdraw": APPLICANT,
    "take": REVIEWER,
    "hand_over": REVIEWER,
    "propose": REVIEWER,
    "return": REVIEWER,
    "approve": REVIEWER,
    "reject": REVIEWER,
    "expire": SYSTEM,
}


@pytest.mark.parametrize("state, name", list(itertools.product(S, APPLICATION.transitions)))
def test_r_p6_each_move_from_each_state(state: S, name: str) -> None:
    application = Application(state=state)
    move = APPLICATION.transitions[name]
    for actor in (APPLICANT, REVIEWER, NOBODY):
        if actor is not MAY[name]:
            with pytest.raises(NotAllowed):
                APPLICATION.move(application, name, actor)
            assert move.name not in {each.name for each in APPLICATION.available(application, actor)}
    assert application.state == state
    if state in move.sources:
        APPLICATION.move(application, name, MAY[name])
        assert application.state == move.target
    else:
        with pytest.raises(WrongMoment):
            APPLICATION.move(application, name, MAY[name])
        assert application.state == state


def test_r_p6_what_is_decided_stays_decided() -> None:
    for state in (S.APPROVED, S.REJECTED, S.WITHDRAWN, S.EXPIRED):
        assert not [move.name for move in APPLICATION.transitions.values() if state in move.sources]


@pytest.mark.django_db
def test_r_a1_who_sees_an_application() -> None:
    mine, other = ApplicationFactory(), ApplicationFactory()
    provider = BrandFactory().provider
    Application.objects.filter(pk=other.pk).update(
        state=S.APPROVED,
        submitted_at=timezone.now(),
        decided_at=timezone.now(),
        email_confirmed_at=timezone.now(),
        provider=provider,
    )
    holder = Actor(ActorKind.APPLICANT, mine.pk, "")
    assert list(Application.objects.visible_to(holder)) == [mine]
    assert list(Application.objects.visible_to(officer_of(provider.brands.get()))) == [other]
    assert not Application.objects.visible_to(officer_of(BrandFactory())).exists()
    assert Application.objects.visible_to(staff("reviewer")).count() == 2
    assert Application.objects.visible_to(staff("auditor")).count() == 2
    assert not Application.objects.visible_to(staff("complaint_officer")).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name, values",
    [
        ("application_mersis_16_digits", {"mersis": "123"}),
        ("application_submitted_at_with_state", {"state": S.SUBMITTED, "email_confirmed_at": timezone.now()}),
        ("application_submitted_is_confirmed", {"state": S.SUBMITTED, "submitted_at": timezone.now()}),
        ("application_decided_at_with_state", {"decided_at": timezone.now()}),
        (
            "application_provider_when_approved",
            {
                "state": S.APPROVED,
                "submitted_at": timezone.now(),
                "decided_at": timezone.now(),
                "email_confirmed_at": timezone.now(),
            },
        ),
    ],
)
def test_the_database_holds_what_an_application_must_be(name: str, values: dict) -> None:
    application = ApplicationFactory()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**values)


@pytest.mark.django_db
def test_a_person_signs_once_and_at_one_of_two_places() -> None:
    first = SignatoryFactory()
    for name, values in {
        "signatory_person_once": {"place": 2},
        "signatory_one_at_a_place": {"place": 1, "tckn": "11111111110"},
        "signatory_first_or_second": {"place": 3, "tckn": "11111111110"},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SignatoryFactory(application=first.application, **values)


@pytest.mark.django_db
def test_r_p1_a_draft_blocks_nobody() -> None:
    taken = ProviderFactory()
    assert ApplicationFactory(mersis=taken.mersis).mersis == ApplicationFactory(mersis=taken.mersis).mersis


@pytest.mark.django_db
def test_r_p6_a_recorded_move_is_not_changed() -> None:
    move = ApplicationMove.objects.create(
        application=ApplicationFactory(),
        name="start",
        to_state=S.DRAFT,
        at=timezone.now(),
        actor_kind=ActorKind.APPLICANT,
        actor_id=1,
        actor_name="",
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        ApplicationMove.objects.filter(pk=move.pk).update(reason="x")
