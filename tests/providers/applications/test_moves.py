"""An application from its start to its end: moves, buttons, tracker, stale drafts."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from iys_portal.accounts.services import CodeOver, CodeWrong, TooMany, TooSoon
from iys_portal.core.actors import ActorKind
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState as S
from providers.missing import remarks_for
from providers.models import Application
from providers.transitions import APPLICATION
from tests.consents.evidence.papers import pdf
from tests.factories import ProviderFactory, staff

from .conftest import COMPANY, FIRST, Desk, code_of, last_mail, mails, traces

EMAIL = "izin@basvuran.example"
pytestmark = pytest.mark.django_db


def test_r_p6_a_start_is_a_move_an_audit_entry_and_a_mail(desk: Desk) -> None:
    move = desk.application.moves.get()
    assert (move.name, move.from_state, move.to_state) == ("start", "", S.DRAFT)
    assert (move.actor_kind, move.actor_id) == (ActorKind.APPLICANT, desk.application.pk)
    assert AuditEntry.objects.get().verb == "application.started"
    assert mails("started:") == 1
    assert re.fullmatch(r"BSV-[0-9A-Z]{4}-[0-9A-Z]{4}", desk.application.number)


@pytest.mark.parametrize(
    "kind, email",
    [
        ("legal_entity", "ali@gmail.com"),
        ("legal_entity", "ali@mail.yahoo.com"),
        ("legal_entity", "firma@hs01.kep.tr"),
        ("natural_person", "firma@firma.hs03.kep.tr"),
        ("natural_person", "ali"),
        ("nothing", EMAIL),
    ],
)
def test_r_p3_an_address_that_is_refused_starts_nothing(begin: Callable[..., Desk], kind: str, email: str) -> None:
    with pytest.raises(Invalid):
        begin(kind, email)
    assert not Application.objects.exists()
    assert traces() == (0, 0, 0)


def test_r_p3_free_mail_of_a_natural_person_is_pointed_out_and_the_setting_decides(
    begin: Callable[..., Desk], settings: Any
) -> None:
    desk = begin("natural_person", "cicekci@gmail.com")
    assert "email" in {remark.field for remark in remarks_for(desk.fresh())}
    settings.REGISTRY = {**settings.REGISTRY, "FREE_MAIL": {"natural_person": "refuse", "legal_entity": "warn"}}
    with pytest.raises(Invalid):
        begin("natural_person", "cicekci@gmail.com")
    assert begin("legal_entity", "cicekci@gmail.com").application.pk


def test_a_network_that_starts_very_many_waits(begin: Callable[..., Desk], settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "APPLICATIONS_PER_NETWORK_HOUR": 0}
    with pytest.raises(TooMany):
        begin()
    assert not Application.objects.exists()


def test_r_p1_a_draft_with_a_registered_mersis_blocks_nobody(desk: Desk) -> None:
    ProviderFactory(mersis=COMPANY["mersis"])
    desk.complete()
    assert services.submit(**desk.about).state == S.SUBMITTED


def test_r_p6_submit_withdraw_and_their_mails(desk: Desk) -> None:
    before = traces()
    with pytest.raises(services.NotComplete) as refused:
        services.submit(**desk.about)
    assert refused.value.missing
    assert traces() == before
    desk.complete()
    services.submit(**desk.about)
    assert desk.fresh().submitted_at
    with pytest.raises(WrongMoment):
        services.submit(**desk.about)
    with pytest.raises(WrongMoment):
        services.save_kind(kind="natural_person", **desk.about)
    with pytest.raises(WrongMoment):
        desk.upload(D.GAZETTE)
    services.withdraw(reason="Vazgeçtik", **desk.about)
    assert [move.name for move in desk.fresh().moves.all()] == ["start", "ask_signature", "submit", "withdraw"]
    assert desk.application.moves.last().reason == "Vazgeçtik"
    assert mails("move:") == 2
    with pytest.raises(WrongMoment):
        services.withdraw(**desk.about)


def test_r_p6_a_returned_application_is_changed_and_submitted_again(desk: Desk) -> None:
    desk.complete()
    row = services.submit(**desk.about)
    reviewer = staff("reviewer")
    now = timezone.now()
    services.make_move(row, "take", actor=reviewer, now=now)
    services.make_move(row, "return", actor=reviewer, now=now, reason="Gazete okunmuyor", asked=["gazette"])
    assert desk.fresh().moves.last().asked == ["gazette"]
    desk.upload(D.GAZETTE, pdf(note="yeni"))
    assert services.submit(**desk.about).state == S.SUBMITTED


def test_r_a1_a_stranger_finds_nothing_and_staff_change_nothing(begin: Callable[..., Desk]) -> None:
    mine, other = begin(), begin()
    about = {"application": other.application, "actor": mine.actor}
    acts: list[Callable[..., Any]] = [
        lambda **who: services.save_kind(kind="natural_person", **who),
        lambda **who: services.save_company(**COMPANY, **who),
        lambda **who: services.save_brands(brands=[("X", False)], **who),
        lambda **who: services.save_email(email="x@y.example", **who),
        lambda **who: services.save_papers(in_one=True, **who),
        lambda **who: services.save_signatories(first=FIRST, second=None, manager=None, **who),
        lambda **who: services.add_document(kind="gazette", files=[("a.pdf", BytesIO(pdf()))], **who),
        lambda **who: services.submit(**who),
        lambda **who: services.withdraw(**who),
    ]
    before = traces()
    reviewer = staff("reviewer")
    for act in acts:
        with pytest.raises(NotFound):
            act(**about)
        with pytest.raises(NotAllowed):
            act(application=other.application, actor=reviewer)
    assert traces() == before
    assert other.fresh().kind == "legal_entity"


def test_buttons_and_server_agree(desk: Desk) -> None:
    names = {move.name for move in APPLICATION.available(desk.application, desk.actor)}
    assert names == {"ask_signature", "submit", "withdraw"}


def test_r_p8_the_tracker_answers_unknown_numbers_alike(desk: Desk) -> None:
    unknown = "BSV-0000-0000"
    sent = OutboxMessage.objects.count()
    first = services.ask_tracker(number=unknown, ip="192.0.2.1")
    assert OutboxMessage.objects.count() == sent
    second = services.ask_tracker(number=desk.application.number, ip="192.0.2.1")
    assert first.expires_at - first.created_at == second.expires_at - second.created_at
    for number in (unknown, desk.application.number):
        with pytest.raises(TooSoon):
            services.ask_tracker(number=number, ip="192.0.2.1")
    answers = []
    for number in (unknown, desk.application.number):
        tries = []
        for guess in ("1", "2", "3", "4"):
            with pytest.raises((CodeWrong, CodeOver)) as refused:
                services.answer_tracker(number=number, code=guess)
            tries.append((type(refused.value), str(refused.value)))
        answers.append(tries)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("spelling", [str, str.lower, lambda text: text.replace("-", " "), lambda text: text[4:]])
def test_the_number_is_read_in_any_spelling_and_its_code_opens_once(desk: Desk, spelling: Callable[[str], str]) -> None:
    number = spelling(desk.application.number)
    services.ask_tracker(number=number, ip="192.0.2.1")
    code = code_of(last_mail(EMAIL))
    assert services.answer_tracker(number=number, code=code) == desk.application
    with pytest.raises(CodeOver):
        services.answer_tracker(number=number, code=code)


def test_r_p6_stale_drafts_are_reminded_once_and_expire(desk: Desk) -> None:
    begun = desk.application.changed_at
    assert services.remind_stale(now=begun + timedelta(days=6)) == 0
    assert services.expire_stale(now=begun + timedelta(days=31)) == 0  # nobody was reminded
    assert services.remind_stale(now=begun + timedelta(days=8)) == 1
    assert services.remind_stale(now=begun + timedelta(days=9)) == 0
    assert mails("reminder:") == 1
    assert services.expire_stale(now=begun + timedelta(days=29)) == 0
    assert services.expire_stale(now=begun + timedelta(days=31)) == 1
    assert services.expire_stale(now=begun + timedelta(days=32)) == 0
    assert desk.fresh().state == S.EXPIRED
    assert desk.application.moves.last().actor_kind == ActorKind.SYSTEM


def test_a_draft_that_goes_on_is_not_stale(desk: Desk) -> None:
    begun = desk.application.changed_at
    services.remind_stale(now=begun + timedelta(days=8))
    services.save_kind(kind="natural_person", now=begun + timedelta(days=9), **desk.about)
    assert services.expire_stale(now=begun + timedelta(days=31)) == 0
    assert services.remind_stale(now=begun + timedelta(days=17)) == 1


def test_a_submitted_application_does_not_expire(desk: Desk) -> None:
    desk.complete()
    services.submit(**desk.about)
    later = timezone.now() + timedelta(days=400)
    assert (services.remind_stale(now=later), services.expire_stale(now=later)) == (0, 0)
