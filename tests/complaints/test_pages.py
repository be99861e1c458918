"""R-K1 to R-K4: a citizen files in the browser, sees what the registry holds, and gets number and receipt."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints import services
from complaints.models import Complaint, ComplaintPaper, RememberedIdentity
from consents.hooks import complaint_link
from iys_portal.accounts.models import PrivacyNotice, PrivacyNoticeRead, User
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid
from iys_portal.core.models import AuditEntry, Document, OutboxMessage
from providers.models import Brand
from tests.consents.evidence.papers import picture

from .conftest import IDENTITY, MAIL, PHONE, TCKN, citizen_with, eml, upload

NEW = "/sikayetlerim/yeni/"


@pytest.fixture
def page(sign_in: Callable[..., Client], citizen: User) -> Client:
    return sign_in(citizen)


def notice() -> str:
    return str(PrivacyNotice.objects.get(audience="complainant", language="tr").pk)


def begin(page: Client, url: str = NEW, **more: object) -> str:
    answer = page.post(url, {"notice": notice(), **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url).removesuffix("ileti/")  # type: ignore[attr-defined]


def message(citizen: User, **more: object) -> dict[str, object]:
    at = timezone.localtime() - timedelta(days=1)
    given = {
        "address": citizen.addresses.get(address=MAIL).pk,
        "channel": 3,
        "brand": "",
        "sender": "Bilinmeyen Mağaza",
        "message_at": at.strftime("%Y-%m-%dT%H:%M"),
        "subject": "Kampanya",
        "text": "İndirim başladı",
        "operator": "",
    }
    return given | more


def test_r_k4_a_complaint_is_filed_step_by_step(page: Client, citizen: User, brand: Brand, record) -> None:
    record(brand, days=3)
    base = begin(page)
    assert page.post(f"{base}ileti/", message(citizen, brand=brand.pk, sender="")).url == f"{base}kayitlar/"
    text = page.get(f"{base}kayitlar/").content.decode()
    assert "nin o an bildiği" in text
    assert "Bugün bilinen" in text
    assert page.post(f"{base}kayitlar/").url == f"{base}kimlik/"
    assert page.post(f"{base}kimlik/", {**IDENTITY, "remember": "on"}).url == f"{base}kanit/"
    assert page.post(f"{base}kanit/", {"topics": ["no_consent", "other"]}).url == f"{base}onizleme/"
    review = page.get(f"{base}onizleme/").content.decode()
    assert TCKN not in review
    assert page.post(f"{base}onizleme/").status_code == 422  # not declared
    assert page.post(f"{base}onizleme/", {"declared": "on"}).url == base
    complaint = Complaint.objects.get()
    assert (complaint.state, complaint.province, complaint.brand) == ("filed", "Ankara", brand)
    assert re.fullmatch(r"SKY(-[0-9A-Z]{4}){3}", complaint.tracking_number)
    assert not complaint.without_consent
    detail = page.get(base).content.decode()
    assert complaint.tracking_number in detail
    assert "Deneme Moda" in page.get("/sikayetlerim/").content.decode()
    assert page.post(f"{base}onizleme/", {"declared": "on"}).url == base  # a second click is ordinary
    assert Complaint.objects.count() == 1


def test_r_k4_the_receipt_is_drawn_and_mailed_with_the_number(page: Client, filed) -> None:
    complaint = filed()
    receipt = Document.objects.get()
    letter = OutboxMessage.objects.get()
    assert (letter.to, letter.document) == (MAIL, receipt)
    assert complaint.tracking_number in letter.subject
    base = f"/sikayetlerim/{complaint.public_id}/"
    assert page.post(f"{base}alindi/").status_code == 404  # not drawn yet
    documents.render(receipt.pk)
    answer = page.post(f"{base}alindi/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert receipt.data["number"] == complaint.tracking_number
    assert TCKN not in str(receipt.data)
    assert AuditEntry.objects.filter(verb="document.downloaded").exists()


def test_r_g6_the_privacy_notice_stands_before(page: Client) -> None:
    assert page.post(NEW, {"notice": "0"}).status_code == 422
    assert not Complaint.objects.exists()
    begin(page)
    assert PrivacyNoticeRead.objects.get().notice.audience == "complainant"


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("message_at", "", "ne zaman geldiğini"),
        ("message_at", "future", "henüz gelmedi"),
        ("message_at", "old", "reddedebilirsiniz"),
        ("address", "999999", "Geçerli"),
        ("channel", "1", "telefona"),
        ("text", "", "yazın"),
        ("sender", "", "Kimin"),
    ],
)
def test_r_k1_what_cannot_be_complained_about_is_told_at_its_field(
    page: Client, citizen: User, field: str, value: str, words: str
) -> None:
    base = begin(page)
    moments = {"future": timedelta(days=1), "old": timedelta(days=-100)}
    if value in moments:
        value = (timezone.localtime() + moments[value]).strftime("%Y-%m-%dT%H:%M")
    answer = page.post(f"{base}ileti/", message(citizen, **{field: value}))
    assert answer.status_code == 422
    error = answer.context["form"].errors[field]
    assert words in " ".join(error), error
    assert not Complaint.objects.get().text


def test_r_k2_a_phone_needs_its_operator(page: Client, citizen: User) -> None:
    base = begin(page)
    at = citizen.addresses.get(address=PHONE).pk
    answer = page.post(f"{base}ileti/", message(citizen, address=at, channel=1))
    assert "operator" in answer.context["form"].errors
    assert page.post(f"{base}ileti/", message(citizen, address=at, channel=1, operator="turkcell")).status_code == 302


def test_r_k2_an_email_file_fills_the_form(page: Client, brand: Brand) -> None:
    base = begin(page, mail=SimpleUploadedFile("ileti.eml", eml()))
    complaint = Complaint.objects.get()
    assert (complaint.address, complaint.channel, complaint.subject) == (MAIL, 3, "Kampanya")
    assert complaint.sender_given == "kampanya@moda.example"
    assert complaint.text == "İndirim başladı."
    assert complaint.mail_facts["lists"] == {"List-Unsubscribe": "<https://moda.example/ret>"}
    assert "dkim=pass" in complaint.mail_facts["authentication"][0]
    assert "kampanya@moda.example" in page.get(f"{base}ileti/").content.decode()
    paper = ComplaintPaper.objects.get()
    answer = page.get(f"{base}dosya/{paper.public_id}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == eml()  # type: ignore[attr-defined]


def test_r_k2_the_identity_is_given_once_and_then_remembered(page: Client, filed) -> None:
    filed()
    assert RememberedIdentity.objects.get().tckn == TCKN
    base = begin(page)
    text = page.get(f"{base}kimlik/").content.decode()
    assert "Deneme Vatandaş" in text
    assert "10*******46" in text
    assert TCKN not in text


def test_a_link_fills_the_form_and_shows_nothing_in_its_address(
    page: Client, citizen: User, brand: Brand, record
) -> None:
    record(brand)
    at = citizen.addresses.get(address=MAIL).pk
    link = complaint_link(brand_id=brand.pk, channel=3, address_id=at, sender="kampanya@moda.example")
    assert link is not None
    assert "moda" not in link
    assert "?" not in link
    begin(page, link)
    complaint = Complaint.objects.get()
    assert (complaint.address, complaint.channel) == (MAIL, 3)
    assert complaint.sender_given == "kampanya@moda.example"
    assert complaint.brand == brand  # which nobody registered under this sender
    begin(page, f"{NEW}bozuk/")  # a worthless link begins an empty one
    assert Complaint.objects.order_by("-pk")[0].address == ""


def test_a_citizen_has_ten_open_drafts_at_most(page: Client, me: Actor) -> None:
    for _number in range(10):
        services.start_draft(actor=me, language="tr")
    with pytest.raises(Invalid) as caught:
        services.start_draft(actor=me, language="tr")
    assert caught.value.code == "drafts"
    notice = page.get(NEW).context["notice"]
    assert page.post(NEW, {"notice": str(notice.pk)}, follow=True).redirect_chain[-1][0] == "/sikayetlerim/"
    assert Complaint.objects.count() == 10


def test_another_persons_rows_are_not_taken_from_a_link(page: Client, brand: Brand) -> None:
    other = citizen_with("veli@deneme.example").addresses.get()
    begin(page, complaint_link(brand_id=brand.pk, address_id=other.pk) or "")
    complaint = Complaint.objects.get()
    assert (complaint.brand, complaint.address) == (brand, "")


def test_pictures_are_kept_without_their_place(page: Client) -> None:
    base = begin(page)
    page.post(f"{base}dosya/", {"files": SimpleUploadedFile("a.jpg", picture())})
    assert ComplaintPaper.objects.get().kind == "picture"


def test_r_a1_another_citizen_finds_nothing(sign_in: Callable[..., Client], filed) -> None:
    complaint = filed()
    stranger = sign_in(citizen_with("veli@deneme.example"))
    base = f"/sikayetlerim/{complaint.public_id}/"
    assert stranger.get(base).status_code == 404
    for act in ("geri-cek", "taslagi-sil", "eksik-bilgi", "alindi", "dosya", "ileti"):
        assert stranger.post(f"{base}{act}/").status_code == 404


def test_the_filing_pages_ask_few_questions(page: Client, draft, brand: Brand, record, me: Actor) -> None:
    """The issue's figure: under 12 queries, the session's and the actor's included; with everything filled."""
    record(brand)
    complaint = draft(brand=brand)
    files = [upload("a.png", picture()), upload("b.eml", eml())]
    assert not [one.refused for one in services.add_evidence(complaint=complaint, files=files, actor=me) if one.refused]
    base = f"/sikayetlerim/{complaint.public_id}/"
    for step in ("ileti", "kayitlar", "kimlik", "kanit", "onizleme"):
        page.get(f"{base}{step}/")
        with CaptureQueriesContext(connection) as asked:
            assert page.get(f"{base}{step}/").status_code == 200
        assert len(asked) < 12, step


def test_r_a4_the_own_page_tells_of_open_complaints_and_leads_to_new_ones(
    page: Client, filed, brand: Brand, record, officer: Actor
) -> None:
    record(brand)
    own = reverse("consents:own")
    before = page.get(own).content.decode()
    assert "Açık şikâyetiniz" not in before
    link = re.search(r'href="(/sikayetlerim/yeni/[^"]+)"', before)
    assert link
    assert page.get(link[1]).status_code == 200
    case = filed(brand=brand)
    assert "Açık şikâyetiniz: 1</a>" in page.get(own).content.decode()
    services.ask_information(complaint=case, text="Ekran görüntüsü?", actor=officer)
    assert "sizden bilgi bekleniyor" in page.get(own).content.decode()
    services.withdraw_complaint(complaint=Complaint.objects.get(), actor=citizen_actor(case.citizen_id))
    assert "Açık şikâyetiniz" not in page.get(own).content.decode()
    assert "yaptığınız şikâyetler" in page.get(reverse("accounts:own-close")).content.decode()
