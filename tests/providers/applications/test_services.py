"""What the applicant's services do, and what they refuse without a trace."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from iys_portal.accounts.services import CodeOver, CodeWrong, TooMany, TooSoon
from iys_portal.core.actors import ActorKind
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState as S
from providers.missing import missing_for, remarks_for
from providers.models import Application, ApplicationDocument, ApplicationMove
from providers.services import SignatoryValues
from providers.transitions import APPLICATION
from tests.consents.evidence.papers import pdf, picture, scripted_pdf
from tests.core.clam import Clamd
from tests.factories import ProviderFactory, staff

from .conftest import COMPANY, FIRST, SECOND, Desk, code_of, last_mail, mails

EMAIL = "izin@basvuran.example"
pytestmark = pytest.mark.django_db


def fields(desk: Desk) -> list[str]:
    return [entry.field for entry in missing_for(desk.fresh())]


def traces() -> tuple[int, int, int]:
    return AuditEntry.objects.count(), OutboxMessage.objects.count(), ApplicationMove.objects.count()


# --- starting


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


# --- what is missing


@pytest.mark.parametrize("kind", ["legal_entity", "natural_person"])
def test_r_p8_what_is_missing_is_named_with_its_link(begin: Callable[..., Desk], kind: str) -> None:
    desk = begin(kind)
    everything = fields(desk)
    assert {"title", "mersis", "tax_number", "tax_office", "address", "district", "signatory_1"} <= set(everything)
    assert {"email_confirmed", "signature_circular", "gazette", "agreement"} <= set(everything)
    for entry in missing_for(desk.fresh()):
        assert entry.link.endswith(f"/{entry.step.value}/")
        assert str(entry.reason)
    desk.complete()
    assert fields(desk) == []


def test_r_p8_joint_authority_and_brands_ask_for_more(desk: Desk) -> None:
    desk.complete()
    services.change_application(**desk.about)
    Application.objects.filter(pk=desk.application.pk).update(joint_authority=True)
    services.save_brands(brands=[("Deneme Moda", True), ("Deneme Ev", False)], **desk.about)
    brand = desk.application.brands.get(name="Deneme Moda")
    assert fields(desk) == ["signatory_2", f"brand_certificate_{brand.pk}"]
    services.save_signatories(first=FIRST, second=SECOND, manager=None, **desk.about)
    desk.upload(D.BRAND_CERTIFICATE, brand_id=brand.pk)
    assert fields(desk) == ["agreement"]  # the former one names one signatory


def test_a_natural_persons_declaration_stands_for_the_circular_and_a_companys_does_not(
    begin: Callable[..., Desk],
) -> None:
    for kind, asked in (("natural_person", []), ("legal_entity", ["signature_circular"])):
        desk = begin(kind)
        desk.complete()
        services.change_application(**desk.about)
        paper = ApplicationDocument.objects.get(application=desk.application, kind=D.SIGNATURE_CIRCULAR)
        services.remove_document(document_id=paper.public_id, **desk.about)
        desk.upload(D.SIGNATURE_DECLARATION)
        assert fields(desk) == asked


def test_one_paper_may_be_both_where_the_setting_says_so(desk: Desk, settings: Any) -> None:
    desk.fill()
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        desk.upload(kind)
    desk.prepare()
    desk.upload(D.COMMITMENT)
    assert fields(desk) == ["contract"]
    services.save_papers(in_one=True, **desk.about)
    assert fields(desk) == []
    settings.REGISTRY = {**settings.REGISTRY, "ONE_PAPER_FOR_BOTH": False}
    assert fields(desk) == ["contract"]


def test_a_change_of_kind_is_judged_again(begin: Callable[..., Desk]) -> None:
    desk = begin("natural_person", "cicekci@gmail.com")
    desk.fill(tax_number="10000000146", mersis="1000000014600015")
    services.save_kind(kind="legal_entity", **desk.about)
    assert {"tax_number", "email"} <= set(fields(desk))


# --- saving


@pytest.mark.parametrize(
    "change, field",
    [
        ({"mersis": "123"}, "mersis"),
        ({"tax_number": "7345678905"}, "tax_number"),
        ({"tax_number": "10000000146"}, "tax_number"),  # a company has no TCKN
        ({"tax_number": ""}, "tax_number"),
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"province": "Ankara", "district": "Kadıköy"}, "district"),
        ({"province": "Atlantis", "district": "Çankaya"}, "district"),
        ({"declared_consents": None}, "declared_consents"),
        ({"declared_consents": -1}, "declared_consents"),
    ],
)
def test_r_p2_what_does_not_hold_is_not_saved(desk: Desk, change: dict[str, Any], field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        services.save_company(**COMPANY | change, **desk.about)
    assert field in refused.value.errors
    assert traces() == before
    assert desk.fresh().mersis == ""


def test_r_g4_the_audit_log_says_which_fields_and_never_what(desk: Desk) -> None:
    desk.fill()
    kept = str([(entry.old, entry.new, entry.target_name) for entry in AuditEntry.objects.all()])
    for secret in (COMPANY["mersis"], COMPANY["tax_number"], FIRST.tckn, EMAIL, FIRST.email):
        assert secret not in kept
    assert "mersis" in kept
    before = traces()
    services.save_company(**COMPANY, **desk.about)  # the same again
    assert traces() == before


@pytest.mark.parametrize(
    "values, field",
    [
        (("", "Yetkili", "0532 000 00 00", "a@b.example", "10000000146"), "first_name_1"),
        (("Ad", "Soyad", "123", "a@b.example", "10000000146"), "phone_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a", "10000000146"), "email_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a@b.example", "10000000145"), "tckn_1"),
        (("Ad", "Soyad", "0532 000 00 00", "a@b.example", ""), "tckn_1"),
    ],
)
def test_r_p2_a_signatory_is_judged(desk: Desk, values: tuple[str, ...], field: str) -> None:
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        services.save_signatories(first=SignatoryValues(*values), second=None, manager=None, **desk.about)
    assert set(refused.value.errors) == {field}
    assert not desk.application.signatories.exists()
    assert traces() == before


def test_two_signatories_are_two_people_and_a_natural_person_is_an_adult(begin: Callable[..., Desk]) -> None:
    desk = begin("natural_person")
    child = SignatoryValues("A", "B", "0532 000 00 00", "a@b.example", "10000000146", timezone.localdate())
    with pytest.raises(FieldsInvalid) as refused:
        services.save_signatories(first=child, second=child, manager=("", "x"), **desk.about)
    assert set(refused.value.errors) == {"birth_date_1", "birth_date_2", "tckn_2", "manager_name", "manager_email"}


def test_r_p2_examples_and_r_p1_odd_shapes_are_remarks_for_the_reviewer(desk: Desk) -> None:
    person = SignatoryValues("A", "B", "0532 000 00 00", "a@b.example", "11111111110")
    services.save_company(**COMPANY | {"tax_number": "1234567890", "mersis": "8867713444958600"}, **desk.about)
    services.save_signatories(first=person, second=None, manager=None, **desk.about)
    assert {remark.field for remark in remarks_for(desk.fresh())} == {"mersis", "tax_number", "tckn_1"}
    assert not {"mersis", "tax_number"} & set(fields(desk))


def test_brands_keep_their_papers_and_are_named_once(desk: Desk) -> None:
    services.save_brands(brands=[("Deneme Moda", True), ("Ev", True)], **desk.about)
    first = desk.application.brands.get(name="Deneme Moda")
    desk.upload(D.BRAND_CERTIFICATE, brand_id=first.pk)
    with pytest.raises(FieldsInvalid):
        services.save_brands(brands=[("Deneme Moda", True), ("DENEME MODA", False)], **desk.about)
    services.save_brands(brands=[("Deneme Moda", True)], **desk.about)
    assert [brand.pk for brand in desk.fresh().brands.all()] == [first.pk]
    assert first.documents.get().current
    services.save_brands(brands=[], **desk.about)
    assert not ApplicationDocument.objects.get().current  # the file stays as history


# --- the corporate e-mail


def test_r_p3_the_address_is_confirmed_by_a_code_and_another_is_confirmed_anew(desk: Desk) -> None:
    services.send_email_code(ip="192.0.2.1", **desk.about)
    with pytest.raises(TooSoon):
        services.send_email_code(ip="192.0.2.1", **desk.about)
    code = code_of(last_mail(EMAIL))
    with pytest.raises(CodeWrong):
        services.confirm_email(code="000000" if code != "000000" else "111111", **desk.about)
    assert desk.fresh().email_confirmed_at is None
    services.confirm_email(code=code, **desk.about)
    assert desk.fresh().email_confirmed_at
    with pytest.raises(WrongMoment):
        services.send_email_code(ip="192.0.2.1", **desk.about)
    services.save_email(email="YENI@basvuran.example", **desk.about)
    assert (desk.fresh().email, desk.application.email_confirmed_at) == ("yeni@basvuran.example", None)
    with pytest.raises(CodeOver):
        services.confirm_email(code=code, **desk.about)


def test_a_code_of_one_application_confirms_no_other(begin: Callable[..., Desk]) -> None:
    one, other = begin(), begin()
    services.send_email_code(ip="192.0.2.1", **one.about)
    with pytest.raises(CodeOver):
        services.confirm_email(code=code_of(last_mail(EMAIL)), **other.about)
    assert other.fresh().email_confirmed_at is None


# --- papers


def test_r_p5_a_replaced_paper_stays_as_history(desk: Desk) -> None:
    first = desk.upload(D.GAZETTE, pdf(note="1"))
    second = desk.upload(D.GAZETTE, pdf(note="2"))
    first.refresh_from_db()
    assert (first.version, first.current, second.version, second.current) == (1, False, 2, True)
    with first.file.open() as kept:
        assert kept.read() == pdf(note="1")
    assert first.sha256 != second.sha256
    third = desk.upload(D.GAZETTE, picture(600, 800), append=True)
    assert (third.pages, third.version) == (2, 3)
    services.remove_document(document_id=third.public_id, **desk.about)
    before = traces()
    services.remove_document(document_id=third.public_id, **desk.about)  # a second click
    assert traces() == before
    assert "gazette" in fields(desk)
    assert ApplicationDocument.objects.count() == 3


def test_r_p5_a_refused_file_leaves_nothing(desk: Desk, settings: Any) -> None:
    before = traces()
    for data in (scripted_pdf(), b"", b"<html>", pdf() + b"<script>"):
        with pytest.raises(Invalid) as refused:
            desk.upload(D.GAZETTE, data)
        assert refused.value.field == "files"
    with pytest.raises(Invalid):
        desk.upload("unknown")
    with pytest.raises(NotFound):
        desk.upload(D.BRAND_CERTIFICATE, brand_id=0)
    assert traces() == before
    assert not ApplicationDocument.objects.exists()
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]


def test_r_p5_no_scanner_no_file(desk: Desk, settings: Any) -> None:
    with Clamd(answer=b"stream: Test FOUND\0") as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        with pytest.raises(Invalid) as refused:
            desk.upload(D.GAZETTE)
        assert refused.value.code == "scan-virus"
    with pytest.raises(Invalid) as refused:
        desk.upload(D.GAZETTE)
    assert refused.value.code == "scan-unchecked"
    assert not ApplicationDocument.objects.exists()
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]


# --- handing in and taking back


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


# --- tracker


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


# --- stale drafts


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
