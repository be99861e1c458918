"""Disks that are full: of the uploads, and of the database (docs/faults.md)."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse

from consents.models import Consent, ConsentEvent, ConsentImport
from consents.services.records import record_consents
from iys_portal.core.enums import DocumentState, JobState
from iys_portal.core.models import Job
from tests.factories import BrandFactory, MembershipFactory
from tests.mail_servers import MailServer
from tests.workers import until

from .disks import fill, small_disk
from .machine import Machine
from .works import Import, Pdf, given

pytestmark = [pytest.mark.soak, pytest.mark.processes, pytest.mark.root]
MB = 1 << 20


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Path]:
    """The private files' disk: two megabytes."""
    with small_disk(tmp_path / "private", 2) as disk:
        yield disk


def kept(disk: Path) -> list[Path]:
    return [path for path in disk.rglob("*") if path.is_file() and path.name != "filler"]


@pytest.mark.usefixtures("database")
def test_full_uploads_meet_an_import(uploads: Path, sign_in: Callable[..., Client]) -> None:
    """The page says that nothing was taken, nothing of the file stays, and the same click works later."""
    brand = BrandFactory()
    client = sign_in(MembershipFactory(provider=brand.provider, role="officer").user, brand.provider)
    client.raise_request_exception = False
    rows = "recipient,type,status,source,consentDate\n" + "kisi@firma.example,EPOSTA,ONAY,HS_WEB,\n" * 8_000

    def send() -> Any:
        file = io.BytesIO(rows.encode())
        file.name = "liste.csv"
        return client.post(reverse("consents:import_new"), {"brand": str(brand.brand_code), "file": file})

    filler = fill(uploads, leave=100_000)
    answer = send()
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "yeniden" in answer.content.decode()
    assert kept(uploads) == []
    assert not ConsentImport.objects.exists()
    filler.unlink()
    assert send().status_code == 302
    assert ConsentImport.objects.count() == len(kept(uploads)) == 1


def test_full_uploads_meet_a_pdf(
    uploads: Path, machine: Machine, database: str, tmp_path: Path, mails: MailServer, settings: Any, portal: Any
) -> None:
    work = Pdf(machine, database, tmp_path, mails, settings)
    work.prepare()
    filler = fill(uploads, leave=8_192)
    running = portal()
    running.start_worker()
    running.start_beat()
    work.begin()
    log = tmp_path / "worker.log"
    until(lambda: "No space left" in log.read_text(), what="a page that finds no room")
    assert work.document.state == DocumentState.WAITING
    assert kept(uploads) == []
    filler.unlink()
    work.leases_end()
    until(work.done, what="the PDF")
    filler.unlink(missing_ok=True)
    work.prove()


def test_full_database_meets_an_import(
    small_database: Path, machine: Machine, database: str, tmp_path: Path, mails: MailServer, settings: Any, portal: Any
) -> None:
    """It waits, says so, and goes on by itself when there is room; single records say no and lose nothing."""
    work = Import(machine, database, tmp_path, mails, settings)
    work.prepare()
    running = portal(**work.env)
    running.start_worker()
    running.start_beat()
    work.begin()
    work.hold()
    filler = fill(small_database, leave=MB // 4)
    work.let_go()

    def waits() -> bool:
        return bool(Job.objects.filter(task="consents.apply_import", state=JobState.QUEUED).exclude(step="").exists())

    until(waits, what="a job that waits for room")
    written = Consent.objects.count()
    assert ConsentEvent.objects.count() == written < work.ROWS
    with pytest.raises(OperationalError) as full, transaction.atomic():
        record_consents(actor=work.actor, brand=work.brand, entries=given(5_000))
    assert isinstance(full.value.__cause__, psycopg.errors.DiskFull)
    assert Consent.objects.filter(recipient__startswith="kisi").count() == 0
    filler.unlink()
    until(work.done, seconds=120, what="the end of the import")
    work.prove()
    assert Job.objects.get(task="consents.apply_import").attempts >= 2
