"""R-K5: every state times every move times every kind of actor; what each side sees; what the database holds."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from complaints import services
from complaints.enums import ComplaintState as S
from complaints.models import Complaint, ComplaintDeadline, ComplaintIdentity, ComplaintMove, ComplaintPaper
from complaints.models.complaints import DECIDED, OPEN
from complaints.move_words import WORDS
from complaints.policies import SHOWN_TO
from complaints.selectors.cases import possible_senders, timeline_of
from complaints.services.moves import make_move
from complaints.transitions import COMPLAINT
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import SYSTEM, Actor, ActorKind, Bound
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue
from tests.factories import BrandFactory, MembershipFactory, complaint_officer, officer_of, staff

from .conftest import MAIL

CITIZEN = Actor(ActorKind.RECIPIENT, 1, "", frozenset({Permission.COMPLAINT_OWN}))
PROVIDER = Actor(ActorKind.USER, 2, "", frozenset({Permission.COMPLAINT_ANSWER, Permission.COMPLAINT_VIEW}), 7)
OFFICER = Actor(ActorKind.USER, 3, "", frozenset({Permission.COMPLAINT_DECIDE}), all_providers=True)
AUDITOR = Actor(ActorKind.USER, 4, "", frozenset({Permission.COMPLAINT_VIEW_ANY}), all_providers=True)
ACTORS = (CITIZEN, PROVIDER, OFFICER, AUDITOR, SYSTEM)
OF_PERMISSION = {
    Permission.COMPLAINT_OWN: CITIZEN,
    Permission.COMPLAINT_ANSWER: PROVIDER,
    Permission.COMPLAINT_DECIDE: OFFICER,
    None: SYSTEM,
}


@pytest.mark.parametrize("state, name", list(itertools.product(S, COMPLAINT.transitions)))
def test_r_k5_each_move_from_each_state_by_each_actor(state: S, name: str) -> None:
    move = COMPLAINT.transitions[name]
    may = OF_PERMISSION[move.permission]
    for actor in ACTORS:
        complaint = Complaint(state=state)
        if actor not in (may, SYSTEM):
            with pytest.raises(NotAllowed):
                COMPLAINT.move(complaint, name, actor)
            assert name not in {each.name for each in COMPLAINT.available(complaint, actor)}
        elif state in move.sources:
            COMPLAINT.move(complaint, name, actor)
            assert complaint.state == (move.target or state)
        else:
            with pytest.raises(WrongMoment):
                COMPLAINT.move(complaint, name, actor)
            assert complaint.state == state


def test_r_k5_the_table_says_what_the_rule_says() -> None:
    ways = {(source, move.target) for move in COMPLAINT.transitions.values() for source in move.sources if move.target}
    for way in [
        (S.DRAFT, S.FILED),
        (S.FILED, S.MISSING_INFORMATION),
        (S.MISSING_INFORMATION, S.INCOMPLETE),
        (S.FILED, S.DEFENCE_ASKED),
        (S.DEFENCE_ASKED, S.DEFENCE_RECEIVED),
        (S.DEFENCE_ASKED, S.DEFENCE_OVERDUE),
        (S.DEFENCE_RECEIVED, S.UNDER_DECISION),
        (S.DEFENCE_OVERDUE, S.UNDER_DECISION),
    ]:
        assert way in ways
    assert {target for source, target in ways if source is S.UNDER_DECISION} == DECIDED | {S.WITHDRAWN, S.DEFENCE_ASKED}
    assert {target for source, target in ways if source in DECIDED} == {S.OBJECTED, S.IN_COURT}
    assert {source for source, target in ways if target is S.WITHDRAWN} == OPEN
    assert not [way for way in ways if way[0] in (S.WITHDRAWN, S.INCOMPLETE)]


def test_every_move_has_its_words_and_its_sides() -> None:
    assert set(WORDS) == set(COMPLAINT.transitions)
    assert set(SHOWN_TO) <= set(COMPLAINT.transitions)
    for name, words in WORDS.items():
        assert set(words.mail) <= SHOWN_TO.get(name, frozenset()), name


def test_r_a1_r_k6_who_sees_a_complaint(filed, brand: Brand, me: Actor, officer: Actor) -> None:
    complaint = filed(brand=brand)
    people = {
        "me": me,
        "officer": officer,
        "admin": staff("admin"),
        "auditor": staff("auditor"),
        "other_il": complaint_officer("İzmir"),
        "no_il": complaint_officer(""),
        "reviewer": staff("reviewer"),
        "provider": officer_of(brand),
        "viewer": officer_of(brand, "viewer"),
        "other_provider": officer_of(BrandFactory()),
        "granted": bound(brand, {(brand.pk, 3)}),
        "ungranted": bound(brand, {(brand.pk, 1)}),
    }
    assert seers(people) == {"me", "officer", "admin", "auditor"}
    services.ask_defence(complaint=complaint, actor=officer)
    assert seers(people) == {"me", "officer", "admin", "auditor", "provider", "viewer", "granted"}
    for name, actor in people.items():
        sees = ComplaintIdentity.objects.visible_to(actor).exists()
        assert sees == (name in {"me", "officer", "admin", "auditor"}), name


def bound(brand: Brand, complaints: set[tuple[int, int]]) -> Actor:
    return Actor(
        ActorKind.INTEGRATOR,
        99,
        "",
        frozenset({Permission.COMPLAINT_VIEW, Permission.COMPLAINT_ANSWER}),
        brand.provider_id,
        bound=Bound(party_id=1, complaints=frozenset(complaints)),
    )


def seers(people: dict[str, Actor]) -> set[str]:
    return {name for name, actor in people.items() if Complaint.objects.visible_to(actor).exists()}


def test_r_a1_a_draft_is_its_writers_alone(draft, officer: Actor) -> None:
    draft()
    for actor in (officer, staff("admin"), staff("auditor")):
        assert not Complaint.objects.visible_to(actor).exists()


def test_r_k7_an_officer_of_another_il_moves_nothing(filed, brand: Brand) -> None:
    complaint, entries = filed(brand=brand), AuditEntry.objects.count()
    for act in (
        lambda actor: services.ask_defence(complaint=complaint, actor=actor),
        lambda actor: services.send_on(complaint=complaint, province="İzmir", reason="x", actor=actor),
        lambda actor: services.ask_information(complaint=complaint, text="x", actor=actor),
    ):
        for actor in (complaint_officer("İzmir"), staff("admin")):
            with pytest.raises(NotFound):
                act(actor)
    assert AuditEntry.objects.count() == entries


def test_r_k5_a_case_from_filing_to_its_decision_on_both_time_lines(filed, brand: Brand, me: Actor, officer) -> None:
    complaint = filed(brand=brand)
    manager = MembershipFactory(provider=brand.provider, role="manager").user
    MembershipFactory(provider=brand.provider, role="viewer")
    services.take_case(complaint=complaint, actor=officer)
    services.ask_defence(complaint=complaint, actor=officer)
    provider = officer_of(brand)
    services.answer_complaint(complaint=complaint, text="Onayı vardı.", actor=provider)
    services.begin_decision(complaint=complaint, actor=officer)
    complaint.refresh_from_db()
    make_move(complaint, "decide_no_violation", actor=officer, now=timezone.now())
    mine = [entry.title for entry in timeline_of(complaint, me)]
    theirs = [entry.title for entry in timeline_of(complaint, provider)]
    assert len(mine) == 5 and len(theirs) == 4  # the provider knows of it from when it was asked
    assert len(timeline_of(complaint, officer)) == 6
    assert officer.name not in {entry.meta for entry in timeline_of(complaint, me)}
    told = set(OutboxMessage.objects.values_list("to", flat=True))
    assert {MAIL, manager.email} <= told
    assert len(told) == 3  # the officer of the provider as well, the viewer not
    for letter in OutboxMessage.objects.all():
        assert "10000000146" not in letter.body and "Çankaya" not in letter.body


def test_r_k5_it_is_withdrawn_before_a_decision_and_never_after(filed, brand: Brand, me: Actor, officer: Actor) -> None:
    complaint = filed(brand=brand)
    services.ask_defence(complaint=complaint, actor=officer)
    services.withdraw_complaint(complaint=complaint, actor=me, reason="Anlaştık")
    assert Complaint.objects.get().state == S.WITHDRAWN
    assert ComplaintDeadline.objects.get().stopped_at is not None
    provider = officer_of(brand)
    assert "Anlaştık" not in {entry.text for entry in timeline_of(complaint, provider)}
    with pytest.raises(WrongMoment):
        services.withdraw_complaint(complaint=complaint, actor=me)
    decided = filed()
    services.begin_decision(complaint=decided, actor=officer)
    decided.refresh_from_db()
    make_move(decided, "decide_violation", actor=officer, now=timezone.now())
    with pytest.raises(WrongMoment):
        services.withdraw_complaint(complaint=decided, actor=me)


def test_r_k5_it_is_sent_on_to_another_il(filed, officer: Actor) -> None:
    complaint, other = filed(), complaint_officer("İzmir")
    services.take_case(complaint=complaint, actor=officer)
    services.send_on(complaint=complaint, province="İzmir", reason="Yerleşim yeri", actor=officer)
    assert not Complaint.objects.visible_to(officer).exists()
    found = Complaint.objects.of_desk(other).get()
    assert (found.state, found.taken_by) == (S.FILED, None)
    with pytest.raises(Invalid):
        services.send_on(complaint=complaint, province="Atlantis", reason="x", actor=other)


def test_a_sender_that_registers_later_is_found_and_named(filed, officer: Actor) -> None:
    complaint = filed(sender="kampanya@mail.yeni.example")
    assert possible_senders(complaint) == []
    with pytest.raises(Invalid):
        services.ask_defence(complaint=complaint, actor=officer)
    brand = BrandFactory(name="Yeni")
    BrandValue.objects.create(brand=brand, kind=BrandValueKind.DOMAIN, value="yeni.example", key="yeni.example")
    assert possible_senders(complaint) == [brand]
    assert not Complaint.objects.visible_to(officer_of(brand)).exists()
    services.find_sender(complaint=complaint, brand=brand, actor=officer)
    services.ask_defence(complaint=complaint, actor=officer)
    assert Complaint.objects.get().brand == brand


def test_a_name_is_proposed_to_the_officer_and_joins_nothing_by_itself(filed, officer: Actor) -> None:
    brand = BrandFactory(name="Iğdır Örnek Moda")
    complaint = filed(sender="ığdır ÖRNEK & moda")
    assert (complaint.brand, complaint.sender_key) == (None, "igdirornekmoda")
    assert possible_senders(complaint) == [brand]


def test_a_number_or_a_mail_domain_names_the_only_brand_that_has_it(filed) -> None:
    brand = BrandFactory(name="Yeni")
    BrandValue.objects.create(brand=brand, kind=BrandValueKind.DOMAIN, value="yeni.example", key="yeni.example")
    assert filed(sender="kampanya@mail.yeni.example").brand == brand
    other = BrandFactory(name="Başka")
    BrandValue.objects.create(brand=other, kind=BrandValueKind.DOMAIN, value="yeni.example", key="yeni.example")
    assert filed(sender="duyuru@yeni.example").brand is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name, values",
    [
        ("r_k2_filed_complaint_is_whole", {"topics": []}),
        ("r_k2_filed_complaint_is_whole", {"text": ""}),
        ("r_k2_filed_complaint_is_whole", {"tracking_number": ""}),
        ("r_k2_filed_complaint_is_whole", {"sender_given": ""}),
        ("r_k2_filed_complaint_is_whole", {"state": "draft"}),
        ("r_k1_message_before_filing", {"message_at": timezone.now() + timedelta(days=9999)}),
        ("r_k6_defence_of_a_known_sender", {"shown_to_provider_at": timezone.now()}),
        ("complaint_channel_fits_address", {"channel": 1}),
        ("complaint_taken_at_with_by", {"taken_at": timezone.now()}),
    ],
)
def test_the_database_holds_what_a_complaint_must_be(filed: Callable, name: str, values: dict) -> None:
    complaint = filed()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(**values)


def test_r_k5_a_recorded_move_is_not_changed(filed) -> None:
    filed()
    for act in (lambda: ComplaintMove.objects.update(reason="x"), lambda: ComplaintMove.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert not ComplaintPaper.objects.exists()
