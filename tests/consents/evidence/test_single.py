"""R-C15, R-C16, R-S4: one consent and its evidence, by form and on its page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consents.canonical import transaction_id_of
from consents.effective import Effective, judge
from consents.enums import EventKind, EvidenceKind, Hold, WayIn
from consents.models import BrandCounter, Consent, ConsentEvent, Evidence
from consents.services import evidence as services
from consents.services.records import Entry, record_consents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.consents.replay import replayed_state
from tests.factories import BrandFactory, MembershipFactory, UserFactory, officer_of, staff

from .papers import keep_file, packed, pdf, picture

Signed = Callable[..., Consent]
Traces = Callable[[], tuple[int, ...]]


def effective(consent: Consent, now: datetime) -> Effective:
    return judge([consent.key], now=now)[0].effective


def uploaded(data: bytes = b"", name: str = "form.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or pdf())


def test_r_c16_a_scan_completes_a_consent_and_r_s4_it_is_sendable_at_once(
    signed: Signed, actor: Actor, as_of: datetime, traces: Traces
) -> None:
    consent = signed()
    assert effective(consent, as_of) is Effective.EVIDENCE_MISSING
    before = traces()
    assert services.complete_evidence(actor=actor, consent=consent, file=BytesIO(pdf()), name="form.pdf") == 1
    after = Consent.objects.get(pk=consent.key)
    assert effective(after, as_of) is Effective.SENDABLE
    assert (after.holds, after.hold_from, after.evidence_kind) == (0, None, EvidenceKind.FILE)
    row = Evidence.objects.get()
    assert bytes(after.evidence_hash or b"") == bytes(row.sha256)
    with row.file.open("rb") as file:
        assert file.read() == pdf()
    assert traces() == (before[0] + 1, before[1] + 1, before[2] + 2, before[3] + 1)


def test_r_c16_completing_is_an_event_of_the_ledger_that_carries_the_whole_state(
    signed: Signed, actor: Actor, brand: Brand
) -> None:
    consent = signed()
    services.complete_evidence(actor=actor, consent=consent, reference="Klasör 4, sıra 17")
    first, second = ConsentEvent.objects.order_by("version")
    assert (second.kind, second.version, second.way) == (EventKind.EVIDENCE, 2, WayIn.FORM)
    assert (second.actor_id, second.holds, second.evidence_kind) == (actor.id, 0, EvidenceKind.REFERENCE)
    same = ("status", "source", "consent_date", "text_version_id", "retailer_id")
    assert [getattr(first, name) for name in same] == [getattr(second, name) for name in same]
    assert transaction_id_of(second) == bytes(second.transaction_id)
    stands = replayed_state(consent.key)
    assert stands is not None and (stands.holds, stands.version) == (0, 2)
    assert BrandCounter.objects.get(brand_id=brand.pk, holds=int(Hold.EVIDENCE_MISSING)).total == 0
    assert BrandCounter.objects.get(brand_id=brand.pk, holds=0).total == 1
    assert Evidence.objects.get().reference == "Klasör 4, sıra 17"


def test_a_second_click_is_ordinary(
    signed: Signed, actor: Actor, traces: Traces, django_capture_on_commit_callbacks: Any
) -> None:
    consent = signed()
    services.complete_evidence(actor=actor, consent=consent, file=BytesIO(pdf()), name="form.pdf")
    before = traces()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.complete_evidence(actor=actor, consent=consent, file=BytesIO(picture()), name="a.png") == 0
        assert services.complete_evidence(actor=actor, consent=consent, reference="Klasör 4") == 0
    assert traces() == before


def test_r_c16_a_consent_that_was_refused_since_stays_refused(
    signed: Signed, actor: Actor, traces: Traces, django_capture_on_commit_callbacks: Any
) -> None:
    consent = signed()
    no = Entry(consent.recipient, "EPOSTA", "RET", "HS_KARAR", "", "2026-11-24 14:59:00")
    record_consents(actor=actor, brand=Brand.objects.get(pk=consent.brand_id), entries=[no])
    before = traces()
    stands = Consent.objects.get(pk=consent.key)
    for asked in (consent, stands):
        with django_capture_on_commit_callbacks(execute=True):
            assert services.complete_evidence(actor=actor, consent=asked, file=BytesIO(pdf()), name="form.pdf") == 0
    assert traces() == before


def test_the_same_bytes_are_kept_once_for_a_brand(signed: Signed, actor: Actor, brand: Brand, traces: Traces) -> None:
    for address in ("ayse@firma.example", "ali@firma.example"):
        services.complete_evidence(actor=actor, consent=signed(address), file=BytesIO(pdf()), name="form.pdf")
    one = keep_file(actor=actor, brand=brand, file=BytesIO(pdf()), name="başka.pdf")
    assert Evidence.objects.get() == one
    assert traces()[3] == 1
    other = BrandFactory()
    keep_file(actor=officer_of(other), brand=other, file=BytesIO(pdf()), name="form.pdf")
    assert Evidence.objects.count() == traces()[3] == 2


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"file": BytesIO(b"<html>")}, "file"),
        ({"file": BytesIO()}, "file"),
        ({"reference": "  "}, "reference"),
        ({"reference": "tarama.pdf"}, "reference"),
    ],
)
def test_what_is_refused_leaves_nothing(
    signed: Signed, actor: Actor, traces: Traces, about: dict[str, Any], field: str
) -> None:
    consent = signed()
    before = traces()
    with pytest.raises(Invalid) as refusal:
        services.complete_evidence(actor=actor, consent=consent, **about)
    assert refusal.value.field == field
    assert traces() == before


def test_only_who_records_for_an_active_provider_completes(signed: Signed, brand: Brand, traces: Traces) -> None:
    consent = signed()
    before = traces()
    asked = {"consent": consent, "reference": "Klasör 4"}
    with pytest.raises(NotFound):
        services.complete_evidence(actor=officer_of(BrandFactory()), **asked)
    for actor in (officer_of(brand, "viewer"), staff("admin"), staff("auditor")):
        with pytest.raises(NotAllowed):
            services.complete_evidence(actor=actor, **asked)
    brand.provider.state = "suspended"
    brand.provider.save()
    with pytest.raises(WrongMoment):
        services.complete_evidence(actor=officer_of(brand), **asked)
    assert traces() == before


def test_a_broken_write_leaves_no_file(
    signed: Signed, actor: Actor, traces: Traces, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = signed()
    before = traces()

    def break_down(*_args: object, **_more: object) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(services, "complete", break_down)
    with pytest.raises(RuntimeError):
        services.complete_evidence(actor=actor, consent=consent, file=BytesIO(pdf()), name="form.pdf")
    assert traces() == before


def test_r_c15_after_the_recipients_own_no_a_consent_needs_a_file(
    actor: Actor, brand: Brand, entry: Callable[..., Entry], refused_in_person: Callable[..., None], traces: Traces
) -> None:
    refused_in_person()
    before = traces()
    plain = record_consents(actor=actor, brand=brand, entries=[entry()])
    referred = record_consents(actor=actor, brand=brand, entries=[entry(evidence="Klasör 4, sıra 17")])
    assert [one[0].problem.code for one in (plain, referred) if one[0].problem] == ["R-C15", "R-C15"]
    assert traces()[0] == before[0]
    done = services.record_with_file(actor=actor, brand=brand, entries=[entry()], file=BytesIO(pdf()), name="form.pdf")
    assert done[0].verdict.written
    stands = Consent.objects.get()
    assert (stands.status, stands.holds, stands.evidence_kind) == (1, 0, EvidenceKind.FILE)


def test_r_c15_a_file_does_not_help_an_older_consent_and_is_not_kept(
    actor: Actor,
    brand: Brand,
    entry: Callable[..., Entry],
    refused_in_person: Callable[..., None],
    traces: Traces,
    django_capture_on_commit_callbacks: Any,
) -> None:
    refused_in_person(minutes=10)
    before = traces()
    with django_capture_on_commit_callbacks(execute=True):
        outcome = services.record_with_file(
            actor=actor, brand=brand, entries=[entry(minutes=60)], file=BytesIO(pdf()), name="form.pdf"
        )[0]
    assert outcome.problem is not None and outcome.problem.code == "H178"
    assert traces() == before


def test_recording_the_same_again_with_its_scan_completes_it(
    signed: Signed, actor: Actor, brand: Brand, entry: Callable[..., Entry]
) -> None:
    signed()
    services.record_with_file(actor=actor, brand=brand, entries=[entry()], file=BytesIO(pdf()), name="form.pdf")
    assert Consent.objects.get().holds == 0
    assert [event.kind for event in ConsentEvent.objects.order_by("version")] == [EventKind.RECORD, EventKind.EVIDENCE]


# The pages.


def filled(brand: Brand, as_of: datetime, **changes: object) -> dict[str, object]:
    return {
        "brand": brand.pk,
        "recipient": "ayse@firma.example",
        "channels": ["EPOSTA"],
        "status": "ONAY",
        "source": "HS_ISLAK_IMZA",
        "consent_date": f"{as_of - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "recipient_type": "BIREYSEL",
        **changes,
    }


def test_r_c16_the_form_takes_a_scan(panel: Client, brand: Brand, as_of: datetime) -> None:
    response = panel.post("/izinler/yeni/", filled(brand, as_of, scan=uploaded()))
    assert response.status_code == 302
    consent = Consent.objects.get()
    assert (consent.holds, consent.evidence_kind) == (0, EvidenceKind.FILE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scan": uploaded(b"<html>", "form.pdf")}, "scan"),
        ({"scan": uploaded(), "evidence": "Klasör 4"}, "evidence"),
    ],
)
def test_the_form_shows_a_refused_scan_at_its_field(
    panel: Client, brand: Brand, as_of: datetime, traces: Traces, changes: dict[str, object], field: str
) -> None:
    before = traces()
    response = panel.post("/izinler/yeni/", filled(brand, as_of, **changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert traces() == before


def test_the_consents_page_completes_and_then_shows_the_scan(panel: Client, signed: Signed) -> None:
    consent = signed()
    page = panel.get(f"/izinler/{consent.event_id}/").content.decode()
    assert f'action="/izinler/{consent.event_id}/kanit/"' in page
    done = panel.post(f"/izinler/{consent.event_id}/kanit/", {"file": uploaded(picture(), "form.png")}, follow=True)
    number = Evidence.objects.get().pk
    page = done.content.decode()
    assert f"/izinler/kanit/{number}/onizleme/" in page
    assert "form.png" in page
    assert f'action="/izinler/{consent.event_id}/kanit/"' not in page


@pytest.mark.parametrize("data", [{}, {"reference": "a.pdf"}, {"file": uploaded(packed({"a.pdf": pdf()}), "a.pdf")}])
def test_the_consents_page_says_what_is_wrong(
    panel: Client, signed: Signed, traces: Traces, data: dict[str, object]
) -> None:
    consent = signed()
    before = traces()
    response = panel.post(f"/izinler/{consent.event_id}/kanit/", data)
    assert response.status_code == 422
    assert response.context["scan"].errors
    assert traces() == before


@pytest.fixture
def kept(actor: Actor, brand: Brand) -> Evidence:
    return keep_file(actor=actor, brand=brand, file=BytesIO(pdf()), name='..\\gizli/İmza "form".html')


def test_r_a3_a_download_is_private_and_logged(panel: Client, kept: Evidence) -> None:
    response = panel.get(f"/izinler/kanit/{kept.pk}/")
    assert response.content == pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert ".pdf" in response["Content-Disposition"] and "html" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    entry = AuditEntry.objects.get(verb="evidence.read")
    assert (entry.target_id, entry.provider_id) == (str(kept.pk), kept.brand.provider_id)
    small = panel.get(f"/izinler/kanit/{kept.pk}/onizleme/")
    assert small.content.startswith(b"\xff\xd8")
    assert AuditEntry.objects.filter(verb="evidence.preview").count() == 1


def test_r_a1_a_stranger_finds_no_file(client: Client, kept: Evidence, sign_in: Callable[..., Client]) -> None:
    stranger = MembershipFactory(provider=BrandFactory().provider, role="manager")
    client = sign_in(stranger.user, stranger.provider)
    for address in (f"/izinler/kanit/{kept.pk}/", f"/izinler/kanit/{kept.pk}/onizleme/", "/izinler/kanit/999999/"):
        assert client.get(address).status_code == 404
    assert not AuditEntry.objects.filter(verb__in=["evidence.read", "evidence.preview"]).exists()


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("auditor", 200), ("reviewer", 403)])
def test_r_g2_the_registrys_people_need_the_right_to_see_persons(
    kept: Evidence, sign_in: Callable[..., Client], role: str, status: int
) -> None:
    assert sign_in(UserFactory(staff_roles=[role])).get(f"/izinler/kanit/{kept.pk}/").status_code == status


def test_a_reference_has_no_file(panel: Client, signed: Signed, actor: Actor) -> None:
    services.complete_evidence(actor=actor, consent=signed(), reference="Klasör 4")
    assert panel.get(f"/izinler/kanit/{Evidence.objects.get().pk}/").status_code == 404
