"""R-M7: a person proves an address by a code, ticks channels, and has given a consent with text and proof attached."""

import hashlib
import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from consents.enums import Channel, EvidenceKind, Hold, NoticeState, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, ConsentPage, ConsentPageAnswer, Evidence, Notice
from consents.services.consent_pages import switch_page
from consents.services.recipients import ANYBODY, refuse
from iys_portal.accounts.models import PrivacyNotice, PrivacyNoticeRead, ProvenAddress, User
from iys_portal.core.documents import render
from iys_portal.core.models import AuditEntry, Document, OutboxMessage
from providers.enums import ProviderState
from tests.factories import RetailerFactory

from .conftest import MAIL, PHONE, Visitor, code_to

pytestmark = pytest.mark.django_db


def test_r_m7_the_page_says_who_asks_in_which_words(visitor: Visitor) -> None:
    html = visitor.open().content.decode()
    for part in ("Deneme Moda", "Deneme Ticaret A.Ş.", visitor.page.brand.provider.mersis, "gerekçe göstermeden"):
        assert part in html
    assert "<script" not in re.sub(r'<script src="[^"]*js/theme[^"]*"></script>', "", html)
    assert visitor.answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in visitor.answer.headers["Content-Security-Policy"]


def test_r_m7_nobody_signs_in_and_no_cookie_is_set(visitor: Visitor) -> None:
    visitor.prove()
    assert visitor.give("EPOSTA").status_code == 302
    assert visitor.client.get(visitor.answer.url).status_code == 200
    assert not visitor.client.cookies
    assert not User.objects.exclude(kind="member").exists()
    assert not ProvenAddress.objects.exists()


def test_r_m7_text_version_and_proof_are_attached_by_construction(visitor: Visitor, as_of) -> None:
    visitor.prove()
    assert "checked" not in visitor.html
    assert ConsentEvent.objects.count() == 0, "the code alone gives no consent"
    visitor.give("EPOSTA")
    event = ConsentEvent.objects.get()
    assert (event.recipient, event.status, event.source) == (MAIL, Status.ONAY, Source.HS_WEB)
    assert (event.way, event.text_version_id, event.consent_date) == (
        WayIn.CONSENT_PAGE,
        visitor.page.text_id,
        as_of,
    )
    evidence = Evidence.objects.get(sha256=event.evidence_hash)
    assert evidence.kind == event.evidence_kind == EvidenceKind.FILE
    with evidence.file.open("rb") as file:
        data = file.read()
    assert hashlib.sha256(data).digest() == bytes(event.evidence_hash)
    proof = json.loads(data)
    assert proof["page"]["id"] == visitor.page.public_id
    assert proof["page"]["version"] == 1
    assert proof["text"]["sha256"] == hashlib.sha256(visitor.page.text.text.encode()).hexdigest()
    assert [one["channel"] for one in proof["ticked"]] == ["EPOSTA"]
    assert MAIL not in data.decode(), "the address stands in the ledger alone"
    answer = ConsentPageAnswer.objects.get()
    assert bytes(answer.proof_sha256) == bytes(event.evidence_hash)
    assert proof["receipt"] == answer.number


def test_r_m1_the_notice_goes_out_as_for_any_electronic_consent(visitor: Visitor) -> None:
    visitor.prove()
    visitor.give("EPOSTA")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.state) == (MAIL, NoticeState.WAITING)


def test_r_m7_both_addresses_can_be_proven_and_each_channel_goes_to_its_own(visitor: Visitor) -> None:
    visitor.prove(MAIL)
    assert "MESAJ" not in re.findall(r'name="channels" value="(\w+)"', visitor.html)
    form = re.search(r'<form method="post" class="ask-more".*?</form>', visitor.html, re.S)
    assert form
    visitor.send("adres", address="0532 123 45 67")
    visitor.send("kod", code=code_to(PHONE))
    assert re.findall(r'name="channels" value="(\w+)"', visitor.html) == ["ARAMA", "MESAJ", "EPOSTA"]
    visitor.give("MESAJ", "EPOSTA")
    rows = {(row.recipient, row.channel) for row in Consent.objects.all()}
    assert rows == {(PHONE, Channel.MESAJ), (MAIL, Channel.EPOSTA)}
    assert len(set(ConsentEvent.objects.values_list("evidence_hash", flat=True))) == 1


def test_r_m7_the_codes_words_say_what_it_is_for(visitor: Visitor) -> None:
    visitor.ask(MAIL)
    mail = OutboxMessage.objects.get()
    assert "Deneme Moda" in mail.subject
    assert "tek başına onay" in mail.body
    visitor.answer = None
    visitor.ask(PHONE)
    text = OutboxMessage.objects.get(to=PHONE)
    assert "tek başına onay" in text.body


def test_r_g6_which_privacy_notice_was_read_is_kept_without_the_address(visitor: Visitor) -> None:
    visitor.prove()
    read = PrivacyNoticeRead.objects.get()
    assert read.notice.audience == "citizen"
    assert MAIL not in read.subject_id


def test_r_g6_without_a_privacy_notice_the_page_asks_nobody(page_of, monkeypatch) -> None:
    def none(*_args: object) -> PrivacyNotice:
        raise PrivacyNotice.DoesNotExist

    monkeypatch.setattr("consents.views.page_visits.privacy_notice", none)
    visitor = Visitor(page_of())
    assert "<form" not in visitor.open().content.decode()
    assert "<form" not in visitor.send("adres", address=MAIL).content.decode()
    assert not OutboxMessage.objects.exists()


def test_r_m4_a_proven_address_is_not_asked_to_confirm_once_more(visitor: Visitor) -> None:
    visitor.page.brand.double_opt_in = True
    visitor.page.brand.save()
    visitor.prove()
    visitor.give("EPOSTA")
    assert not Consent.objects.get().holds & Hold.AWAITING_CONFIRMATION


def test_r_c15_after_an_own_refusal_the_person_can_agree_again(visitor: Visitor, clock, as_of) -> None:
    refuse(
        actor=ANYBODY,
        recipient=MAIL,
        wanted={visitor.page.brand_id: [Channel.EPOSTA]},
        source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK,
    )
    clock.move_to(as_of + timedelta(minutes=5))
    visitor.prove()
    visitor.give("EPOSTA")
    assert Consent.objects.get(recipient_type=1).status == Status.ONAY


def test_r_c10_a_refusal_of_this_very_second_wins(visitor: Visitor) -> None:
    visitor.prove()
    refuse(
        actor=ANYBODY,
        recipient=MAIL,
        wanted={visitor.page.brand_id: [Channel.EPOSTA]},
        source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK,
    )
    before = ConsentEvent.objects.count()
    assert visitor.give("EPOSTA").status_code == 409
    assert ConsentEvent.objects.count() == before
    assert not ConsentPageAnswer.objects.exists()
    assert not Evidence.objects.exists()


def test_the_dealer_is_named_where_the_page_names_one(page_of, brand) -> None:
    dealer = RetailerFactory(brand=brand, code="B007")
    visitor = Visitor(page_of(retailer=dealer))
    visitor.prove()
    visitor.give("EPOSTA")
    assert ConsentEvent.objects.get().retailer_id == dealer.pk


def test_the_receipt_has_number_and_pdf_and_a_masked_address(visitor: Visitor) -> None:
    visitor.prove()
    visitor.give("EPOSTA")
    number = ConsentPageAnswer.objects.get().number
    assert number in visitor.answer.url
    document = Document.objects.get(number=number)
    html = visitor.client.get(visitor.answer.url).content.decode()
    assert number in html and "a***@deneme.example" in html and MAIL not in html
    pdf_url = f"/onay/{visitor.page.public_id}/makbuz/{number}/pdf/"
    assert visitor.client.post(pdf_url).status_code == 404, "not drawn yet"
    render(document.pk)
    answer = visitor.client.post(pdf_url)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AuditEntry.objects.get(verb="document.downloaded").actor_id == 0


def test_the_counters_of_the_page_tell_what_came_of_it(visitor: Visitor) -> None:
    visitor.prove()
    visitor.give("EPOSTA")
    page = ConsentPage.objects.get()
    assert (page.asked, page.proved, page.answered) == (1, 1, 1)
    entry = AuditEntry.objects.get(verb="page.answered")
    assert entry.provider_id == page.brand.provider_id
    assert MAIL not in json.dumps(entry.new)


@pytest.mark.parametrize(
    ("state", "said"),
    [(ProviderState.SUSPENDED, "askıda"), (ProviderState.CLOSED, "kapalı")],
)
def test_r_p7_the_page_of_a_suspended_or_closed_provider_says_so(visitor: Visitor, state: str, said: str) -> None:
    visitor.prove()
    visitor.page.brand.provider.state = state
    visitor.page.brand.provider.save()
    assert said in visitor.give("EPOSTA").content.decode()
    assert said in visitor.open().content.decode()
    assert "<form" not in visitor.html
    assert not ConsentEvent.objects.exists()


def test_a_closed_page_asks_nobody(visitor: Visitor, manager) -> None:
    visitor.ask()
    switch_page(actor=manager, page_id=visitor.page.pk, on=False)
    visitor.send("kod", code=code_to(MAIL))
    assert "<form" not in visitor.html
    assert ConsentPage.objects.get().proved == 0


def test_the_page_speaks_the_languages_that_it_was_given(page_of) -> None:
    page = page_of(languages=["tr"])
    client = Client()
    assert client.get(f"/onay/{page.public_id}/?dil=en").headers["Content-Language"] == "tr"
    both = page_of()
    answer = client.get(f"/onay/{both.public_id}/?dil=en")
    assert answer.headers["Content-Language"] == "en"
    assert "What you would agree to" in answer.content.decode()


def test_an_unknown_page_is_not_there(client: Client, db) -> None:
    assert client.get("/onay/abcdefghjk/").status_code == 404
    assert client.get("/onay/../").status_code == 404
