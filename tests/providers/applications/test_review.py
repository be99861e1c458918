"""The review of applications: taking, returning, rejecting, proposing, approving (R-P6, R-P7, R-P10)."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.models import Invitation, User
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.accounts.services import InvitationOver, find_invitation
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers import services
from providers.enums import ApplicationState
from providers.models import Application, ApplicationReview, Brand, Provider
from providers.services import review
from tests.consents.evidence.papers import picture
from tests.factories import BrandFactory, ProviderFactory, UserFactory, actor_of
from tests.threads import at_once

from .conftest import COMPANY, FIRST, Desk, file, propose

CHECKLIST: dict[str, Any] = {
    "mersis_checked_on": date(2026, 11, 24),
    "mersis_result": "Kayıt bulundu, unvan aynı",
    "title_matches": True,
    "gazette_date": date(2020, 3, 2),
    "gazette_number": "10020",
    "signatory_in_gazette": True,
    "circular_notary": "Deneme 1. Noterliği",
    "circular_number": "1234",
    "joint_authority": False,
    "signature_matches": True,
    "note": "",
}


def reviewer() -> Actor:
    return actor_of(UserFactory(staff_roles=["reviewer"]))


@pytest.fixture
def submitted(desk: Desk) -> Application:
    desk.complete()
    services.submit(**desk.about)
    return desk.fresh()


def about(application: Application, actor: Actor) -> dict[str, Any]:
    return {"application": application, "actor": actor, "now": timezone.now()}


@pytest.fixture
def first(submitted: Application) -> Actor:
    """A reviewer who holds the application."""
    actor = reviewer()
    review.take_application(**about(submitted, actor))
    return actor


def approve(application: Application, proposer: Actor, second: Actor | None = None) -> Application:
    propose(CHECKLIST, **about(application, proposer))
    return review.approve_application(**about(application, second or reviewer()))


def mails(name: str) -> int:
    return OutboxMessage.objects.filter(cause__startswith=f"application:{name}").count()


def test_r_p7_approval_gives_number_main_brand_invitation_and_welcome(submitted: Application, first: Actor) -> None:
    submitted.brands.create(name="Alt Marka")
    row = approve(submitted, first)
    provider = Provider.objects.get()
    assert (row.state, row.provider) == (ApplicationState.APPROVED, provider)
    assert (provider.title, provider.mersis, provider.city) == (COMPANY["title"], COMPANY["mersis"], "Ankara")
    main = Brand.objects.get(is_main=True)
    assert main.brand_code == provider.iys_code
    assert Brand.objects.get(is_main=False).name == "Alt Marka"
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.provider_id, invitation.provider_role) == (FIRST.email, provider.pk, "manager")
    welcome = OutboxMessage.objects.get(cause=f"application:approved:{row.pk}")
    assert str(provider.iys_code) in welcome.body and welcome.to == row.email
    kept = ApplicationReview.objects.get()
    assert kept.gazette_number == "10020" and kept.approved_by_id != kept.reviewer_id


def test_r_p7_a_second_click_approves_once(submitted: Application, first: Actor) -> None:
    second = reviewer()
    approve(submitted, first, second)
    review.approve_application(**about(submitted, second))
    assert Provider.objects.count() == Brand.objects.count() == Invitation.objects.count() == 1
    assert AuditEntry.objects.filter(verb="application.approved").count() == 1


def test_r_p7_a_reviewers_invitation_opens_the_managers_account(submitted: Application, first: Actor) -> None:
    second = reviewer()
    approve(submitted, first, second)
    token = re.search(r"#(\S+)$", OutboxMessage.objects.get(to=FIRST.email, cause__startswith="invitation").body, re.M)[
        1
    ]
    assert find_invitation(token).email == FIRST.email
    User.objects.filter(pk=second.id).update(staff_roles=["complaint_officer"])
    with pytest.raises(InvitationOver):
        find_invitation(token)


def test_r_p1_the_picture_of_the_look_up_is_kept_and_its_opening_logged(
    submitted: Application, first: Actor, sign_in: Callable[..., Client]
) -> None:
    with pytest.raises(FieldsInvalid) as bare:
        review.propose_approval(checklist=CHECKLIST, **about(submitted, first))
    assert list(bare.value.errors) == ["picture"]
    with pytest.raises(Invalid) as wrong:
        review.propose_approval(checklist=CHECKLIST, picture=("m.pdf", BytesIO(b"<html>")), **about(submitted, first))
    assert wrong.value.field == "picture"
    assert not ApplicationReview.objects.exists()
    kept = propose(CHECKLIST, **about(submitted, first))
    again = review.propose_approval(checklist=CHECKLIST | {"note": "ek"}, **about(submitted, first))
    assert again.mersis_copy.name == kept.mersis_copy.name and again.mersis_copy_sha256 == kept.mersis_copy_sha256
    url = reverse("providers:review_lookup", args=[submitted.public_id])
    assert sign_in(UserFactory(staff_roles=["complaint_officer"])).get(url).status_code == 403
    answer = sign_in(UserFactory(staff_roles=["auditor"])).get(url)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AuditEntry.objects.filter(verb="application.document_read", new__kind="mersis").count() == 1


def test_four_eyes_are_two_persons(submitted: Application, first: Actor, settings: Any) -> None:
    propose(CHECKLIST, **about(submitted, first))
    with pytest.raises(NotAllowed):
        review.approve_application(**about(submitted, first))
    assert not Provider.objects.exists()
    kept = ApplicationReview.objects.get()
    with pytest.raises(IntegrityError, match="review_four_eyes"), transaction.atomic():
        ApplicationReview.objects.filter(pk=kept.pk).update(approved_at=timezone.now(), approved_by_id=first.id)
    settings.REGISTRY = {**settings.REGISTRY, "REVIEW_FOUR_EYES": False}
    propose(CHECKLIST, **about(submitted, first))
    assert Provider.objects.count() == 1


@pytest.mark.parametrize("name", review.CHECKS)
def test_r_p10_nothing_is_proposed_that_was_not_found_right(submitted: Application, first: Actor, name: str) -> None:
    with pytest.raises(FieldsInvalid) as refusal:
        propose(CHECKLIST | {name: False}, **about(submitted, first))
    assert list(refusal.value.errors) == [name]
    assert not ApplicationReview.objects.exists()


def test_r_p1_one_provider_for_a_mersis_number_counts_from_approval(submitted: Application, first: Actor) -> None:
    ProviderFactory(mersis=COMPANY["mersis"])
    with pytest.raises(FieldsInvalid):
        approve(submitted, first)
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.IN_REVIEW
    assert not Invitation.objects.exists() and not mails("approved")


def test_r_p6_a_return_names_what_is_missing_and_drops_the_proposal(submitted: Application, first: Actor) -> None:
    propose(CHECKLIST, **about(submitted, first))
    with pytest.raises(Invalid):
        review.return_application(reason=" ", **about(submitted, first))
    review.return_application(reason="Sirküler okunmuyor.", asked=["signature_circular"], **about(submitted, first))
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.RETURNED
    move = submitted.moves.get(name="return")
    assert (move.reason, move.asked) == ("Sirküler okunmuyor.", ["signature_circular"])
    assert not ApplicationReview.objects.filter(current=True).exists()
    assert "Sirküler okunmuyor." in OutboxMessage.objects.get(cause=f"application:move:{move.pk}").body
    with pytest.raises(WrongMoment):
        review.approve_application(**about(submitted, reviewer()))


def test_r_p6_a_rejection_has_a_reason_and_is_final(submitted: Application, first: Actor) -> None:
    review.reject_application(reason="Yetki yok.", **about(submitted, first))
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.REJECTED and submitted.decided_at
    for act in (review.reject_application, review.return_application):
        with pytest.raises(WrongMoment):
            act(reason="x", **about(submitted, first))
    assert not Provider.objects.exists()


def test_only_who_holds_it_decides_and_a_colleague_takes_it_over(submitted: Application, first: Actor) -> None:
    colleague = reviewer()
    with pytest.raises(NotAllowed):
        review.reject_application(reason="x", **about(submitted, colleague))
    review.take_application(**about(submitted, colleague))
    with pytest.raises(NotAllowed):
        propose(CHECKLIST, **about(submitted, first))
    assert AuditEntry.objects.get(verb="application.handed_over").old == {"reviewer": first.id}


def test_nobody_else_reviews(submitted: Application) -> None:
    for role in ("complaint_officer", "auditor"):
        actor = actor_of(UserFactory(staff_roles=[role]))
        with pytest.raises((NotFound, NotAllowed)):
            review.take_application(**about(submitted, actor))
    assert Application.objects.get().state == ApplicationState.SUBMITTED


def test_a_number_that_is_taken_is_never_given(submitted: Application, first: Actor) -> None:
    taken = BrandFactory(brand_code=900_500)
    approve(submitted, first)
    assert Provider.objects.exclude(pk=taken.provider_id).get().iys_code == 900_501


def test_r_p7_two_approvals_at_once_open_one_provider(committed_db: str) -> None:
    notice = privacy_notice(NoticeAudience.APPLICANT, "tr")
    desk = Desk(
        services.start_application(
            kind="legal_entity", email="izin@basvuran.example", language="tr", ip="192.0.2.1",
            notice_id=notice.pk, notice_read_at=notice.published_at,
        )
    )  # fmt: skip
    desk.complete()
    services.submit(**desk.about)
    holder, others = reviewer(), [reviewer(), reviewer()]
    review.take_application(**about(desk.fresh(), holder))
    propose(CHECKLIST, **about(desk.fresh(), holder))
    row = desk.fresh()
    failures = at_once(*[lambda actor=actor: review.approve_application(**about(row, actor)) for actor in others])
    assert not failures
    assert Provider.objects.count() == Invitation.objects.count() == 1


def test_the_desk_leads_from_the_list_to_the_welcome(
    submitted: Application, sign_in: Callable[..., Client], client: Client
) -> None:
    def enter(user: User) -> Client:
        client.logout()
        return sign_in(user)

    one, two = (UserFactory(staff_roles=["reviewer"]) for _ in range(2))
    desk = enter(one)
    assert submitted.title in desk.get(reverse("providers:reviews")).content.decode()
    page = reverse("providers:review", args=[submitted.public_id])
    assert FIRST.tckn not in desk.get(page).content.decode()
    assert AuditEntry.objects.filter(verb="application.read").count() == 1
    desk.post(reverse("providers:review_take", args=[submitted.public_id]))
    wrong = desk.post(reverse("providers:review_propose", args=[submitted.public_id]), {"gazette_number": "1"})
    assert wrong.status_code == 422
    form = {name: "on" if value is True else value for name, value in CHECKLIST.items() if value is not False}
    bare = desk.post(reverse("providers:review_propose", args=[submitted.public_id]), form)
    assert bare.status_code == 422 and "picture" in bare.context["checklist"].errors, "R-P1"
    form["picture"] = file(picture(60, 80), "mersis.png")
    assert desk.post(reverse("providers:review_propose", args=[submitted.public_id]), form).status_code == 302
    assert "dialog" not in desk.get(page).content.decode().partition('id="approve"')[0][-400:]
    desk = enter(two)
    assert 'id="approve"' in desk.get(page).content.decode()
    assert desk.post(reverse("providers:review_approve", args=[submitted.public_id])).status_code == 302
    assert Application.objects.get().state == ApplicationState.APPROVED


def test_r_p5_papers_are_opened_by_reviewers_and_auditors_and_each_time_is_logged(
    submitted: Application, sign_in: Callable[..., Client]
) -> None:
    paper = submitted.documents.filter(current=True).first()
    links = [
        reverse("providers:review_paper", args=[paper.public_id]),
        reverse("providers:review_page", args=[paper.public_id, 1]),
    ]
    before = AuditEntry.objects.count()
    admin = sign_in(UserFactory(staff_roles=["admin"]))
    page = admin.get(reverse("providers:review", args=[submitted.public_id])).content.decode()
    assert "/basvurular/belge/" not in page, "an admin sees that papers are there, and cannot open them"
    before = AuditEntry.objects.count()
    for role in ("complaint_officer", "admin"):
        client = sign_in(UserFactory(staff_roles=[role]))
        for link in links:
            assert client.get(link).status_code in (403, 404)
    assert AuditEntry.objects.count() == before
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert AuditEntry.objects.count() == before + 2
    assert client.get(reverse("providers:review_page", args=[paper.public_id, 99])).status_code == 404
