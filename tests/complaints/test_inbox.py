"""R-K6: a sender reads a complaint, answers with documents, asks for time; it never learns who complains."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from complaints.models import (
    Complaint,
    ComplaintAnswerDraft,
    ComplaintDeadline,
    ComplaintDefence,
    ComplaintExtension,
    ComplaintMove,
    ComplaintPaper,
    ComplaintQuestion,
)
from consents.enums import Channel
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import Brand, Provider
from providers.services.keys import make_key
from tests.api.test_v1 import V1
from tests.consents.evidence.papers import pdf, picture
from tests.factories import BrandFactory, MembershipFactory, integrator_of, officer_of

from .conftest import IDENTITY, MAIL, TCKN

LIST = "/sikayetler/"
SECRETS = (TCKN, "10*******46", IDENTITY["full_name"], IDENTITY["residence"], "Çankaya", IDENTITY["province"])


@pytest.fixture
def asked(filed, officer: Actor, brand: Brand) -> Complaint:
    return services.ask_defence(complaint=filed(brand=brand), actor=officer)


@pytest.fixture
def page(sign_in: Callable[..., Client], brand: Brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="manager").user)


def base(complaint: Complaint) -> str:
    return f"{LIST}{complaint.public_id}/"


def sent(page: Client, complaint: Complaint, **more: object):
    return page.post(f"{base(complaint)}cevap/", {"text": "Onay kayıtlıdır.", "confirmed": "on", **more})


def test_r_k6_the_list_shows_state_and_clock_with_the_address_masked(page: Client, asked: Complaint) -> None:
    text = page.get(LIST).content.decode()
    assert asked.tracking_number in text
    assert MAIL not in text
    assert "a***@deneme.example" in text
    assert re.search(r"\d+ gün kaldı", text)
    assert asked.tracking_number in page.get(f"{LIST}?number={asked.tracking_number[4:8]}").content.decode()
    for other in ("?tab=decided", "?tab=overdue", "?number=yok", "?brand=99999999"):
        assert asked.tracking_number not in page.get(f"{LIST}{other}").content.decode(), other


def test_r_k6_a_sender_never_learns_who_complains(page: Client, asked: Complaint) -> None:
    sent(page, asked)
    seen = [page.get(address).content.decode() for address in ("/", LIST, base(asked))]
    assert MAIL in seen[2]
    assert "İndirim başladı" in seen[2]
    seen += [f"{one.subject} {one.body}" for one in OutboxMessage.objects.exclude(to=MAIL)]
    assert len(seen) > 3
    assert not [secret for text in seen for secret in SECRETS if secret in text]


def test_r_k6_the_answer_goes_with_its_documents_once(page: Client, asked: Complaint) -> None:
    assert sent(page, asked, files=[SimpleUploadedFile("onay.pdf", pdf())]).status_code == 302
    assert sent(page, asked).status_code == 302  # a second click is ordinary
    defence, paper = ComplaintDefence.objects.get(), ComplaintPaper.objects.get()
    assert defence.in_time
    assert (paper.side, paper.for_complainant) == ("provider", False)
    assert Complaint.objects.get().state == "defence_received"
    got = page.get(f"{base(asked)}dosya/{paper.public_id}/")
    assert b"".join(got.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(verb="complaint.paper_taken").exists()
    assert "/cevap/" not in page.get(base(asked)).content.decode()


@pytest.mark.parametrize(
    "more",
    [{"confirmed": ""}, {"text": " "}, {"files": [SimpleUploadedFile("a.pdf", b"MZ program")]}],
)
def test_r_k6_what_is_not_confirmed_written_or_a_document_is_not_sent(
    page: Client, asked: Complaint, more: dict[str, object]
) -> None:
    assert sent(page, asked, **more).status_code == 422
    assert not ComplaintDefence.objects.exists()
    assert not ComplaintPaper.objects.exists()
    assert Complaint.objects.get().state == "defence_asked"


def test_one_bad_document_keeps_the_good_one_out(page: Client, asked: Complaint) -> None:
    files = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.pdf", b"MZ program")]
    assert sent(page, asked, files=files).status_code == 422
    assert not ComplaintPaper.objects.exists()


def test_r_k6_a_late_answer_is_taken_and_marked(page: Client, asked: Complaint, clock) -> None:
    clock.shift(timedelta(days=40))
    services.watch_clocks()
    assert Complaint.objects.get().state == "defence_overdue"
    services.answer_with_papers(complaint=asked, text="Geç cevap", files=[], actor=_manager(asked))
    assert not ComplaintDefence.objects.get().in_time


def _manager(complaint: Complaint) -> Actor:
    assert complaint.brand
    return actor_for(MembershipFactory(provider=complaint.brand.provider, role="manager").user)


def test_r_k6_more_time_is_asked_for_once(page: Client, asked: Complaint) -> None:
    given = {"days": 5, "reason": "Kayıtlar arşivde"}
    assert page.post(f"{base(asked)}ek-sure/", {**given, "days": 999}).status_code == 422
    assert page.post(f"{base(asked)}ek-sure/", given).status_code == 302
    assert page.post(f"{base(asked)}ek-sure/", given).status_code == 302
    assert ComplaintExtension.objects.get().state == "asked"
    text = page.get(base(asked)).content.decode()
    assert "Kayıtlar arşivde" in text
    assert "ek-sure/" not in text


def test_r_a1_another_provider_finds_nothing(sign_in: Callable[..., Client], asked: Complaint) -> None:
    other = sign_in(MembershipFactory(provider=BrandFactory(is_main=True).provider, role="manager").user)
    assert asked.tracking_number not in other.get(LIST).content.decode()
    assert other.get(base(asked)).status_code == 404
    assert sent(other, asked).status_code == 404
    assert other.post(f"{base(asked)}ek-sure/", {"days": 1, "reason": "x"}).status_code == 404


def test_before_its_answer_is_asked_a_complaint_is_not_there(page: Client, filed, brand: Brand) -> None:
    assert page.get(base(filed(brand=brand))).status_code == 404


def test_r_a1_a_viewer_reads_and_does_not_answer(
    sign_in: Callable[..., Client], brand: Brand, asked: Complaint
) -> None:
    viewer = sign_in(MembershipFactory(provider=brand.provider, role="viewer").user)
    text = viewer.get(base(asked)).content.decode()
    assert asked.tracking_number in text
    assert "/cevap/" not in text
    assert sent(viewer, asked).status_code == 403
    assert not ComplaintDefence.objects.exists()


def test_r_k6_the_mails_lead_to_the_senders_page(page: Client, asked: Complaint, clock) -> None:
    clock.shift(timedelta(days=10))
    services.watch_clocks()
    letters = OutboxMessage.objects.exclude(to=MAIL)
    assert letters.count() == 2  # asked for the answer; half of the time is over
    for letter in letters:
        assert base(asked) in letter.body
        assert MAIL not in letter.subject + letter.body


def test_r_k6_a_draft_is_kept_by_its_button_and_by_itself_and_ends_with_the_answer(page: Client, asked) -> None:
    address = f"{base(asked)}taslak/"
    kept = page.post(address, {"text": "Yarım kalan"}, headers={"HX-Request": "true"}).content.decode()
    assert "Taslak" in kept
    assert page.post(address, {"text": "Yarım kalan cümle"}).status_code == 302
    assert ComplaintAnswerDraft.objects.get().text == "Yarım kalan cümle"
    assert "Yarım kalan cümle" in page.get(base(asked)).content.decode()
    sent(page, asked)
    assert not ComplaintAnswerDraft.objects.exists()
    assert page.post(address, {"text": "Artık geç"}).status_code == 409
    assert not ComplaintAnswerDraft.objects.exists()
    assert ComplaintDefence.objects.get().text == "Onay kayıtlıdır."


def test_r_g5_a_draft_goes_with_a_complaint_that_is_withdrawn(page: Client, asked, me: Actor) -> None:
    page.post(f"{base(asked)}taslak/", {"text": "Yarım kalan"})
    assert services.forget_answer_drafts() == 0
    services.withdraw_complaint(complaint=asked, actor=me)
    assert services.forget_answer_drafts() == 1


def test_r_k6_nobody_else_reads_the_draft(page: Client, asked, sign_in, brand: Brand, officer: Actor) -> None:
    page.post(f"{base(asked)}taslak/", {"text": "Yarım kalan"})
    viewer = sign_in(MembershipFactory(provider=brand.provider, role="viewer").user)
    assert "Yarım kalan" not in viewer.get(base(asked)).content.decode()
    assert viewer.post(f"{base(asked)}taslak/", {"text": "x"}).status_code == 403
    desk = sign_in(User.objects.get(pk=officer.id))
    assert "Yarım kalan" not in desk.get(f"/sikayet-masasi/{asked.public_id}/").content.decode()


def test_r_k5_an_addition_only_where_the_officer_asked_and_once(page: Client, asked, officer: Actor) -> None:
    given = {"text": "Form ektedir.", "confirmed": "on"}
    with pytest.raises(WrongMoment):
        services.ask_sender(complaint=asked, text="Form?", actor=officer)  # the answer itself is still to come
    sent(page, asked)
    assert page.post(f"{base(asked)}ek-cevap/", given).status_code == 302
    assert not ComplaintQuestion.objects.exists()
    services.ask_sender(complaint=asked, text="Form nerede?", actor=officer)
    with pytest.raises(WrongMoment):
        services.ask_sender(complaint=asked, text="Bir soru daha", actor=officer)
    assert "Form nerede?" in page.get(base(asked)).content.decode()
    assert page.post(f"{base(asked)}ek-cevap/", {**given, "text": " "}).status_code == 422
    paper = SimpleUploadedFile("form.pdf", pdf())
    assert page.post(f"{base(asked)}ek-cevap/", {**given, "files": [paper]}).status_code == 302
    question = ComplaintQuestion.objects.get()
    assert (question.answer, question.answered_at is not None) == ("Form ektedir.", True)
    assert ComplaintPaper.objects.get().side == "provider"
    page.post(f"{base(asked)}ek-cevap/", {**given, "text": "Bir daha"})
    question.refresh_from_db()
    assert question.answer == "Form ektedir."
    moves = ComplaintMove.objects.filter(name__in=("ask_more", "add_answer"))
    assert {(move.for_provider, move.for_complainant) for move in moves} == {(True, False)}


LINES = "a\r\n" * 9_000
"""27,000 characters as a browser sends them, 18,000 as it counts them."""


def test_r_k6_what_the_form_takes_is_kept_and_sent_and_what_is_longer_is_said(page: Client, asked, officer) -> None:
    draft, typed = f"{base(asked)}taslak/", {"text": LINES, "confirmed": "on"}
    assert page.post(draft, typed).status_code == 302
    kept = ComplaintAnswerDraft.objects.get().text
    assert kept == LINES.replace("\r\n", "\n").strip()
    longer = {"text": LINES + "b" * 2_001}
    answer = page.post(draft, longer)
    assert answer.status_code == 422
    assert "bbbb" in answer.content.decode() and "Bu metin çok uzun" in answer.content.decode()
    assert "lütfen onaylayın" not in answer.content.decode()
    assert "Bu metin çok uzun" in page.post(draft, longer, headers={"HX-Request": "true"}).content.decode()
    assert page.post(f"{base(asked)}cevap/", longer | {"confirmed": "on"}).status_code == 422
    assert ComplaintAnswerDraft.objects.get().text == kept  # nothing was cut, nothing lost
    assert page.post(f"{base(asked)}cevap/", typed).status_code == 302
    assert ComplaintDefence.objects.get().text == kept
    services.ask_sender(complaint=asked, text="Form nerede?", actor=officer)
    assert page.post(f"{base(asked)}ek-cevap/", typed).status_code == 302
    assert ComplaintQuestion.objects.get().answer == kept


def test_r_k6_more_time_from_the_request_to_the_answer_by_the_pages(page: Client, asked, sign_in, officer) -> None:
    assert page.post(f"{base(asked)}ek-sure/", {"days": 5, "reason": "Kayıtlar arşivde"}).status_code == 302
    desk, act = sign_in(User.objects.get(pk=officer.id)), f"/sikayet-masasi/{asked.public_id}/islem/"
    assert "Kayıtlar arşivde" in desk.get(f"/sikayet-masasi/{asked.public_id}/").content.decode()
    assert desk.post(f"{act}grant/", {"time-text": "Bir kez"}).status_code == 302
    clock = ComplaintDeadline.objects.get()
    assert clock.days == 20
    assert asked.brand
    member = sign_in(MembershipFactory(provider=asked.brand.provider, role="manager").user)
    text = member.get(base(asked)).content.decode()
    for part in (f"{clock.due_on:%d.%m.%Y}", "Kayıtlar arşivde", "Bir kez", "Verildi"):
        assert part in text, part


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_r_p7_a_suspended_and_a_closed_sender_answer_what_is_open(
    page: Client, asked: Complaint, brand: Brand, state: str
) -> None:
    Provider.objects.filter(pk=brand.provider_id).update(state=state)
    assert asked.tracking_number in page.get(LIST).content.decode()
    assert sent(page, asked).status_code == 302
    assert ComplaintDefence.objects.exists()


def test_r_p12_an_integrator_reaches_what_was_granted(sign_in, asked: Complaint, brand: Brand) -> None:
    granted = sign_in(integrator_of(brand, Channel.EPOSTA, complaints=True).user)
    assert asked.tracking_number in granted.get(LIST).content.decode()
    assert granted.get(f"{base(asked)}delil/").status_code == 200
    assert sent(granted, asked).status_code == 302
    for person in (integrator_of(brand, Channel.MESAJ, complaints=True), integrator_of(brand, Channel.EPOSTA)):
        other = sign_in(person.user)
        for address in (base(asked), f"{base(asked)}delil/"):
            assert other.get(address).status_code in (403, 404)
        for act in ("cevap", "ek-cevap", "taslak", "ek-sure", "delil"):
            assert other.post(f"{base(asked)}{act}/", {"text": "x", "confirmed": "on"}).status_code in (403, 404)


def test_r_k6_overdue_is_judged_by_the_day_before_the_watch_comes_by(page: Client, asked: Complaint, clock) -> None:
    clock_row = ComplaintDeadline.objects.get()
    ComplaintDeadline.objects.update(due_on=clock_row.started_at.date(), first_due_on=clock_row.started_at.date())
    assert asked.tracking_number not in page.get(f"{LIST}?tab=overdue").content.decode()
    ComplaintDeadline.objects.update(
        due_on=clock_row.started_at.date() - timedelta(days=1),
        first_due_on=clock_row.started_at.date() - timedelta(days=1),
    )
    assert asked.tracking_number in page.get(f"{LIST}?tab=overdue").content.decode()
    assert "süre doldu" in page.get(base(asked)).content.decode()


def test_r_k6_a_program_reads_and_answers_as_its_people_do(asked: Complaint, brand: Brand) -> None:
    made = make_key(actor=officer_of(brand, role="manager"), name="Deneme", scopes=("complaints",))
    program = V1(brand).sign_in(made)
    row = program.get("complaints?tab=open").json()["items"][0]
    assert (row["tracking_number"], row["state"]) == (asked.tracking_number, "defence_asked")
    told = program.get(f"complaints/{row['id']}")
    assert (told.json()["address"], told.json()["actions"]) == (MAIL, ["answer", "ask_time"])
    assert not [secret for secret in SECRETS if secret in told.content.decode()]
    assert AuditEntry.objects.filter(verb="complaint.read", actor_kind=2).count() == 1
    assert program.post(f"complaints/{row['id']}/time", {"days": 5, "reason": "Belge bekleniyor"}).status_code == 201
    headers = {"authorization": f"Bearer {program.token}"}
    file = SimpleUploadedFile("onay.pdf", pdf())
    values = {"text": "Onay kayıtlıdır.", "files": file}
    answered = program.client.post(f"{program.base}/complaints/{row['id']}/answer", values, headers=headers)
    assert answered.status_code == 201, answered.content
    assert [one["text"] for one in program.get(f"complaints/{row['id']}").json()["answers"]] == ["Onay kayıtlıdır."]
    assert (ComplaintDefence.objects.count(), ComplaintPaper.objects.filter(side="provider").count()) == (1, 1)
    again = program.client.post(f"{program.base}/complaints/{row['id']}/answer", {"text": "Bir daha"}, headers=headers)
    assert again.status_code == 409
    reader = V1(brand).sign_in(make_key(actor=officer_of(brand, role="manager"), name="Öbür", scopes=("query",)))
    assert reader.get(f"complaints/{row['id']}").status_code == 403


def test_the_list_takes_whatever_its_address_names_and_keeps_it_on_its_way(page: Client, asked: Complaint) -> None:
    assert page.get(LIST, {"number": "a b", "brand": "9" * 5000, "before": "9" * 5000}).status_code == 200
    found = page.get(LIST, {"number": asked.tracking_number, "before": asked.pk + 1}).content.decode()
    links = re.findall(r'href="/sikayetler/\?([^"]*)"', found)
    assert len(links) >= 5
    assert all(f"number={asked.tracking_number}" in link and "before" not in link for link in links)
