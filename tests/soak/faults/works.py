"""Work that a fault meets: each is begun as the portal does, held in its middle, and proven at its end."""

import contextlib
import threading
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.utils import timezone

from consents.enums import NoticeState, WebhookMessageState
from consents.models import (
    BrandCounter,
    Consent,
    ConsentEvent,
    ConsentImport,
    ImportChunk,
    LedgerSeal,
    Notice,
    Webhook,
    WebhookMark,
    WebhookMessage,
)
from consents.services import imports
from consents.services.proofs import issue_evidence
from consents.services.records import Entry, record_consents
from consents.services.verification import verify_ledger
from consents.services.webhooks import make_webhook
from consents.states import ImportState
from iys_portal.bench import files
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.documents import content_of
from iys_portal.core.enums import DocumentState
from iys_portal.core.models import Document, Job
from iys_portal.core.storage import PrivateStorage
from tests.factories import BrandFactory, officer_of
from tests.mail_servers import MailServer
from tests.receivers import Receiver
from tests.workers import until

from .machine import Machine

LONG_AGO = timedelta(minutes=10)


def given(count: int) -> list[Entry]:
    """So many consents by e-mail, given electronically a minute ago."""
    at = (timezone.now() - timedelta(minutes=1)).astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S")
    return [Entry(f"kisi{n}@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at) for n in range(count)]


class Work(ABC):
    """`again` is how many of its acts towards outside a fault may repeat: those under way when it came (R-M5)."""

    env: dict[str, str] = {}
    again = 0
    unflushed = 0
    """As many more where PostgreSQL is killed: records that do not wait for the disk (`notices._quick_records`)."""

    def __init__(self, machine: Machine, database: str, folder: Path, mails: MailServer, settings: Any) -> None:
        self.machine, self.database, self.folder, self.mails, self.settings = machine, database, folder, mails, settings
        self._holder: psycopg.Connection | None = None

    def prepare(self) -> None:
        """What stands before, and before the processes start."""
        self.brand = BrandFactory()
        self.actor = officer_of(self.brand, role="manager")

    @abstractmethod
    def begin(self) -> None:
        """As somebody does in the portal."""

    @abstractmethod
    def hold(self) -> None:
        """Wait until it is in the middle, and keep it there until `let_go`."""

    def let_go(self) -> None:
        if self._holder is not None:
            with contextlib.suppress(psycopg.Error):
                self._holder.close()

    def leases_end(self) -> None:  # noqa: B027 - most works end theirs by themselves
        """The minutes pass after which another worker may take it up."""

    @abstractmethod
    def done(self) -> bool:
        """Whether it came to its end."""

    @abstractmethod
    def prove(self) -> None:
        """Nothing is lost, and nothing was done twice but what `again` allows."""

    def _lock(self, statement: str) -> None:
        self._holder = self.machine.superuser(self.database)
        self._holder.autocommit = False
        self._holder.execute(statement)

    def _blocked(self, statement: str) -> bool:
        """Whether another session waits for a lock with a statement like this one."""
        with self.machine.superuser() as superuser:
            found = superuser.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' AND query LIKE %s",
                [self.database, statement],
            ).fetchone()
        return found is not None


class Import(Work):
    """A file of 6,000 rows in twelve chunks; held when some are written and the next two are about to be."""

    ROWS, CHUNK = 6_000, 500
    env = {"IMPORT_CHUNK_ROWS": "500", "JOB_LEASE_SECONDS": "4", "NOTICES": "off"}

    def begin(self) -> None:
        now = timezone.now()
        self.settings.REGISTRY = {**self.settings.REGISTRY, "NOTICES": False}
        path = files.write_csv(self.folder / "rows.csv", files.rows(self.ROWS, seed=5, now=now))
        with path.open("rb") as file:
            item = imports.upload(actor=self.actor, brand=self.brand, file=file, name=path.name)
        item = imports.start_check(item, actor=self.actor, moment=now)
        self.pk = item.pk
        until(lambda: self.item.state == ImportState.CHECKED, what="the dry run")
        imports.start_apply(self.item, actor=self.actor, moment=now)

    @property
    def item(self) -> ConsentImport:
        return ConsentImport.objects.get(pk=self.pk)

    @property
    def written(self) -> int:
        return ImportChunk.objects.filter(import_id=self.pk, phase=ImportChunk.Phase.APPLY).count()

    def hold(self) -> None:
        until(lambda: self.written > 0, what="the first chunk")
        self._lock(f"SELECT 1 FROM consents_brandcounter WHERE brand_id = {self.brand.pk} FOR UPDATE")
        until(lambda: self._blocked("%brandcounter%"), what="a chunk that waits for its counters")
        assert 0 < self.written < self.ROWS // self.CHUNK

    def done(self) -> bool:
        item = self.item
        assert item.apply_job is not None
        assert item.apply_job.state != "failed", item.apply_job.error
        return item.state == ImportState.APPLIED and not item.apply_job.active

    def prove(self) -> None:
        assert self.item.counts["verdicts"]["new"] == self.ROWS
        assert ConsentEvent.objects.count() == Consent.objects.count() == self.ROWS
        assert sum(BrandCounter.objects.values_list("total", flat=True)) == self.ROWS
        assert self.written == self.ROWS // self.CHUNK
        assert Job.objects.filter(task=imports.APPLY_TASK).count() == 1


class Notices(Work):
    """Twelve people are told one by one; the mail server thinks about the fourth mail."""

    PEOPLE, HELD = 12, 4
    env = {"SEND_LEASE_SECONDS": "6"}
    again, unflushed = 1, HELD - 1

    def begin(self) -> None:
        self._held, self._go = threading.Event(), threading.Event()
        self.mails.before_answer = self._think
        outcomes = record_consents(actor=self.actor, brand=self.brand, entries=given(self.PEOPLE))
        assert all(outcome.accepted for outcome in outcomes)

    def _think(self) -> None:
        if len(self.mails.mails) == self.HELD - 1 and not self._go.is_set():
            self._held.set()
            self._go.wait(60)

    def hold(self) -> None:
        assert self._held.wait(60)

    def is_left_alone(self, *, seconds: float) -> bool:
        """Whether no worker sends anything in that time."""
        return not self._held.wait(seconds) and not self.mails.mails

    def let_go(self) -> None:
        self._go.set()

    def done(self) -> bool:
        return all(NoticeState(state).sent for state in Notice.objects.values_list("state", flat=True))

    def prove(self) -> None:
        mine = [mail for mail in self.mails.taken if mail.to.startswith("kisi")]
        assert {mail.to for mail in mine} == {f"kisi{n}@firma.example" for n in range(self.PEOPLE)}
        assert len({mail.message_id for mail in mine}) == self.PEOPLE, "a second copy bears the first one's id"
        assert Notice.objects.count() == ConsentEvent.objects.count() == self.PEOPLE
        assert len(mine) - self.PEOPLE <= self.again


class Seal(Work):
    """3,000 events are to be sealed; held when the seals are about to be written."""

    EVENTS = 3_000

    def begin(self) -> None:
        self.settings.REGISTRY = {**self.settings.REGISTRY, "NOTICES": False}
        self._lock("LOCK TABLE consents_ledgerseal IN SHARE MODE")
        record_consents(actor=self.actor, brand=self.brand, entries=given(self.EVENTS))

    def hold(self) -> None:
        until(lambda: self._blocked('INSERT INTO "consents_ledgerseal"%'), what="a sealer in its middle")

    def done(self) -> bool:
        return sum(LedgerSeal.objects.values_list("events", flat=True)) >= self.EVENTS

    def prove(self) -> None:
        result = verify_ledger(states=True)
        assert result.flaws == []
        assert result.events == self.EVENTS == ConsentEvent.objects.count()
        numbers = list(LedgerSeal.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1)), "one chain"


class Pdf(Work):
    """An evidence PDF; held when it is drawn and about to be recorded."""

    def prepare(self) -> None:
        super().prepare()
        self.settings.REGISTRY = {**self.settings.REGISTRY, "NOTICES": False}
        record_consents(actor=self.actor, brand=self.brand, entries=given(1))

    def begin(self) -> None:
        event = ConsentEvent.objects.get().event_id
        self.pk = issue_evidence(actor=self.actor, event_id=event, whole=False, now=timezone.now()).pk

    @property
    def document(self) -> Document:
        return Document.objects.get(pk=self.pk)

    def hold(self) -> None:
        until(lambda: self.document.lease_until is not None, what="the claim")
        self._lock(f"SELECT 1 FROM core_document WHERE id = {self.pk} FOR UPDATE")
        until(lambda: self._blocked("%core_document%FOR UPDATE%"), what="a page that is drawn")
        assert self.document.state == DocumentState.WAITING

    def leases_end(self) -> None:
        Document.objects.filter(state=DocumentState.WAITING).update(lease_until=timezone.now() - LONG_AGO)

    def done(self) -> bool:
        return self.document.state == DocumentState.READY

    def prove(self) -> None:
        content = content_of(self.document)
        assert content.startswith(b"%PDF") and len(content) == self.document.size
        kept = [path for path in Path(PrivateStorage().location).rglob("*") if path.is_file()]
        assert [path.stat().st_size for path in kept] == [len(content)], "one file, and nothing beside it"
        assert Document.objects.count() == 1


class Hook(Work):
    """Five changes are told to a provider's program, which thinks about the first message."""

    CHANGES = 5
    again = 1

    def prepare(self) -> None:
        super().prepare()
        self._held, self._go = threading.Event(), threading.Event()
        self.receiver = Receiver().__enter__()
        self.receiver.answers.append(self._think)
        self.settings.LOCAL_TARGET_PORT = self.receiver.port
        self.settings.REGISTRY = {**self.settings.REGISTRY, "NOTICES": False}
        self.env = {"HOOK_PORT": str(self.receiver.port)}
        make_webhook(actor=self.actor, url=self.receiver.url, events=["consent.recorded"], now=timezone.now())

    def _think(self, line: Any, _stop: threading.Event) -> None:
        self._held.set()
        self._go.wait(4)  # one call takes five seconds at most
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def begin(self) -> None:
        for entry in given(self.CHANGES):
            record_consents(actor=self.actor, brand=self.brand, entries=[entry])

    def hold(self) -> None:
        assert self._held.wait(60)

    def let_go(self) -> None:
        self._go.set()

    def leases_end(self) -> None:
        past = timezone.now() - LONG_AGO
        Webhook.objects.exclude(lease=None).update(lease_until=past)
        WebhookMark.objects.exclude(runner=None).update(runner_until=past)

    def done(self) -> bool:
        states = list(WebhookMessage.objects.values_list("state", flat=True))
        return self._told() == self._written() and set(states) == {WebhookMessageState.SENT}

    def _told(self) -> list[int]:
        return [
            number for refs in WebhookMessage.objects.order_by("pk").values_list("refs", flat=True) for number in refs
        ]

    def _written(self) -> list[int]:
        return list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True))

    def prove(self) -> None:
        self.receiver.__exit__()
        ids = [call.headers["webhook-id"] for call in self.receiver.taken]
        told = [message.public_name for message in WebhookMessage.objects.order_by("pk")]
        assert list(dict.fromkeys(ids)) == told, "each, in the ledger's order"
        assert len(ids) - len(told) <= self.again


WORKS: dict[str, type[Work]] = {"import": Import, "notices": Notices, "seal": Seal, "pdf": Pdf, "webhook": Hook}
