"""“Verify now”: a job with a PDF for its end (R-L2)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from consents.models import ConsentEvent, LedgerSeal
from consents.services.records import Entry, record_consents
from consents.services.seals import seal_ledger
from iys_portal.core import documents
from iys_portal.core.enums import JobState
from iys_portal.core.models import AuditEntry, Document, Job
from iys_portal.dashboard.verify import start_verification, verify
from tests.factories import BrandFactory, UserFactory, officer_of, staff
from tests.threads import at_once
from tests.workers import until


@pytest.fixture
def sealed(committed_db: str, settings: object) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}  # type: ignore[attr-defined]
    brand = BrandFactory()
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry("ayse@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    assert record_consents(actor=officer_of(brand), brand=brand, entries=[entry])[0].accepted

    def done() -> bool:
        seal_ledger()
        return LedgerSeal.objects.filter(events=1).exists()

    until(done, what="the seal")


def run() -> Document:
    job = start_verification(actor=staff("auditor"))
    verify(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    document = Document.objects.get(subject_id=str(job.pk))
    documents.render(document.pk)
    document.refresh_from_db()
    return document


def text_of(document: Document) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(documents.content_of(document))).pages)


def test_r_l2_a_whole_ledger_gives_a_document_that_says_so(sealed: None) -> None:
    document = run()
    assert document.data["whole"] and document.data["events"] == 1
    assert "Eksiksiz" in text_of(document)
    assert LedgerSeal.objects.latest("number").hash_hex[:8] in text_of(document)
    entry = AuditEntry.objects.get(verb="ledger.verified")
    assert entry.new["document"] == document.number


def test_two_clicks_at_once_start_one_verification(committed_db: str) -> None:
    auditor = staff("auditor")

    def click() -> None:
        start_verification(actor=auditor)

    assert at_once(*[click] * 4) == []
    assert Job.objects.count() == AuditEntry.objects.filter(verb="ledger.verify_started").count() == 1


def test_r_l2_a_changed_row_is_named_in_it(sealed: None) -> None:
    number = ConsentEvent.objects.get().event_id
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], user="postgres", dbname=place["NAME"], autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        session.execute("UPDATE consents_consentevent SET status = 2")
    document = run()
    assert not document.data["whole"]
    assert f"{number}" in document.data["flaws"][0]["words"]
    assert "Eksiksiz DEĞİL" in text_of(document)


def test_a_second_click_and_a_second_delivery_do_nothing(sealed: None) -> None:
    job = start_verification(actor=staff("auditor"))
    assert start_verification(actor=staff("auditor")).pk == job.pk
    verify(job.pk)
    verify(job.pk)
    assert Document.objects.count() == 1
    assert AuditEntry.objects.filter(verb="ledger.verify_started").count() == 1


@pytest.mark.django_db
def test_auditors_start_it_and_admins_read_it(sign_in: Callable[..., Client]) -> None:
    page, now = reverse("dashboard:audit_verify"), reverse("dashboard:audit_verify_now")
    admin = sign_in(UserFactory(staff_roles=["admin"]))
    assert admin.post(now).status_code == 403
    assert not Job.objects.exists()
    auditor = sign_in(UserFactory(staff_roles=["auditor"]))
    assert auditor.get(now).status_code == 405
    assert auditor.post(now).status_code == 302
    job = Job.objects.get()
    assert "hx-get" in auditor.get(page).content.decode()
    verify(job.pk)
    document = Document.objects.get()
    documents.render(document.pk)
    shown = auditor.get(page, headers={"HX-Request": "true"}).content.decode()
    assert document.number in shown and "hx-get" not in shown
