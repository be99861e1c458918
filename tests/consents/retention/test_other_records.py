"""Retention of what stands beside consents (R-L5, R-G5): audit entries, imports, evidence, documents, day files."""

import os
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from consents.enums import Channel, RecipientType
from consents.models import (
    Consent,
    ConsentImport,
    DayFile,
    Evidence,
    ImportProblem,
    LegalHold,
    RecipientQuery,
)
from consents.services import imports
from consents.services.day_files import close_days
from consents.services.evidence import value_of
from consents.services.holds import place_hold, release_hold
from consents.services.proofs import issue_evidence
from consents.services.queries import ask
from consents.services.verification import verify_ledger
from iys_portal.core import documents
from iys_portal.core.models import AuditEntry, Document
from iys_portal.core.storage import private_path
from providers.models import Brand
from tests.consents.evidence.papers import keep_file, pdf
from tests.consents.retention.steps import ALI, AYSE, CAN, everything, expire, say, seal_all
from tests.factories import officer_of, staff


def test_r_l5_old_audit_entries_go_the_same_way(brand: Brand, old: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("iys_portal.core.audit.timezone.now", lambda: old)
        assert say(brand, ALI, "ONAY", old).accepted
        place_hold(actor=staff("admin"), recipient=CAN, brand=None, reference="1", reason="1", now=old)
    seal_all()
    due = AuditEntry.objects.filter(at__lte=old).count()
    assert due and expire().counts["entries"] == due
    assert AuditEntry.objects.filter(verb="retention.entries_erased").get().new["rows"] == due
    seal_all()
    assert verify_ledger().whole


def test_r_g5_files_and_rows_of_old_imports_go_and_their_counts_stay(brand: Brand, old: datetime) -> None:
    item = imports.upload_paste(
        actor=officer_of(brand), brand=brand, text=f"recipient,type,status\n{AYSE},EPOSTA,RET\n"
    )
    path = private_path(item.file.name)
    ImportProblem.objects.create(import_id=item.pk, phase=1, line=2, problem=121, column="recipient", value=AYSE)
    ConsentImport.objects.filter(pk=item.pk).update(counts={"verdicts": {"new": 1}})
    assert expire().counts["imports"] == 0
    ConsentImport.objects.filter(pk=item.pk).update(created_at=old)
    assert path.exists()
    assert expire().counts["imports"] == 1
    assert not path.exists()
    assert AYSE not in everything()
    assert ConsentImport.objects.get().counts == {"verdicts": {"new": 1}}
    assert expire().counts["imports"] == 0


def test_r_l5_old_results_of_queries_go_and_their_numbers_stay(brand: Brand, old: datetime) -> None:
    query = ask(
        actor=officer_of(brand), brand=brand, channel=Channel.EPOSTA, recipient_type=RecipientType.BIREYSEL,
        addresses=[AYSE],
    )  # fmt: skip
    path = private_path(query.result.name)
    orphan, fresh = path.with_name("orphan"), path.with_name("fresh")
    for left in (orphan, fresh):
        left.write_text("x")
    os.utime(orphan, (old.timestamp(), old.timestamp()))
    assert expire().counts["queries"] == 0
    assert path.exists() and fresh.exists() and not orphan.exists()
    RecipientQuery.objects.update(created_at=old)
    assert expire().counts["queries"] == 1
    assert not path.exists()
    query.refresh_from_db()
    assert (query.first_rows, query.counts, query.answered) == ([], {"30": 1}, True)
    assert AYSE not in everything()
    assert expire().counts["queries"] == 0


def test_r_g5_evidence_goes_with_the_last_event_that_names_it(brand: Brand, old: datetime) -> None:
    kept = keep_file(actor=officer_of(brand), brand=brand, file=BytesIO(pdf()), name="ayse.pdf")
    path = private_path(kept.file.name)
    assert say(brand, AYSE, "ONAY", old - timedelta(days=1), "HS_ISLAK_IMZA", proof=value_of(kept)).accepted
    assert say(brand, AYSE, "RET", old).accepted
    Evidence.objects.update(created_at=old)
    place_hold(actor=staff("admin"), recipient=AYSE, brand=brand, reference="1", reason="1", now=timezone.now())
    seal_all()
    assert expire().counts["evidence"] == 0
    release_hold(actor=staff("admin"), hold_id=LegalHold.objects.get().pk, now=timezone.now())
    assert path.exists()
    assert expire().counts["evidence"] == 1
    assert not path.exists() and not Evidence.objects.exists()


def test_r_g5_documents_go_with_their_files(refused: Brand, old: datetime) -> None:
    consent = Consent.objects.get(recipient=CAN)
    issued = issue_evidence(actor=officer_of(refused), event_id=consent.event_id, whole=False, now=old)
    documents.render(issued.pk)
    issued.refresh_from_db()
    path = private_path(issued.file.name)
    assert path.exists()
    assert expire().counts["documents"] == 1
    assert not path.exists() and not Document.objects.exists()


def test_r_l5_a_hold_on_one_address_keeps_no_document_about_nobody(brand: Brand, old: datetime) -> None:
    place_hold(actor=staff("admin"), recipient=AYSE, brand=None, reference="1", reason="1", now=old)
    for number, data in enumerate(({}, {"recipient": CAN}, {"recipient": AYSE})):
        Document.objects.create(
            kind="consents.report", template_version=1, number=f"RAP-{number}", data=data, subject_type="x",
            subject_id="1", language="tr", actor_kind=1, actor_id=1, created_at=old,
        )  # fmt: skip
    seal_all()
    assert expire().counts["documents"] == 2
    assert Document.objects.get().data == {"recipient": AYSE}


def test_r_l5_day_files_lose_the_rows_that_expired(brand: Brand, old: datetime) -> None:
    assert say(brand, AYSE, "RET", old).accepted
    assert say(brand, ALI, "ONAY", old).accepted
    seal_all()
    close_days(now=timezone.now())
    before = DayFile.objects.get()
    assert before.rows == 2
    expire()
    after = DayFile.objects.get()
    assert (after.rows, after.expired_rows) == (1, 1)
    assert after.sha384 != before.sha384
    assert AYSE.encode() not in private_path(after.file.name).read_bytes()
