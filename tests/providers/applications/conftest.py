"""An application that a test drives through services or through its pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.missing import missing_for, whole
from providers.models import Application, ApplicationMove, ApplicationReview
from providers.services import SignatoryValues, review
from providers.views.door import HELD
from tests.consents.evidence.papers import pdf, picture

FIRST = SignatoryValues("Deneme", "Yetkili", "0532 000 00 00", "yetkili@basvuran.example", "10000000146")
SECOND = SignatoryValues("İkinci", "Yetkili", "0533 000 00 00", "ikinci@basvuran.example", "10000000078")
COMPANY: dict[str, Any] = {
    "title": "Başvuran Ticaret A.Ş.",
    "mersis": "0734567890400015",
    "tax_office": "Deneme",
    "tax_number": "7345678904",
    "address": "Deneme Mah. 1. Sok. No: 1",
    "province": "Ankara",
    "district": "Çankaya",
    "declared_consents": 1000,
}
PAPERS = (D.SIGNATURE_CIRCULAR, D.GAZETTE, D.COMMITMENT, D.CONTRACT)


def propose(checklist: dict[str, Any], **about: Any) -> ApplicationReview:
    """A reviewer's proposal with a picture of the MERSİS look-up."""
    return review.propose_approval(checklist=checklist, picture=("mersis.png", BytesIO(picture(60, 80))), **about)


def last_mail(to: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(to=to).latest("pk")


def code_of(mail: OutboxMessage) -> str:
    found = re.search(r"^\s+(\d{6})\s*$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[1]


def mails(name: str) -> int:
    return OutboxMessage.objects.filter(cause__startswith=f"application:{name}").count()


@dataclass
class Desk:
    """A draft and its applicant, whoever holds the link."""

    application: Application

    @property
    def actor(self) -> Actor:
        return services.applicant_of(self.application)

    @property
    def about(self) -> dict[str, Any]:
        return {"application": self.fresh(), "actor": self.actor}

    def fresh(self) -> Application:
        self.application = whole(Application.objects.filter(pk=self.application.pk)).get()
        return self.application

    def upload(self, kind: str, data: bytes | None = None, **more: Any) -> Any:
        file = BytesIO(pdf(note=kind) if data is None else data)
        return services.add_document(kind=kind, files=[("belge.pdf", file)], **more, **self.about)

    def confirm(self) -> None:
        services.send_email_code(ip="192.0.2.1", **self.about)
        services.confirm_email(code=code_of(last_mail(self.application.email)), **self.about)

    def fill(self, **company: Any) -> None:
        """Everything but the papers."""
        natural = not self.application.is_legal
        services.save_company(**COMPANY | company, **self.about)
        first = FIRST if not natural else SignatoryValues(*_of(FIRST), birth_date=date(1980, 5, 17))
        services.save_signatories(first=first, second=None, manager=None, **self.about)
        self.confirm()

    def complete(self) -> None:
        self.fill()
        for kind in PAPERS[:2]:
            self.upload(kind)
        self.sign_by_hand()

    def sign_by_hand(self) -> None:
        """The agreement and its scans."""
        self.prepare()
        for kind in PAPERS[2:]:
            self.upload(kind)

    def prepare(self, way: str = "wet_ink") -> Any:
        """The agreement, drawn."""
        agreement = services.prepare_agreement(way=way, **self.about)
        documents.render(agreement.document_id)
        agreement.document.refresh_from_db()
        return agreement


def _of(values: SignatoryValues) -> tuple[str, str, str, str, str]:
    return values.first_name, values.last_name, values.phone, values.email, values.tckn


@pytest.fixture(autouse=True)
def no_limits_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def begin(db: None) -> Callable[..., Desk]:
    """`begin(kind=…, email=…)`: a draft."""

    def start(kind: str = "legal_entity", email: str = "izin@basvuran.example", **more: Any) -> Desk:
        notice = privacy_notice(NoticeAudience.APPLICANT, "tr")
        return Desk(
            services.start_application(
                kind=kind,
                email=email,
                language="tr",
                ip="192.0.2.1",
                notice_id=notice.pk,
                notice_read_at=notice.published_at,
                **more,
            )
        )

    return start


@pytest.fixture
def desk(begin: Callable[..., Desk]) -> Desk:
    return begin()


@pytest.fixture
def holder(client: Client) -> Callable[[Application], Client]:
    """`holder(application)`: a browser whose session holds it."""

    def hold(application: Application) -> Client:
        session = client.session
        session[HELD] = [str(application.public_id)]
        session.save()
        return client

    return hold


def url(name: str, application: Application, *more: Any) -> str:
    return reverse(f"providers:{name}", args=[application.public_id, *more])


def file(data: bytes, name: str = "belge.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def fields(desk: Desk) -> list[str]:
    """Names of what is missing."""
    return [entry.field for entry in missing_for(desk.fresh())]


def traces() -> tuple[int, int, int]:
    """What a refusal may not add to: audit entries, mails, moves."""
    return AuditEntry.objects.count(), OutboxMessage.objects.count(), ApplicationMove.objects.count()
