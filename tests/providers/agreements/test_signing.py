"""Signing through the services: issue, void, take back signed, countersign (R-P4, R-P6, R-P7)."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from pyhanko.sign.fields import MDPPerm
from pypdf import PdfReader

from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry, Document, OutboxMessage
from providers import services
from providers.agreements import reports
from providers.agreements.seal import countersigned
from providers.enums import AgreementStage as Stage
from providers.enums import ApplicationDocumentKind as D
from providers.enums import ApplicationState as S
from providers.missing import missing_for
from providers.models import Agreement, AgreementFile, Application, ApplicationMove
from providers.services import SignatureRefused, review
from tests.factories import UserFactory, actor_of
from tests.providers.applications.conftest import COMPANY, FIRST, SECOND, Desk, propose
from tests.providers.applications.test_review import CHECKLIST

from .conftest import ONE, TWO, issued, take

pytestmark = pytest.mark.django_db


def fields(desk: Desk) -> list[str]:
    return [entry.field for entry in missing_for(desk.fresh())]


def traces(settings: Any) -> tuple[int, ...]:
    """All that an accepted upload leaves."""
    files = sum(path.is_file() for path in (settings.PRIVATE_ROOT / "agreements").rglob("*"))
    rows = (AgreementFile, AuditEntry, ApplicationMove, OutboxMessage)
    return (*(model.objects.count() for model in rows), files)


def reasons(error: SignatureRefused) -> set[str]:
    assert error.report is not None
    return {check.reason for check in error.report.every_check}


# --- issuing


def test_r_p4_the_agreement_is_made_when_all_else_is_complete(begin: Callable[..., Desk]) -> None:
    desk = begin()
    with pytest.raises(services.NotComplete):
        services.prepare_agreement(way="online", **desk.about)
    desk.fill()
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        desk.upload(kind)
    assert fields(desk) == ["agreement"]
    with pytest.raises(Invalid):
        services.prepare_agreement(way="by-fax", **desk.about)
    assert not Agreement.objects.exists() and not Document.objects.exists()
    services.prepare_agreement(way="online", **desk.about)
    assert desk.fresh().state == S.AWAITING_SIGNATURE
    assert fields(desk) == ["signed_agreement"]
    assert AuditEntry.objects.filter(verb="application.agreement_issued").count() == 1


def test_r_p4_asking_again_makes_no_second_version(desk: Desk) -> None:
    first = desk.prepare("online")
    again = services.prepare_agreement(way="wet_ink", **desk.about)
    assert again == first
    services.change_application(**desk.about)
    assert services.prepare_agreement(way="online", **desk.about) == first
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: services.save_company(**COMPANY | {"title": "Yeni Unvan A.Ş."}, **desk.about),
        lambda desk: services.save_company(**COMPANY | {"address": "Başka Sok. No: 2"}, **desk.about),
        lambda desk: services.save_signatories(first=FIRST, second=SECOND, manager=None, **desk.about),
        lambda desk: services.save_email(email="baska@basvuran.example", **desk.about),
    ],
    ids=["title", "address", "signatories", "email"],
)
def test_r_p4_a_changed_field_voids_the_version_and_the_next_replaces_it(
    desk: Desk, sign: Callable, change: Any
) -> None:
    first = desk.prepare("online")
    take(desk, sign(issued(first), ONE))
    assert fields(desk) == []
    services.change_application(**desk.about)
    change(desk)
    first.refresh_from_db()
    assert first.voided_at is not None
    assert "agreement" in fields(desk)
    assert AuditEntry.objects.filter(verb="application.agreement_voided").count() == 1
    if not desk.fresh().email_confirmed_at:
        desk.confirm()
    second = desk.prepare("online")
    assert (second.version, second.document.replaces) == (2, first.document)
    assert first.files.exists(), "what was signed stays"
    assert fields(desk) == ["signed_agreement"]


def test_r_p4_a_field_that_the_agreement_does_not_hold_leaves_it_in_force(desk: Desk) -> None:
    desk.prepare("online")
    services.change_application(**desk.about)
    services.save_company(**COMPANY | {"declared_consents": 5}, **desk.about)
    services.save_brands(brands=[("Yeni Marka", False)], **desk.about)
    assert Agreement.objects.get().voided_at is None


def test_r_p4_scans_of_a_void_version_count_no_longer(desk: Desk) -> None:
    desk.prepare("wet_ink")
    for kind in (D.COMMITMENT, D.CONTRACT):
        desk.upload(kind)
    assert fields(desk) == []
    services.change_application(**desk.about)
    services.save_company(**COMPANY | {"title": "Yeni Unvan A.Ş."}, **desk.about)
    desk.prepare("wet_ink")
    assert fields(desk) == ["commitment", "contract"]


# --- taking back what was signed


@pytest.mark.parametrize("pades", [True, False])
def test_r_p4_a_signed_upload_is_taken_checked_and_submitted(desk: Desk, sign: Callable, pades: bool) -> None:
    agreement = desk.prepare("online")
    kept = take(desk, sign(issued(agreement), ONE, pades=pades))
    assert (kept.stage, kept.current) == (Stage.SIGNED, True)
    shown = [check for group in reports.groups(kept.report) for check in group.checks]
    assert {check.outcome.value for check in shown} == {"passed", "not_checked"}
    assert all(check.sentence for check in shown)
    assert ONE.tckn not in str(kept.report)
    assert AuditEntry.objects.filter(verb="application.agreement_signed").count() == 1
    services.submit(**desk.about)
    assert desk.fresh().state == S.SUBMITTED


@pytest.mark.parametrize("order", [(ONE, TWO), (TWO, ONE)])
def test_r_p6_joint_authority_waits_for_the_second_signature(joint: Desk, sign: Callable, order: Any) -> None:
    agreement = joint.prepare("online")
    first, second = order
    box = {ONE: "Imza1", TWO: "Imza2"}
    half = sign(issued(agreement), first, field=box[first])
    assert take(joint, half).stage == Stage.PARTIAL
    assert joint.fresh().state == S.AWAITING_SECOND_SIGNATURE
    with pytest.raises(services.NotComplete):
        services.submit(**joint.about)
    kept = take(joint, sign(half, second, field=box[second]))
    assert kept.stage == Stage.SIGNED
    assert [one.stage for one in agreement.files.filter(current=True)] == [Stage.SIGNED]
    services.submit(**joint.about)
    assert joint.fresh().state == S.SUBMITTED


def test_r_p6_the_second_signs_the_file_that_the_first_signed(joint: Desk, sign: Callable, settings: Any) -> None:
    agreement = joint.prepare("online")
    take(joint, sign(issued(agreement), ONE))
    before = traces(settings)
    with pytest.raises(SignatureRefused) as refused:
        take(joint, sign(issued(agreement), TWO, field="Imza2"))
    assert ONE.name not in str(refused.value) and "Deneme Yetkili" in str(refused.value)
    assert traces(settings) == before
    services.prepare_agreement(way="online", **joint.about)
    assert joint.fresh().state == S.AWAITING_SIGNATURE
    assert not agreement.files.filter(current=True).exists()


@pytest.mark.parametrize("who", ["joint", "desk"])
def test_r_p4_a_signature_that_locks_the_document_is_explained(
    request: pytest.FixtureRequest, sign: Callable, settings: Any, who: str
) -> None:
    desk = request.getfixturevalue(who)
    agreement = desk.prepare("online")
    before = traces(settings)
    with pytest.raises(SignatureRefused) as refused:
        take(desk, sign(issued(agreement), ONE, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES))
    assert "lock-closed" in reasons(refused.value)
    assert traces(settings) == before
    assert desk.fresh().state == S.AWAITING_SIGNATURE


def test_r_p4_an_older_version_is_told_as_such(desk: Desk, sign: Callable, settings: Any) -> None:
    old = sign(issued(desk.prepare("online")), ONE)
    services.change_application(**desk.about)
    services.save_company(**COMPANY | {"title": "Yeni Unvan A.Ş."}, **desk.about)
    desk.prepare("online")
    before = traces(settings)
    with pytest.raises(SignatureRefused) as refused:
        take(desk, old)
    assert "issued-older" in reasons(refused.value)
    assert traces(settings) == before


def test_r_p4_another_applications_agreement_is_refused(
    desk: Desk, begin: Callable[..., Desk], sign: Callable, settings: Any
) -> None:
    other = begin(email="baska@firma.example")
    other.fill()
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        other.upload(kind)
    foreign = sign(issued(other.prepare("online")), ONE)
    desk.prepare("online")
    before = traces(settings)
    with pytest.raises(SignatureRefused) as refused:
        take(desk, foreign)
    assert "issued-other" in reasons(refused.value)
    assert traces(settings) == before


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"PK\x03\x04" + b"0" * 2000, "file-container"),
        (b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + b"0" * 2000, "file-detached"),
        (b"\xff\xd8\xff" + b"0" * 2000, "file-picture"),
        (b"", "file-unknown"),
        (b"%PDF-1.7 broken", "file-broken"),
    ],
)
def test_r_p4_what_is_no_signed_pdf_is_refused_in_words(desk: Desk, settings: Any, content: bytes, reason: str) -> None:
    desk.prepare("online")
    before = traces(settings)
    with pytest.raises(SignatureRefused) as refused:
        take(desk, content)
    assert reason in reasons(refused.value)
    assert traces(settings) == before


def test_r_p4_strangers_unsigned_and_unknown_roots_are_refused(
    desk: Desk, sign: Callable, people: Any, settings: Any
) -> None:
    content = issued(desk.prepare("online"))
    before = traces(settings)
    for bad, reason in ((sign(content, TWO), "person-other"), (content, "file-unsigned")):
        with pytest.raises(SignatureRefused) as refused:
            take(desk, bad)
        assert reason in reasons(refused.value)
    settings.ESIGN_ROOTS = ""
    with pytest.raises(SignatureRefused) as refused:
        take(desk, sign(content, ONE))
    assert "trust-unset" in reasons(refused.value)
    with pytest.raises(SignatureRefused):
        take(desk, b"%PDF-" + b"0" * (20 * 1024**2))
    assert traces(settings) == before


def test_r_p6_nothing_is_taken_at_another_moment_or_from_another(desk: Desk, sign: Callable, settings: Any) -> None:
    with pytest.raises(WrongMoment):
        take(desk, b"%PDF-")
    signed = sign(issued(desk.prepare("online")), ONE)
    before = traces(settings)
    stranger = actor_of(UserFactory(staff_roles=["reviewer"]))
    with pytest.raises(NotAllowed):
        services.take_signed(application=desk.fresh(), actor=stranger, file=BytesIO(signed))
    services.change_application(**desk.about)
    changed = traces(settings)
    with pytest.raises(WrongMoment):
        take(desk, signed)
    assert traces(settings) == changed
    assert changed[0] == before[0]


def test_the_setting_asks_for_a_wet_signed_contract_besides(desk: Desk, sign: Callable, settings: Any) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "ONE_PAPER_FOR_BOTH": False}
    take(desk, sign(issued(desk.prepare("online")), ONE))
    assert fields(desk) == ["contract"]
    desk.upload(D.CONTRACT)
    assert fields(desk) == []


# --- countersignature


def approve(desk: Desk) -> Application:
    services.submit(**desk.about)
    one, two = (actor_of(UserFactory(staff_roles=["reviewer"])) for _ in range(2))
    about = {"application": desk.fresh(), "now": timezone.now()}
    review.take_application(actor=one, **about)
    propose(CHECKLIST, actor=one, **about)
    return review.approve_application(actor=two, **about)


def test_r_p7_approval_countersigns_and_leaves_the_signatures_good(joint: Desk, sign: Callable) -> None:
    agreement = joint.prepare("online")
    half = sign(issued(agreement), ONE)
    take(joint, half)
    take(joint, sign(half, TWO, field="Imza2"))
    approve(joint)
    kept = AgreementFile.objects.get(stage=Stage.COUNTERSIGNED)
    with kept.file.open("rb") as file:
        content = file.read()
    report = services.check_agreement(Agreement.objects.get(), content, now=timezone.now())
    assert report.file_good and not report.missing_signatories
    registry = next(one for one in report.signatures if one.field_name == "Sicil")
    assert {check.reason for check in registry.checks} >= {"intact", "later-none", "period-good"}
    last = PdfReader(BytesIO(content)).pages[-1]
    stamps = [one.get_object() for one in last["/Annots"] if one.get_object()["/T"] == "Sicil"]
    assert b"Do" in stamps[0]["/AP"]["/N"].get_object().get_data()
    mail = OutboxMessage.objects.get(cause__startswith="application:approved")
    assert "karşı imza" in mail.body and "/basvuru/takip/" in mail.body
    assert AuditEntry.objects.filter(verb="application.agreement_countersigned").count() == 1


def test_r_p7_scans_of_hand_signed_papers_are_countersigned(desk: Desk) -> None:
    desk.prepare("wet_ink")
    for kind in (D.COMMITMENT, D.CONTRACT):
        desk.upload(kind)
    approve(desk)
    kept = AgreementFile.objects.filter(stage=Stage.COUNTERSIGNED)
    assert {one.paper for one in kept} == {D.COMMITMENT, D.CONTRACT}
    for one in kept:
        with one.file.open("rb") as file:
            assert file.read().count(b"/ETSI.CAdES.detached") == 1


def test_r_p7_the_seal_is_made_once_and_only_where_none_is_named(desk: Desk, settings: Any) -> None:
    content = issued(desk.prepare("online"))
    countersigned(content, now=timezone.now())
    path = settings.PRIVATE_ROOT / "agreement-seal.p12"
    made = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    countersigned(content, now=timezone.now())
    assert path.read_bytes() == made
    settings.AGREEMENT_SEAL = str(settings.PRIVATE_ROOT / "nothing.p12")
    with pytest.raises(Exception, match="AGREEMENT_SEAL"):
        countersigned(content, now=timezone.now())
