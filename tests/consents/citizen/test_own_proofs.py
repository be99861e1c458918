"""R-Z4, R-L3: citizens take home the evidence PDF and a signed receipt of their own events, and of no other."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.models import ConsentEvent
from consents.proof.keys import public_keys
from consents.proof.queries import holds
from consents.services import citizens
from consents.services.own_proofs import issue_own_evidence, issue_receipt
from consents.services.seals import seal_ledger
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core.documents import render
from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, Document
from tests.databases import ROOT
from tests.factories import BrandFactory, officer_of

from .conftest import MAIL, OTHERS, citizen_with

pytestmark = pytest.mark.django_db


def test_r_l3_the_evidence_holds_the_own_consent_and_no_employees_name(citizen: User, record) -> None:
    brand = BrandFactory(name="Deneme Moda")
    number = record(brand)
    document = issue_own_evidence(actor=citizen_actor(citizen.pk), event_id=number, now=timezone.now())
    (told,) = document.data["records"]
    assert (told["brand"], document.data["recipient"]) == ("Deneme Moda", MAIL)
    text = json.dumps(document.data, ensure_ascii=False)
    assert not [name for name in User.objects.values_list("full_name", flat=True) if name and name in text]
    assert document.provider_id is None, "no company sees it"
    entry = AuditEntry.objects.get(verb="consent.proof_taken")
    assert entry.actor_id == citizen.pk
    render(document.pk)
    document.refresh_from_db()
    assert document.state == "ready"


def test_r_z2_an_earlier_holders_events_stand_in_no_document(citizen: User, record, clock) -> None:
    brand = BrandFactory()
    former = record(brand)
    clock.shift(3600)
    ProvenAddress.objects.filter(address=MAIL).update(history_from=timezone.now())
    clock.shift(60)
    actor = citizen_actor(citizen.pk)
    for issue in (issue_own_evidence, issue_receipt):
        with pytest.raises(NotFound):
            issue(actor=actor, event_id=former, now=timezone.now())
    assert not Document.objects.exists()
    citizens.withdraw_everything(actor=actor)
    mine = ConsentEvent.objects.get(recipient_type=1, version=2).event_id
    data = issue_own_evidence(actor=actor, event_id=mine, now=timezone.now()).data
    numbers = [event["number"] for event in data["records"][0]["events"]]
    assert numbers == [mine]
    assert [event["event"] for event in data["proof"]["events"]] == [mine]
    receipt = issue_receipt(actor=actor, event_id=mine, now=timezone.now()).data["signed"]["receipt"]
    assert [event["event_state"] for event in receipt["events"]] == ["refused"]


class TestReceipt:
    """ISO/IEC TS 27560, signed by the ledger's key."""

    @pytest.fixture
    def signed(self, citizen: User, record) -> dict:
        number = record(BrandFactory(name="Deneme Moda", provider__mersis="0000000000000077"))
        citizens.withdraw_channel(actor=citizen_actor(citizen.pk), event_id=number)
        refused = ConsentEvent.objects.get(recipient_type=1, version=2)
        return issue_receipt(actor=citizen_actor(citizen.pk), event_id=refused.event_id, now=timezone.now()).data[
            "signed"
        ]

    def test_the_key_of_the_ledger_signs_it(self, signed: dict) -> None:
        public = public_keys()[signed["key_id"]]
        assert holds(signed["receipt"], bytes.fromhex(signed["signature"]), public)
        changed = signed["receipt"] | {"record_id": "0" * 64}
        assert not holds(changed, bytes.fromhex(signed["signature"]), public)

    def test_it_has_the_fields_of_the_standard(self, signed: dict) -> None:
        receipt = signed["receipt"]
        assert receipt["schema_version"] == "ISO/IEC TS 27560:2023"
        assert set(receipt) >= {"record_id", "receipt_id", "pii_principal_id", "pii_processing", "events"}
        (purpose,) = receipt["pii_processing"]["purposes"]
        assert (purpose["lawful_basis"], purpose["processing_method"]) == ("consent", "EPOSTA")
        assert purpose["pii_controllers"] == ["mersis:0000000000000077"]
        assert purpose["withdrawal_method"].endswith("/izinlerim/")
        assert receipt["party_identification"][0]["party_role"] == "pii_controller"
        assert [event["event_state"] for event in receipt["events"]] == ["given", "withdrawn"]
        assert [event["entity_id"] for event in receipt["events"]] == ["mersis:0000000000000077", "pii_principal"]

    def test_it_names_the_person_by_a_keyed_hash_only(self, signed: dict) -> None:
        assert MAIL not in json.dumps(signed)
        assert len(signed["receipt"]["pii_principal_id"]) == 32

    def test_every_field_is_listed_in_the_documentation(self, signed: dict) -> None:
        told = (ROOT / "docs" / "receipts.md").read_text(encoding="utf-8")
        missing = [name for name in names_in(signed) if f"`{name}`" not in told]
        assert not missing


def names_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(names_in(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(names_in(one) for one in value))
    return set()


class TestPages:
    def test_a_receipt_is_had_as_pdf_and_as_json(self, page: Client, record) -> None:
        number = record(BrandFactory())
        seal_ledger()
        answer = page.post(reverse("consents:own-receipt", args=[number]))
        document = Document.objects.get()
        assert answer.url == reverse("consents:own-document", args=[document.public_id])
        assert page.get(answer.url).status_code == 200
        assert page.post(answer.url + "indir/").status_code == 404, "not drawn yet"
        render(document.pk)
        assert b"".join(page.post(answer.url + "indir/").streaming_content).startswith(b"%PDF")
        signed = page.post(answer.url + "json/")
        assert signed.json()["receipt"]["receipt_id"] == document.number
        assert document.number in signed.headers["Content-Disposition"]
        taken = AuditEntry.objects.filter(verb="document.downloaded")
        assert [entry.new for entry in taken.order_by("pk")] == [{"form": "pdf"}, {"form": "json"}]

    def test_r_a1_another_citizens_events_and_documents_are_not_there(self, page: Client, record, sign_in) -> None:
        number = record(BrandFactory(), OTHERS)
        for name in ("own-evidence", "own-receipt"):
            assert page.post(reverse(f"consents:{name}", args=[number])).status_code == 404
        other = citizen_with(OTHERS)
        document = issue_receipt(actor=citizen_actor(other.pk), event_id=number, now=timezone.now())
        for name, ask in (
            ("own-document", page.get),
            ("own-document-pdf", page.post),
            ("own-document-json", page.post),
        ):
            assert ask(reverse(f"consents:{name}", args=[document.public_id])).status_code == 404
        assert not AuditEntry.objects.filter(verb="document.downloaded").exists()

    def test_an_evidence_pdf_has_no_json_of_its_own(self, page: Client, citizen: User, record) -> None:
        document = issue_own_evidence(
            actor=citizen_actor(citizen.pk), event_id=record(BrandFactory()), now=timezone.now()
        )
        assert page.post(reverse("consents:own-document-json", args=[document.public_id])).status_code == 404


def test_a_companys_people_cannot_issue_a_citizens_receipt(record) -> None:
    brand = BrandFactory()
    number = record(brand)
    with pytest.raises(NotAllowed):
        issue_receipt(actor=officer_of(brand), event_id=number, now=timezone.now())
    assert not Document.objects.exists()
