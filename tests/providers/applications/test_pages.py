"""The pages of an application: from the public start to the submitted application, without any account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iys_portal.accounts.models import PrivacyNoticeRead
from iys_portal.core.models import AuditEntry
from providers import services
from providers.enums import ApplicationState as S
from providers.enums import Step
from providers.models import Agreement, Application
from tests.consents.evidence.papers import pdf, picture, scripted_pdf

from .conftest import COMPANY, PAPERS, Desk, code_of, file, last_mail, mails, url

EMAIL = "izin@basvuran.example"
PERSON = {
    "first_name_1": "Deneme",
    "last_name_1": "Yetkili",
    "tckn_1": "10000000146",
    "phone_1": "0532 000 00 00",
    "email_1": "yetkili@basvuran.example",
}

pytestmark = pytest.mark.django_db


def read_notice(client: Client) -> None:
    page = client.get(reverse("providers:application-privacy"))
    notice = page.context["notice"]
    assert client.post(page.wsgi_request.path, {"notice": notice.pk}).status_code == 302


def begin(client: Client, kind: str = "legal_entity") -> Application:
    read_notice(client)
    answer = client.post(reverse("providers:application-new"), {"kind": kind, "email": EMAIL})
    assert answer.status_code == 302, answer.context["form"].errors
    return Application.objects.get()


def step(client: Client, application: Application, name: Step, data: dict[str, Any]) -> Any:
    return client.post(url("application-step", application, name.value), data)


@pytest.mark.parametrize("kind", ["legal_entity", "natural_person"])
def test_an_application_is_made_from_start_to_submission(client: Client, kind: str) -> None:
    assert client.get(reverse("providers:application-start")).status_code == 200
    application = begin(client, kind)
    assert step(client, application, Step.COMPANY, COMPANY).status_code == 302
    birth = {} if kind == "legal_entity" else {"birth_date_1": "1980-05-17"}
    assert step(client, application, Step.SIGNATORY, PERSON | birth).status_code == 302
    client.post(url("application-code", application))
    code = code_of(last_mail(EMAIL))
    assert client.post(url("application-confirm", application), {"code": code}).status_code == 302
    client.post(url("application-brand", application), {"name": "Deneme Moda", "registered": "on"})
    brand = application.brands.get()
    upload = url("application-upload", application)
    two = lambda: [file(pdf()), file(picture(), "x.png")]  # noqa: E731
    for paper in PAPERS[:2]:
        assert client.post(upload, {"kind": paper.value, "files": two()}).status_code == 302
    prepare = url("application-agreement-prepare", application)
    answer = client.post(prepare, {"way": "wet_ink"})
    assert (answer.status_code, Agreement.objects.count()) == (422, 0)
    client.post(upload, {"kind": "brand_certificate", "brand": brand.pk, "files": [file(pdf())]})
    assert client.post(prepare, {"way": "wet_ink"}).status_code == 302
    assert client.post(upload, {"kind": "commitment", "files": two()}).status_code == 302
    review = client.get(url("application-step", application, Step.REVIEW.value))
    assert [entry.field for entry in review.context["missing"]] == ["contract"]
    assert client.post(url("application-submit", application)).status_code == 302
    application.refresh_from_db()
    assert application.state == S.AWAITING_SIGNATURE
    client.post(upload, {"kind": "contract", "files": two()})
    answer = client.post(url("application-submit", application), follow=True)
    application.refresh_from_db()
    assert application.state == S.SUBMITTED
    assert answer.status_code == 200
    assert "10000000146" not in answer.content.decode()
    assert mails("move:") == 1


def test_r_g6_no_data_is_taken_before_the_privacy_notice_is_read(client: Client) -> None:
    new = reverse("providers:application-new")
    for ask in (client.get, client.post):
        assert ask(new, {"kind": "legal_entity", "email": EMAIL}).url == reverse("providers:application-privacy")
    assert not Application.objects.exists()
    page = client.get(reverse("providers:application-privacy")).content.decode()
    assert "Okudum" in page
    assert not re.search(r"kabul ed|onaylıyorum", page, re.IGNORECASE)
    assert client.post(reverse("providers:application-privacy"), {"notice": "0"}).url.endswith("/aydinlatma/")
    assert client.get(new).status_code == 302
    application = begin(client)
    read = PrivacyNoticeRead.objects.get()
    assert (read.subject_type, read.subject_id) == ("providers.application", str(application.public_id))
    assert (read.notice.version, read.notice.language) == (1, "tr")


def test_each_step_saves_and_says_what_is_wrong_in_place(client: Client) -> None:
    application = begin(client)
    answer = step(client, application, Step.COMPANY, COMPANY | {"tax_number": "7345678908", "district": "Kadıköy"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"district", "tax_number"} or set(answer.context["form"].errors) == {
        "district"
    }
    answer = step(client, application, Step.COMPANY, COMPANY | {"tax_number": "7345678908"})
    assert set(answer.context["form"].errors) == {"tax_number"}
    answer = step(client, application, Step.SIGNATORY, PERSON | {"joint_authority": "on"})
    assert {"first_name_2", "tckn_2", "phone_2", "email_2"} <= set(answer.context["form"].errors)
    answer = step(client, application, Step.SIGNATORY, PERSON | {"manager_other": "on"})
    assert {"manager_name", "manager_email"} == set(answer.context["form"].errors)
    application.refresh_from_db()
    assert not application.title and not application.signatories.exists()
    answer = step(client, application, Step.EMAIL, {"email": "biri@gmail.com"})
    assert set(answer.context["form"].errors) == {"email"}


def test_r_p9_numbers_are_not_shown_again(holder: Callable, begin_natural: Desk) -> None:
    client = holder(begin_natural.application)
    for name in Step:
        page = client.get(url("application-step", begin_natural.application, name.value)).content.decode()
        assert "10000000146" not in page
        assert "1980-05-17" not in page
    # and leaving the fields empty keeps them
    data = {name: value for name, value in PERSON.items() if name != "tckn_1"}
    assert step(client, begin_natural.application, Step.SIGNATORY, data).status_code == 302
    person = begin_natural.application.signatories.get()
    assert (person.tckn, person.birth_date.isoformat()) == ("10000000146", "1980-05-17")
    assert step(client, begin_natural.application, Step.COMPANY, COMPANY | {"tax_number": ""}).status_code == 302
    assert begin_natural.fresh().tax_number == "10000000146"


@pytest.fixture
def begin_natural(begin: Callable[..., Desk]) -> Desk:
    desk = begin("natural_person")
    desk.fill(tax_number="10000000146")
    return desk


@pytest.mark.parametrize(
    "field, text, sentence",
    [
        ("mersis", "123", "16 haneli"),
        ("tax_number", "7345678908", "VKN"),
        ("tckn_1", "10000000145", "kimlik"),
        ("tckn_1", "11111111110", "örnek"),
        ("email", "a@gmail.com", "kurum"),
        ("email", "a@hs01.kep.tr", "KEP"),
        ("email", EMAIL, "Doğru"),
        ("tckn_1", "10000000146", "Doğru"),
    ],
)
def test_r_p2_fields_are_judged_while_they_are_typed(
    holder: Callable, desk: Desk, field: str, text: str, sentence: str
) -> None:
    answer = holder(desk.application).post(url("application-check", desk.application), {"field": field, field: text})
    assert answer.status_code == 200
    assert sentence.casefold() in answer.content.decode().casefold()


def test_the_districts_of_a_province_come_as_options(client: Client) -> None:
    page = client.post(reverse("providers:districts"), {"province": "Yalova"}).content.decode()
    assert re.findall(r'value="([^"]+)"', page) == ["Altınova", "Armutlu", "Çınarcık", "Çiftlikköy", "Merkez", "Termal"]


def test_the_mailed_link_opens_the_application_and_another_does_not(client: Client, desk: Desk) -> None:
    token = re.search(r"devam/#(\S+)", last_mail(EMAIL).body)[1]
    assert token not in desk.application.access_hash
    resume = reverse("providers:application-resume")
    assert client.get(resume).status_code == 200
    assert client.post(resume, {"token": token[:-1]}).status_code == 422
    assert client.get(url("application", desk.application)).status_code == 404
    assert client.post(resume, {"token": token}).status_code == 302
    assert client.get(url("application", desk.application)).status_code == 200


def test_r_a1_an_application_does_not_exist_for_whoever_does_not_hold_it(
    begin: Callable[..., Desk], holder: Callable, sign_in: Callable
) -> None:
    mine, other = begin(), begin(email="baska@firma.example")
    paper = other.upload("gazette")
    client = holder(mine.application)
    gets = [
        url("application", other.application),
        url("application-step", other.application, "sirket"),
        url("application-document", other.application, paper.public_id),
        url("application-document", mine.application, paper.public_id),
        url("application-document-page", mine.application, paper.public_id, 1),
    ]
    posts = [
        url("application-step", other.application, "sirket"),
        url("application-check", other.application),
        url("application-code", other.application),
        url("application-confirm", other.application),
        url("application-brand", other.application),
        url("application-upload", other.application),
        url("application-submit", other.application),
        url("application-withdraw", other.application),
        url("application-document-remove", other.application, paper.public_id),
        url("application-document-remove", mine.application, paper.public_id),
    ]
    before = AuditEntry.objects.count()
    for address in gets:
        assert client.get(address).status_code == 404, address
    for address in posts:
        assert client.post(address).status_code == 404, address
    assert AuditEntry.objects.count() == before
    assert other.fresh().state == S.DRAFT


def test_a_page_of_the_form_stays_under_ten_queries(holder: Callable, desk: Desk) -> None:
    desk.complete()
    client = holder(desk.application)
    signing = [Step.AGREEMENT, Step.REVIEW]
    for steps in (signing, list(Step)):
        for name in steps:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url("application-step", desk.application, name.value)).status_code == 200
            assert len(queries) < 10, (name, [query["sql"][:90] for query in queries])
        if steps is signing:
            services.change_application(**desk.about)


def test_a_refused_file_is_said_at_its_place_and_not_kept(holder: Callable, desk: Desk, settings: Any) -> None:
    client = holder(desk.application)
    answer = client.post(
        url("application-upload", desk.application), {"kind": "gazette", "files": [file(scripted_pdf())]}
    )
    assert answer.status_code == 422
    assert [place.key for place in answer.context["places"] if place.errors] == ["gazette"]
    assert not desk.application.documents.exists()
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]


def test_papers_are_shown_page_by_page_and_each_download_is_on_record(holder: Callable, desk: Desk) -> None:
    paper = desk.upload("gazette", pdf(pages=2))
    client = holder(desk.application)
    picture_of = client.get(url("application-document-page", desk.application, paper.public_id, 2))
    assert picture_of["Content-Type"] == "image/jpeg"
    assert picture_of.content.startswith(b"\xff\xd8")
    assert client.get(url("application-document-page", desk.application, paper.public_id, 3)).status_code == 404
    answer = client.get(url("application-document", desk.application, paper.public_id))
    assert b"".join(answer.streaming_content) == pdf(pages=2)
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(verb="application.document_read").count() == 1


def test_what_was_submitted_is_read_and_no_longer_changed(holder: Callable, desk: Desk) -> None:
    desk.complete()
    client = holder(desk.application)
    client.post(url("application-submit", desk.application))
    status = url("application", desk.application)
    for name in Step:
        assert client.get(url("application-step", desk.application, name.value)).url == status
    before = desk.fresh().title
    assert step(client, desk.application, Step.COMPANY, COMPANY | {"title": "Başka"}).status_code == 409
    assert desk.fresh().title == before
    page = client.get(status)
    assert page.status_code == 200
    assert [line.tone for line in page.context["history"]] == ["info", "info", "secondary"]


@pytest.mark.parametrize("kind, status", [("legal_entity", 200), ("natural_person", 200), ("nothing", 404)])
def test_the_checklist_is_printed_for_each_kind(client: Client, kind: str, status: int) -> None:
    assert client.get(reverse("providers:application-checklist", args=[kind])).status_code == status


def test_the_sign_in_page_leads_here(client: Client) -> None:
    assert reverse("providers:application-start") in client.get(reverse("account_login")).content.decode()
