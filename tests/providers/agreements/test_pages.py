"""The agreement on the applicant's pages and on the reviewers' desk (R-P4, R-P5, R-P8)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from iys_portal.core import documents
from iys_portal.core.models import AuditEntry, Document
from providers import services
from providers.enums import ApplicationState as S
from providers.enums import Step
from providers.models import AgreementFile
from tests.factories import MembershipFactory, UserFactory
from tests.providers.applications.conftest import COMPANY, Desk, url

from .conftest import ONE, issued, take

pytestmark = pytest.mark.django_db


def agreement_page(client: Client, desk: Desk) -> str:
    return client.get(url("application-step", desk.application, Step.AGREEMENT.value)).content.decode()


def post_signed(client: Client, desk: Desk, content: bytes) -> Any:
    return client.post(
        url("application-agreement-signed", desk.application), {"files": SimpleUploadedFile("imzali.pdf", content)}
    )


def read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_r_p4_the_page_leads_from_the_choice_to_the_signed_file(desk: Desk, holder: Callable, sign: Callable) -> None:
    client = holder(desk.application)
    assert 'value="online"' in agreement_page(client, desk)
    prepare = url("application-agreement-prepare", desk.application)
    assert client.post(prepare, {"way": ""}).status_code == 422
    assert client.post(prepare, {"way": "online"}).status_code == 302
    assert 'hx-trigger="every 1s"' in agreement_page(client, desk)
    documents.render(Document.objects.get().pk)
    page = agreement_page(client, desk)
    assert 'hx-trigger="every' not in page and url("application-agreement", desk.application) in page
    content = read(client.get(url("application-agreement", desk.application)))
    assert content == issued(desk.application.agreements.get())
    assert post_signed(client, desk, sign(content, ONE)).status_code == 302
    page = agreement_page(client, desk)
    assert "İmza sağlam." in page and "Zaman damgası" in page and ONE.tckn not in page
    assert 'id="signed"' not in page


def test_r_p4_what_was_wrong_is_said_check_by_check(desk: Desk, holder: Callable, sign: Callable) -> None:
    agreement = desk.prepare("online")
    client = holder(desk.application)
    content = sign(issued(agreement), ONE)
    answer = post_signed(client, desk, content[:-40])
    assert answer.status_code == 422
    answer = post_signed(client, desk, sign(issued(agreement).replace(b"%PDF-1.7", b"%PDF-1.6"), ONE))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "geçmedi" in page and "geçti" in page and "denetlenmedi" in page
    assert client.post(url("application-agreement-signed", desk.application)).status_code == 422
    assert not AgreementFile.objects.exists()


def test_r_p8_a_document_that_failed_can_be_made_again(desk: Desk, holder: Callable) -> None:
    services.prepare_agreement(way="online", **desk.about)
    Document.objects.update(state="failed", attempts=3)
    client = holder(desk.application)
    assert "Sözleşme şu anda hazırlanamadı." in agreement_page(client, desk)
    assert client.get(url("application-agreement", desk.application)).status_code == 404
    client.post(url("application-agreement-prepare", desk.application), {"way": "online"})
    assert Document.objects.get().state == "waiting"


def test_r_p6_while_signatures_are_awaited_other_pages_are_closed(desk: Desk, holder: Callable) -> None:
    desk.prepare("online")
    client = holder(desk.application)
    for step in Step:
        status = client.get(url("application-step", desk.application, step.value)).status_code
        assert status == (200 if step in (Step.AGREEMENT, Step.REVIEW) else 302), step
    answer = client.post(url("application-step", desk.application, Step.COMPANY.value), COMPANY | {"title": "Başka"})
    assert answer.status_code == 409
    assert client.post(url("application-change", desk.application)).status_code == 302
    assert desk.fresh().state == S.DRAFT
    assert client.get(url("application-step", desk.application, Step.COMPANY.value)).status_code == 200


def test_without_roots_signing_online_is_not_offered(desk: Desk, holder: Callable, settings: Any) -> None:
    settings.ESIGN_ROOTS = ""
    page = agreement_page(holder(desk.application), desk)
    online = page.partition('id="way-online"')[2].partition(">")[0]
    assert "disabled" in online and "checked" not in online


def test_r_p5_each_download_is_on_record(desk: Desk, holder: Callable, sign: Callable) -> None:
    kept = take(desk, sign(issued(desk.prepare("online")), ONE))
    client = holder(desk.application)
    assert read(client.get(url("application-agreement", desk.application)))
    assert read(client.get(url("application-agreement-file", desk.application, kept.public_id)))
    seen = AuditEntry.objects.filter(verb="application.agreement_read").order_by("pk")
    assert [entry.new["file"] for entry in seen] == ["issued", "signed"]


def test_r_a1_another_applications_file_is_not_found(
    desk: Desk, begin: Callable, holder: Callable, sign: Callable
) -> None:
    kept = take(desk, sign(issued(desk.prepare("online")), ONE))
    other = begin(email="baska@firma.example")
    client = holder(other.application)
    before = AuditEntry.objects.count()
    assert client.get(url("application-agreement-file", other.application, kept.public_id)).status_code == 404
    assert client.get(url("application-agreement", other.application)).status_code == 404
    assert AuditEntry.objects.count() == before


def review_links(desk: Desk, kept: AgreementFile) -> list[str]:
    return [
        reverse("providers:review_agreement", args=[desk.application.public_id, 1]),
        reverse("providers:review_signed", args=[kept.public_id]),
        reverse("providers:review_signed_page", args=[kept.public_id, 1]),
    ]


def test_r_p4_the_desk_shows_the_checks_and_every_version(desk: Desk, sign: Callable, sign_in: Callable) -> None:
    old = desk.prepare("online")
    services.change_application(**desk.about)
    services.save_company(**COMPANY | {"title": "Yeni Unvan A.Ş."}, **desk.about)
    take(desk, sign(issued(desk.prepare("online")), ONE))
    services.submit(**desk.about)
    client = sign_in(UserFactory(staff_roles=["reviewer"]))
    page = client.get(reverse("providers:review", args=[desk.application.public_id])).content.decode()
    assert "İmza sağlam." in page and "denetlenmedi" in page and "Deneme Yetkili imzası" in page
    assert old.document.number in page and "tarihinden beri geçersiz" in page
    assert ONE.tckn not in page


@pytest.mark.parametrize("role", ["reviewer", "auditor", "complaint_officer", "admin", "manager", ""])
def test_r_p5_agreements_are_opened_by_reviewers_and_auditors(
    desk: Desk, sign: Callable, sign_in: Callable, role: str
) -> None:
    kept = take(desk, sign(issued(desk.prepare("online")), ONE))
    if role == "manager":
        client = sign_in(MembershipFactory(role="manager").user)
    else:
        client = sign_in(UserFactory(staff_roles=[role])) if role else Client()
    before = AuditEntry.objects.filter(verb="application.agreement_read").count()
    for link in review_links(desk, kept):
        answer = client.get(link)
        if role in ("reviewer", "auditor"):
            assert answer.status_code == 200 and read(answer)
        else:
            assert answer.status_code == (403 if role else 302)
    seen = AuditEntry.objects.filter(verb="application.agreement_read").count() - before
    assert seen == (3 if role in ("reviewer", "auditor") else 0)
    assert client.get(reverse("providers:review_signed_page", args=[kept.public_id, 99])).status_code in (302, 403, 404)


@pytest.mark.parametrize(
    "language, words", [("tr", "Kendi sertifikanızı seçin"), ("en", "Choose your own certificate")]
)
def test_the_guide_is_open_in_both_languages(client: Client, settings: Any, language: str, words: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("providers:signing-guide")).content.decode()
    assert words in page and page.count("<img") >= 6 and "style=" not in page
