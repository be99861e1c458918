"""The evidence PDF (R-L3): what it holds, who may have it, and the compact proof in its code."""

import base64
import hashlib
import json
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from consents.models import Consent, ConsentEvent, LedgerSeal
from consents.proof import form, keys, merkle
from consents.proof.compact import HEAD
from consents.services import proofs
from consents.services.proofs import issue_evidence
from iys_portal.core import documents
from iys_portal.core.errors import Invalid, NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, Document
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, officer_of, staff

from .conftest import record, seal_all


@pytest.fixture
def ayse(brand: Brand, people: Callable[..., None]) -> Consent:
    """Given, refused, given again; beside others under the same seals."""
    people("ali", "ayse", "can", "deniz", "ece", ago=90)
    people("ayse", status="RET", ago=60)
    people("ayse", ago=30)
    seal_all()
    return Consent.objects.get(recipient="ayse@firma.example")


def issue(consent: Consent, brand: Brand, *, whole: bool = False) -> Document:
    return issue_evidence(actor=officer_of(brand), event_id=consent.event_id, whole=whole, now=timezone.now())


def drawn(document: Document) -> bytes:
    documents.render(document.pk)
    document.refresh_from_db()
    return documents.content_of(document)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_r_l3_it_tells_every_event_with_what_proves_it(brand: Brand, ayse: Consent) -> None:
    document = issue(ayse, brand)
    content = drawn(document)
    text, flat = text_of(content), "".join(text_of(content).split())
    assert "ayse@firma.example" in text and "ali@firma.example" not in text
    assert brand.provider.title in text and document.number in text
    for event in ConsentEvent.objects.filter(recipient=ayse.recipient):
        assert timezone.localtime(event.registered_at).strftime("%d.%m.%Y %H:%M:%S") in text
        assert bytes(event.transaction_id).hex() in flat
    (inside,) = PdfReader(BytesIO(content)).attachments["iys-proof-v1.json"]
    proof = json.loads(inside)
    assert (proof["document"], len(proof["events"])) == (document.number, 3)
    for event in proof["events"]:
        assert event["proof"]["leaf"] in flat
        assert all(step["hash"] in flat for step in event["proof"]["path"])
        seal = LedgerSeal.objects.get(number=event["proof"]["seal"])
        assert all(part in flat for part in (seal.events_root_hex, seal.hash_hex, seal.signature_hex))
    entry = AuditEntry.objects.get(verb="consent.proof_taken")
    assert entry.new == {"document": document.number, "consents": 1}
    assert "ayse" not in json.dumps([entry.target_name, entry.new])


def test_r_l3_it_is_frozen_when_it_is_issued(brand: Brand, ayse: Consent, people: Callable[..., None]) -> None:
    document = issue(ayse, brand)
    people("ayse", status="RET")
    before = document.data
    assert text_of(drawn(document)).count("Onay geri çekildi") == 1
    assert Document.objects.get().data == before


def test_r_l3_the_whole_address_within_the_scope_and_nothing_else(brand: Brand, ayse: Consent) -> None:
    sister, other = BrandFactory(provider=brand.provider), BrandFactory()
    record(sister, "ayse")
    record(other, "ayse")
    own = issue(ayse, brand, whole=True)
    assert {one["brand"] for one in own.data["records"]} == {brand.name, sister.name}
    assert own.provider_id == brand.provider_id
    assert own.data["unsealed"] == 1
    every = issue_evidence(actor=staff("auditor"), event_id=ayse.event_id, whole=True, now=timezone.now())
    assert len(every.data["records"]) == 3
    assert every.provider_id is None


def test_r_a1_a_strangers_consent_gives_no_document(brand: Brand, ayse: Consent) -> None:
    entries = AuditEntry.objects.count()
    with pytest.raises(NotFound):
        issue_evidence(actor=officer_of(BrandFactory()), event_id=ayse.event_id, whole=False, now=timezone.now())
    with pytest.raises(NotAllowed):
        issue_evidence(actor=staff("reviewer"), event_id=ayse.event_id, whole=False, now=timezone.now())
    assert not Document.objects.exists()
    assert AuditEntry.objects.count() == entries


def test_an_address_with_very_many_consents_is_refused_in_words(
    brand: Brand, ayse: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "MAX_CONSENTS", 1)
    record(BrandFactory(provider=brand.provider), "ayse")
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        issue(ayse, brand, whole=True)
    assert "1 consents" in str(refusal.value)
    assert not Document.objects.exists()


def compact_of(document: Document) -> bytes:
    code = document.data["qr"].partition("#")[2]
    return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))


def test_r_l3_the_code_proves_the_newest_event_by_itself(brand: Brand, ayse: Consent) -> None:
    document = issue(ayse, brand)
    assert f"?kod={document.number}#" in document.data["qr"]
    assert "ayse" not in document.data["qr"]
    packed = compact_of(document)
    version, number, _, last_event, events, last_entry, entries, event, place = HEAD.unpack_from(packed)
    rest = packed[HEAD.size :]
    seal = LedgerSeal.objects.get(number=number)
    newest = ConsentEvent.objects.filter(recipient=ayse.recipient).latest("version")
    assert (version, event) == (1, newest.event_id)
    assert (last_event, events, last_entry, entries) == (
        seal.last_event, seal.events, seal.last_entry, seal.entries
    )  # fmt: skip
    signature, leaf, path = rest[72:136], rest[136:168], merkle.split(rest[168:])
    value, size = leaf, events
    while size > 1:
        if (sibling := place ^ 1) < size:
            other = path.pop(0)
            value = merkle.node(other, value) if sibling < place else merkle.node(value, other)
        place, size = place // 2, (size + 1) // 2
    assert not path
    assert value == bytes(seal.events_root)
    content = form.SealContent(
        number, seal.sealed_at, last_event, events, value, last_entry, entries, rest[:32], rest[32:64]
    )
    assert form.signed_by(content.canonical, signature, keys.public_keys()[rest[64:72].hex()])


def test_before_the_first_seal_the_code_holds_the_number_alone(brand: Brand, people: Callable[..., None]) -> None:
    people("ayse")
    document = issue(Consent.objects.get(), brand)
    assert document.data["qr"].endswith(document.number)
    assert "henüz mühürlenmedi" in text_of(drawn(document))


def test_r_l3_the_public_page_tells_what_was_issued_and_no_address(brand: Brand, ayse: Consent) -> None:
    document = issue(ayse, brand)
    content = drawn(document)
    page = Client().get(reverse("consents:verify"), {"kod": document.number.lower().replace("-", " ")})
    words = page.content.decode()
    assert document.number in words and hashlib.sha256(content).hexdigest() in words
    assert "ayse" not in words and brand.name not in words
    unknown = Client().get(reverse("consents:verify"), {"kod": "KNT-0000-0000-0000-0000"})
    assert "belge düzenlemedi" in unknown.content.decode()


def test_the_document_has_a_page_that_waits_then_gives_the_file(
    brand: Brand, ayse: Consent, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(MembershipFactory(provider=brand.provider, role="officer").user, brand.provider)
    answer = client.post(reverse("consents:proof_pdf", args=[ayse.event_id]))
    document = Document.objects.get()
    assert answer.url == reverse("documents:document", args=[document.public_id])
    assert "hx-get" in client.get(answer.url).content.decode()
    download = reverse("documents:download", args=[document.public_id])
    assert client.post(download).status_code == 404, "not ready yet"
    content = drawn(document)
    assert "hx-get" not in client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    got = client.post(download)
    assert b"".join(got.streaming_content) == content
    assert AuditEntry.objects.filter(verb="document.downloaded", target_name=document.number).exists()
