"""R-K5, R-K7: decisions made whole: joined, corrected, contested, held, and the consent withdrawn with them."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from complaints import services
from complaints.enums import ContestKind, Outcome
from complaints.models import Complaint, ComplaintContest, ComplaintDecision, ComplaintPaper
from complaints.selectors.decisions import decision_for, sender_copy
from complaints.selectors.joined import around
from complaints.transitions import outcomes_from
from consents.models import Consent, ConsentEvent, LegalHold, RefusalAlert
from consents.services import retention
from consents.services.holds import release_hold
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, Document, OutboxMessage
from providers.models import Brand
from tests.factories import complaint_officer, officer_of, staff

from .conftest import IDENTITY, MAIL, TCKN, citizen_with, values_for

Case = Callable[..., Complaint]
OTHER = {"mail": "veli@deneme.example", "full_name": "Başka Kişi", "residence": "Öteki Mah. 9", "tckn": "99000000806"}


@pytest.fixture
def filed_by_other(db: None) -> Case:
    """The same message, complained about by somebody else of the same il."""

    def make(brand: Brand, **more: Any) -> Complaint:
        user = citizen_with(more.pop("mail", OTHER["mail"]))
        actor, own = actor_for(user), {name: OTHER[name] for name in ("full_name", "residence", "tckn")}
        row = services.start_draft(actor=actor, language="tr")
        address = user.addresses.get().address
        values = values_for(user, address=address, brand_id=brand.pk, sender="", **more)
        services.save_message(complaint=row, values=values, actor=actor)
        services.save_identity(complaint=row, values=IDENTITY | own, remember=False, actor=actor)
        services.save_topics(complaint=row, topics=["no_consent"], actor=actor)
        return services.file_complaint(complaint=row, declared=True, actor=actor)

    return make


def heard(case: Complaint, officer: Actor) -> Complaint:
    """Asked, answered, and being decided."""
    services.ask_defence(complaint=case, actor=officer)
    case.refresh_from_db()
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(case.brand))
    services.begin_decision(complaint=case, actor=officer)
    return Complaint.objects.select_related("brand__provider").get(pk=case.pk)


def decide(case: Complaint, officer: Actor, outcome: str = "violation", reason: str = "Onay yok.", **more: Any):
    """Proposed by one officer, confirmed by another."""
    proposal = services.propose_decision(complaint=case, outcome=outcome, reason=reason, actor=officer, **more)
    second, together = complaint_officer("Ankara"), more.get("together", False)
    return services.confirm_decision(complaint=case, proposal_id=proposal.pk, together=together, actor=second)


def state(case: Complaint) -> str:
    return Complaint.objects.get(pk=case.pk).state


def test_r_k5_the_merits_are_decided_after_the_sender_was_heard(filed: Case, brand: Brand, officer: Actor) -> None:
    case = filed(brand=brand)
    assert set(outcomes_from(case.state)) == {Outcome.OUT_OF_SCOPE, Outcome.TOO_LATE}
    with pytest.raises(WrongMoment):
        services.begin_decision(complaint=case, actor=officer)
    for outcome in ("violation", "no_violation"):
        with pytest.raises(Invalid):
            services.propose_decision(complaint=case, outcome=outcome, reason="x", actor=officer)
    unknown = filed()
    services.begin_decision(complaint=unknown, actor=officer)
    services.find_sender(complaint=unknown, brand=brand, actor=officer)  # it registered meanwhile
    with pytest.raises(Invalid):
        services.propose_decision(complaint=unknown, outcome="violation", reason="x", actor=officer)
    services.ask_defence(complaint=unknown, actor=officer)
    assert state(unknown) == "defence_asked"
    assert decide(case, officer, "out_of_scope").outcome == state(case) == "out_of_scope"


def test_r_k7_complaints_about_one_message_are_joined_and_decided_together(
    filed: Case, filed_by_other: Case, brand: Brand, me: Actor, officer: Actor
) -> None:
    one, other = filed(brand=brand), filed_by_other(brand, text="İndirim  başladı")
    far = filed_by_other(brand, mail="uzak@deneme.example", message_at=timezone.now() - timedelta(days=9))
    found = around(one, officer, suggest=True)
    assert [(near.complaint, near.same_text) for near in found.suggested] == [(other, True)] and not found.joined
    services.join_complaints(complaint=one, tracking_number=other.tracking_number.lower(), actor=officer)
    services.join_complaints(complaint=one, tracking_number=other.tracking_number, actor=officer)  # a second click
    services.join_complaints(complaint=far, tracking_number=one.tracking_number, actor=officer)  # by hand; all three
    assert Complaint.objects.filter(joined_to=far).count() == 2
    for case in (one, other):
        heard(case, officer)
    decide(one, officer, reason="Ortak gerekçe.", together=True)
    assert (state(one), state(other), state(far)) == ("violation", "violation", "filed")
    papers = [decision.document.data for decision in ComplaintDecision.objects.order_by("complaint_id")]
    assert len({paper["number"] for paper in papers}) == 2
    for paper, mine, theirs in ((papers[0], IDENTITY, OTHER), (papers[1], OTHER, IDENTITY)):
        assert mine["full_name"] in str(paper) and theirs["full_name"] not in str(paper)
    assert OTHER["mail"] not in str(papers[0]) and MAIL not in str(papers[1])
    assert not [line for line in AuditEntry.objects.filter(verb="complaint.joined") if "@" in str(line.new)]


def test_r_k7_one_of_them_is_parted_or_decided_alone(
    filed: Case, filed_by_other: Case, brand: Brand, officer: Actor
) -> None:
    one, other = filed(brand=brand), filed_by_other(brand)
    third = filed_by_other(brand, mail="ucuncu@deneme.example")
    for case in (other, third):
        services.join_complaints(complaint=one, tracking_number=case.tracking_number, actor=officer)
    services.part_complaint(complaint=one, actor=officer)  # it led; the next one does now
    assert [Complaint.objects.get(pk=case.pk).joined_to_id for case in (one, other, third)] == [None, None, other.pk]
    heard(other, officer)
    decide(other, officer)
    assert (state(other), state(third)) == ("violation", "filed")
    services.send_on(complaint=third, province="İzmir", reason="Oturduğu il", actor=officer)
    assert Complaint.objects.get(pk=third.pk).joined_to is None


def test_r_k7_what_is_not_of_this_desk_or_sender_is_not_joined(
    filed: Case, filed_by_other: Case, brand: Brand, officer: Actor
) -> None:
    one, unknown, other = filed(brand=brand), filed(), filed_by_other(brand)
    services.send_on(complaint=other, province="İzmir", reason="x", actor=officer)
    for number in (other.tracking_number, unknown.tracking_number, one.tracking_number, "SKY-YOK"):
        with pytest.raises(Invalid):
            services.join_complaints(complaint=one, tracking_number=number, actor=officer)
    with pytest.raises(NotFound):
        services.part_complaint(complaint=one, actor=complaint_officer("İzmir"))
    assert not Complaint.objects.exclude(joined_to=None).exists()


def test_r_k7_a_correction_is_a_new_document_that_points_to_the_earlier(
    filed: Case, brand: Brand, me: Actor, officer: Actor
) -> None:
    case = heard(filed(brand=brand), officer)
    first = decide(case, officer, reason="Tarih 1 Mayıs.")
    case.refresh_from_db()
    with pytest.raises(Invalid):  # another outcome needs an objection
        services.propose_decision(complaint=case, outcome="no_violation", reason="x", actor=officer)
    letters = OutboxMessage.objects.count()
    second = decide(case, officer, reason="Tarih 2 Mayıs.")
    assert (second.corrects, second.document.replaces, state(case)) == (first, first.document, "violation")
    assert second.document.data["replaces"] == {
        "number": first.document.number, "decided_at": first.document.data["decided_at"],
        "outcome": first.document.data["outcome"], "correction": True,
    }  # fmt: skip
    assert sender_copy(case, second).replaces == sender_copy(case, first)
    assert OutboxMessage.objects.filter(document__isnull=False).count() >= 2
    assert OutboxMessage.objects.count() - letters == 2  # both sides
    for actor in (me, officer_of(brand)):
        shown = decision_for(case, actor)
        assert shown and (shown.decision, shown.replaces) == (second, first.document.number)


def contest(
    case: Complaint, officer: Actor, kind: ContestKind = ContestKind.OBJECTION, **more: Any
) -> ComplaintContest:
    given = {"side": "provider", "raised_on": timezone.localdate(), "reference": "2026/1", "reason": "Kabul etmiyoruz."}
    return services.open_contest(complaint=case, kind=kind, actor=officer, **given | more)


def test_r_k5_an_objection_goes_to_court_and_ends(filed: Case, brand: Brand, me: Actor, officer: Actor) -> None:
    case = heard(filed(brand=brand), officer)
    decide(case, officer)
    for wrong in ({"side": ""}, {"raised_on": None}, {"raised_on": timezone.localdate() + timedelta(days=1)},
                  {"raised_on": timezone.localdate() - timedelta(days=1)}, {"reason": ""}):  # fmt: skip
        with pytest.raises(Invalid):
            contest(case, officer, **wrong)
    assert not ComplaintContest.objects.exists()
    contest(case, officer)
    assert state(case) == "objected"
    contest(case, officer, ContestKind.COURT)
    objection, court = ComplaintContest.objects.order_by("pk")
    assert (state(case), objection.outcome, court.closed_at) == ("in_court", "court", None)
    case.refresh_from_db()
    with pytest.raises(Invalid):  # its end comes first
        services.propose_decision(complaint=case, outcome="no_violation", reason="x", actor=officer)
    services.end_contest(complaint=case, outcome="anew", result="Bozuldu.", actor=officer)
    anew = decide(case, officer, "no_violation")
    assert (state(case), anew.document.data["replaces"]["correction"]) == ("no_violation", False)
    contest(case, officer)
    services.end_contest(complaint=case, outcome="stands", result="Reddedildi.", actor=officer)
    assert state(case) == "no_violation"
    with pytest.raises(WrongMoment):
        services.end_contest(complaint=case, outcome="stands", result="x", actor=officer)
    letters = str(list(OutboxMessage.objects.values_list("body", flat=True)))
    assert "Kabul etmiyoruz" not in letters and "Bozuldu" not in letters


def test_r_l5_an_open_case_and_a_contest_hold_the_records(
    filed: Case, brand: Brand, officer: Actor, record: Callable[..., None], clock: Any
) -> None:
    record(brand, "RET", 20)
    held = LegalHold.objects.filter(released_at=None, recipient=MAIL)
    case = filed(brand=brand)
    assert held.get().brand == brand
    late = timezone.now() + timedelta(days=1)
    assert retention._count_consents(late) == 0
    with pytest.raises(WrongMoment):  # it ends with its case
        release_hold(actor=staff("admin"), hold_id=held.get().pk, now=timezone.now())
    case = heard(case, officer)
    decide(case, officer)
    assert not held.exists() and retention._count_consents(late) == 1
    contest(case, officer)
    assert held.exists() and retention._count_consents(late) == 0
    services.end_contest(complaint=case, outcome="stands", result="Reddedildi.", actor=officer)
    assert not held.exists() and retention._count_consents(late) == 1
    assert not retention._old_documents(late).filter(kind__startswith="complaints.").exists()


def test_r_l5_a_complaint_about_an_unknown_sender_holds_the_address(filed: Case, brand: Brand, officer: Actor) -> None:
    case = filed()
    assert LegalHold.objects.get(released_at=None).brand is None
    services.find_sender(complaint=case, brand=brand, actor=officer)
    assert LegalHold.objects.get(released_at=None).brand == brand
    services.withdraw_complaint(complaint=case, actor=actor_for(User.objects.get(pk=case.citizen_id)))
    assert not LegalHold.objects.filter(released_at=None).exists()


def test_r_l5_what_was_open_before_there_were_holds_gets_its_own(
    filed: Case, filed_by_other: Case, brand: Brand, me: Actor
) -> None:
    known, unknown, over = filed(brand=brand), filed(), filed_by_other(brand)
    services.withdraw_complaint(complaint=over, actor=actor_for(User.objects.get(pk=over.citizen_id)))
    Complaint.objects.update(hold=None)
    LegalHold.objects.filter(released_at=None).update(released_at=timezone.now(), released_by=1)
    before = AuditEntry.objects.filter(verb="hold.placed").count()
    with connection.cursor() as cursor:
        cursor.execute(import_module("complaints.migrations.0053_hold_what_was_open").HOLD)
    holds = LegalHold.objects.filter(released_at=None).order_by("pk")
    assert [(one.reference, one.recipient, one.brand) for one in holds] == [
        (known.tracking_number, MAIL, brand),
        (unknown.tracking_number, MAIL, None),
    ]
    placed = AuditEntry.objects.filter(verb="hold.placed").order_by("pk")[before:]
    assert [(one.target_id, one.actor_name) for one in placed] == [(str(one.pk), "İYS") for one in holds]
    services.withdraw_complaint(complaint=known, actor=me)  # ends its hold as any other
    assert LegalHold.objects.get(released_at=None).reference == unknown.tracking_number


def test_r_l5_a_hold_speaks_the_registrys_language(filed: Case) -> None:
    with translation.override("en"):
        filed()
    assert LegalHold.objects.get().reason == "Açık şikâyet, itiraz ya da dava"


def test_r_k7_the_consent_is_withdrawn_in_the_same_act(
    filed: Case, brand: Brand, officer: Actor, record: Callable[..., None]
) -> None:
    record(brand, "ONAY", 20)
    case = heard(filed(brand=brand), officer)  # "I never agreed"
    with pytest.raises(Invalid):  # nobody asked for it, and no consent is found to be missing
        services.propose_decision(complaint=case, outcome="no_violation", reason="x", refuses=True, actor=officer)
    decision = decide(case, officer, refuses=True)
    stands = Consent.objects.get(recipient=MAIL, brand_id=brand.pk, channel=3, recipient_type=1)
    assert (stands.status_label, stands.event_id) == ("Ret", decision.refusal_event)
    assert ConsentEvent.objects.get(event_id=decision.refusal_event).actor_id == decision.decided_by
    assert decision.refusal_cause == "never_given"
    assert RefusalAlert.objects.get().denied
    assert decision.document.data["refusal"]["receipt"] == f"İYS-{decision.refusal_event}"
    assert AuditEntry.objects.filter(verb="consent.denied").exists()


def test_r_k7_a_wish_of_the_filing_is_enough_and_none_is_none(filed: Case, brand: Brand, officer: Actor) -> None:
    case = heard(filed(brand=brand), officer)
    Complaint.objects.filter(pk=case.pk).update(topics=["night"])
    with pytest.raises(Invalid):
        services.propose_decision(complaint=case, outcome="violation", reason="x", refuses=True, actor=officer)
    Complaint.objects.filter(pk=case.pk).update(refusal_wanted=True)
    decision = decide(case, officer, "no_violation", refuses=True)
    assert decision.refusal_cause == "asked"
    assert not RefusalAlert.objects.get().denied


def test_r_k6_each_side_takes_its_pdf_and_the_senders_names_nobody(
    filed: Case, brand: Brand, officer: Actor, citizen: User, sign_in: Callable[..., Client]
) -> None:
    case = heard(filed(brand=brand), officer)
    decision = decide(case, officer)
    copy = sender_copy(case, decision)
    assert copy
    for paper in (copy, decision.document):
        documents.render(paper.pk)
    taken = sign_in(citizen).post(f"/sikayet-karari/{case.public_id}/")
    assert taken.headers["Content-Disposition"].count(decision.document.number) == 1
    assert b"".join(taken.streaming_content).startswith(b"%PDF-")
    texts = []
    for paper in Document.objects.filter(pk__in=(copy.pk, decision.document_id)).order_by("kind"):
        with paper.file.open("rb") as file:
            texts.append(" ".join("".join(page.extract_text() for page in PdfReader(file).pages).split()))
    mine, theirs = texts
    assert case.province in mine  # of the residence
    assert IDENTITY["full_name"] in mine and decision.document.number in mine and decision.document.number in theirs
    for secret in (TCKN, TCKN[-4:], IDENTITY["full_name"], IDENTITY["residence"], IDENTITY["district"], case.province):
        assert secret not in theirs


def test_r_k7_the_acts_of_a_decision_through_the_page(
    filed: Case, filed_by_other: Case, brand: Brand, officer: Actor, sign_in: Callable[..., Client]
) -> None:
    one, other = filed(brand=brand), filed_by_other(brand)
    page = sign_in(User.objects.get(pk=officer.id))

    def act(name: str, **typed: object) -> int:
        data = {key.replace("__", "-"): value for key, value in typed.items()}
        return page.post(f"/sikayet-masasi/{one.public_id}/islem/{name}/", data).status_code

    assert act("join", join__tracking_number="SKY-YOK") == 422
    assert act("join", join__tracking_number=other.tracking_number) == 302
    assert other.tracking_number in page.get(f"/sikayet-masasi/{one.public_id}/").content.decode()
    assert act("part") == 302
    heard(one, officer)
    assert act("propose", outcome="violation", reason="Onay yok.", refuses="on") == 302
    second = sign_in(User.objects.get(pk=complaint_officer("Ankara").id))
    proposal = one.proposals.get(closed_at=None)
    confirm = f"/sikayet-masasi/{one.public_id}/islem/confirm/"
    assert second.post(confirm, {"proposal": proposal.pk}).status_code == 302
    assert state(one) == "violation"
    assert act("object", contest__side="provider", contest__reason="x") == 422  # no date
    today = f"{timezone.localdate():%Y-%m-%d}"
    whole = {"contest__side": "provider", "contest__reason": "x", "contest__raised_on": today}
    bad = {"contest__file": SimpleUploadedFile("dilekce.pdf", b"MZ...")}
    assert act("court", **whole, **bad) == 422
    assert (ComplaintContest.objects.count(), ComplaintPaper.objects.count()) == (0, 0)
    words = f"/sikayet-masasi/{one.public_id}/gerekce/"
    assert page.post(words).status_code == 200  # for a correction
    assert act("court", **whole) == 302
    assert page.post(words).status_code == 404  # how it ends comes first
    assert act("end-contest", end__outcome="", end__result="x") == 422
    assert act("end-contest", end__outcome="stands", end__result="Reddedildi.") == 302
    assert state(one) == "violation"
    text = page.get(f"/sikayet-masasi/{one.public_id}/").content.decode()
    assert "Reddedildi." in text
