"""Retention (R-L5): what ended or was written long enough ago expires; a refusal in force keeps blocking by a hash.

The ledger and the audit log are changed by the database's own functions, in a session of the role that may do nothing
else; they judge once more what they are asked to erase (migration 0010). Everything here may run twice and die in the
middle: what is gone is gone, the rest is found by the next run.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents import erased
from consents.engine.terms import hmac_pads
from consents.enums import EvidenceKind, Status
from consents.models import (
    BrandCounter,
    Consent,
    ConsentEvent,
    ConsentImport,
    Evidence,
    ExportFile,
    ImportChunk,
    ImportEvidence,
    ImportProblem,
    InboundText,
    LegalHold,
    Notice,
    NoticeLink,
    QueryDay,
    RecipientQuery,
    RefusalAlert,
    RetentionRun,
)
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.calendar import ISTANBUL, years_before
from iys_portal.core.database import expiry_session
from iys_portal.core.documents import staying
from iys_portal.core.enums import JobState
from iys_portal.core.jobs import claimed, start_job
from iys_portal.core.models import AuditEntry, Document, OutboxMessage
from providers.models import Agreement

from . import message_retention, query_runs
from .day_files import remake_if_closed

log = logging.getLogger(__name__)
BATCH = 500  # consents in one transaction; it stays well under half a second
ENTRIES = 2_000
UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)
TASK = "consents.run_retention"
_EXPIRE = "SELECT * FROM consents_expire(%s, %s, %s::smallint[], %s::smallint[], %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Policy:
    """One kind of record: how many are due before a moment, and how they go."""

    name: str
    label: str | Promise
    count: Callable[[datetime], int]
    erase: Callable[[datetime], int]


def due_before(now: datetime) -> datetime:
    """The moment before which records expire."""
    return years_before(now, settings.REGISTRY["KEEP_YEARS"])


@transaction.atomic
def start_run(*, applied: bool, actor: Actor, now: datetime, publish: bool = True) -> RetentionRun:
    """Have a run made: a dry one counts, the other erases. Needs the right to it; audited.

    One of the same kind that is under way is given instead. Without `publish` the caller runs it.
    """
    actor.require(Permission.RETENTION_RUN)
    under_way = RetentionRun.objects.filter(job__state__in=UNDER_WAY, applied=applied).first()
    if under_way is not None:
        return under_way
    job = start_job(TASK, title=str(_("Expiry of records")), actor=actor, publish=publish)
    run = RetentionRun.objects.create(job=job, applied=applied, before=due_before(now))
    audit.record("retention.started", run, actor=actor, new={"applied": applied})
    return run


def run_nightly(now: datetime) -> None:
    """Every night: erase, or where a setting says so only count."""
    if settings.DATABASE_EXPIRY is not None:
        start_run(applied=settings.REGISTRY["RETENTION_APPLIES"], actor=SYSTEM, now=now)


def run(job_id: int) -> None:
    """Carry out a run that was started. What a worker erased before it died stays counted, but for its last kind."""
    with claimed(job_id) as hold:
        if hold is None:
            return
        item = RetentionRun.objects.get(job_id=job_id)
        for done, policy in enumerate(POLICIES):
            hold.progress(done=done, total=len(POLICIES), step=str(policy.label)[:200])
            if item.applied:
                item.counts[policy.name] = item.counts.get(policy.name, 0) + policy.erase(item.before)
            else:
                item.counts[policy.name] = policy.count(item.before)
            with transaction.atomic():
                hold.hold()
                item.save(update_fields=["counts"])
        with transaction.atomic():
            hold.hold()
            audit.record("retention.finished", item, actor=SYSTEM, new={"applied": item.applied, "counts": item.counts})


def _held_brands() -> set[int]:
    """Brands that are held whole."""
    holds = LegalHold.objects.filter(released_at=None, recipient="")
    return set(holds.values_list("brand_id", flat=True))


def _held_addresses(brand_id: int | None = None) -> set[str]:
    """Addresses that are held at a brand, or without one at any."""
    holds = LegalHold.objects.filter(released_at=None).exclude(recipient="")
    if brand_id is not None:
        holds = holds.filter(Q(brand=None) | Q(brand=brand_id))
    return set(holds.values_list("recipient", flat=True))


def _ended(before: datetime) -> Iterator[list[Consent]]:
    """Consents that ended before, in parts, by brand and address: refusals by their own index, which is small."""
    held = _held_brands()
    counters = BrandCounter.objects.filter(status__in=(Status.RET, Status.IPTAL), total__gt=0)
    for brand_id, status in counters.values_list("brand_id", "status").distinct().order_by("brand_id", "status"):
        if brand_id in held:
            continue
        found = Consent.objects.filter(brand_id=brand_id, status=status, registered_at__lt=before)
        found = found.exclude(recipient__in=_held_addresses(brand_id)).order_by(
            "recipient", "channel", "recipient_type"
        )
        after = ""
        while part := list(found.filter(recipient__gt=after)[:BATCH]):
            if len(part) == BATCH and part[0].recipient != part[-1].recipient:
                part = [one for one in part if one.recipient != part[-1].recipient]
            yield part
            after = part[-1].recipient


def _count_consents(before: datetime) -> int:
    return sum(len(part) for part in _ended(before))


def _erase_consents(before: datetime) -> int:
    days: set[tuple[int, date]] = set()
    total = 0
    for part in _ended(before):
        _forget_beside(part, before)
        gone = _expire(part)
        days |= {(brand, at.astimezone(ISTANBUL).date()) for _, brand, at, _ in gone}
        total += len({(recipient, brand) for recipient, brand, _, _ in gone})
    for brand_id, day in sorted(days):
        remake_if_closed(brand_id, day, reason=str(_("Records expired")))
    return total


def _expire(consents: list[Consent]) -> list[tuple[str, int, datetime, bytes]]:
    recipients, brands, channels, types = zip(*(one.key for one in consents), strict=True)
    keep = f"{settings.REGISTRY['KEEP_YEARS']} years"
    arguments = [
        list(recipients), list(brands), list(channels), list(types), keep, timezone.now(), *erased.pads(), *hmac_pads(),
    ]  # fmt: skip
    with expiry_session() as session:
        return session.execute(_EXPIRE, arguments).fetchall()


def _forget_beside(consents: list[Consent], before: datetime) -> None:
    """Notices, links and alerts of one brand's consents that are as old: first, so that a crash leaves none behind."""
    theirs = {"brand_id": consents[0].brand_id, "recipient__in": {one.recipient for one in consents}}
    with transaction.atomic():
        Notice.objects.filter(registered_at__lt=before, **theirs).delete()
        NoticeLink.objects.filter(registered_at__lt=before, **theirs).delete()
        _old_alerts(before).filter(**theirs).delete()


def _erase_entries(before: datetime) -> int:
    total, keep = 0, f"{settings.REGISTRY['KEEP_YEARS']} years"
    while True:
        with expiry_session() as session:
            (erased_now,) = session.execute(
                "SELECT consents_expire_entries(%s, %s, %s)", [ENTRIES, keep, timezone.now()]
            ).fetchone() or (0,)
        total += erased_now
        if erased_now < ENTRIES:
            return total


def _old_imports(before: datetime) -> QuerySet[ConsentImport]:
    kept = Q(file="") & ~Exists(ImportProblem.objects.filter(import_id=OuterRef("pk")))
    return ConsentImport.objects.filter(created_at__lt=before).exclude(kept).exclude(brand__in=_held_brands())


def _erase_imports(before: datetime) -> int:
    """Files, problem rows and addresses at the edges of chunks; what an import did and counted stays."""
    total = 0
    for item in _old_imports(before).iterator():
        evidence = list(ImportEvidence.objects.filter(item=item).values_list("file", flat=True))
        for name in (str(item.file), *evidence):
            if name:
                default_storage.delete(name)
        with transaction.atomic():
            ImportEvidence.objects.filter(item=item).delete()
            ImportProblem.objects.filter(import_id=item.pk).delete()
            ImportChunk.objects.filter(import_id=item.pk).update(last_recipient="")
            layout = {**item.layout, "sample": []} if item.layout else {}
            ConsentImport.objects.filter(pk=item.pk).update(file="", layout=layout)
        total += 1
    return total


def _old_queries(before: datetime) -> QuerySet[RecipientQuery]:
    kept = Q(file="", result="", book="", first_rows=[])
    return RecipientQuery.objects.filter(created_at__lt=before).exclude(kept).exclude(brand__in=_held_brands())


def _erase_queries(before: datetime) -> int:
    """Results, uploads and first rows; what was asked and what the numbers were stays, with its signature."""
    total = 0
    for query in _old_queries(before).iterator():
        for name in (str(query.file), str(query.result), str(query.book)):
            if name:
                default_storage.delete(name)
        layout = {**query.layout, "sample": []} if query.layout else {}
        RecipientQuery.objects.filter(pk=query.pk).update(file="", result="", book="", first_rows=[], layout=layout)
        total += 1
    query_runs.forget_orphans(timezone.now())
    QueryDay.objects.filter(day__lt=before.astimezone(ISTANBUL).date()).delete()
    return total


def _old_evidence(before: datetime) -> QuerySet[Evidence]:
    """Evidence that no event and no consent names any more."""
    same = {"brand_id": OuterRef("brand_id"), "evidence_hash": OuterRef("sha256")}
    named = Exists(ConsentEvent.objects.filter(**same)) | Exists(Consent.objects.filter(**same))
    return Evidence.objects.filter(created_at__lt=before).exclude(brand__in=_held_brands()).exclude(named)


def _erase_evidence(before: datetime) -> int:
    found = list(_old_evidence(before))
    for evidence in found:
        if evidence.kind == EvidenceKind.FILE and evidence.file.name:
            default_storage.delete(evidence.file.name)
        evidence.delete()
    return len(found)


def _old_documents(before: datetime) -> QuerySet[Document]:
    """Agreements stay with their applications (`providers.services.forget_ended`), a complaint's with their case."""
    old = Document.objects.filter(created_at__lt=before).exclude(pk__in=Agreement.objects.values("document"))
    # Named as a key too: "not in" says nothing of a document about nobody, which would then stay for ever.
    return old.exclude(kind__in=staying()).exclude(data__has_key="recipient", data__recipient__in=_held_addresses())


def _erase_documents(before: datetime) -> int:
    found = list(_old_documents(before))
    for document in found:
        if document.file.name:
            default_storage.delete(document.file.name)
        with transaction.atomic():
            Document.objects.filter(replaces=document).update(replaces=None)
            document.delete()
    return len(found)


def _old_alerts(before: datetime) -> QuerySet[RefusalAlert]:
    """Alerts that nobody has to act upon any more."""
    closed = Q(acknowledged_at__isnull=False) | Q(taken_back_at__isnull=False)
    return RefusalAlert.objects.filter(closed, refused_at__lt=before)


def _old_texts(before: datetime) -> QuerySet[InboundText]:
    return InboundText.objects.filter(received_at__lt=before).exclude(sender__in=_held_addresses())


def _old_messages(before: datetime) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(created_at__lt=before)


def _old_exports(before: datetime) -> QuerySet[ExportFile]:
    """Of files that are long gone; where a list of refusals ended goes with them, and the next holds all in force."""
    return ExportFile.objects.filter(created_at__lt=before, file="").exclude(job__state__in=UNDER_WAY)


def _plain(name: str, label: Promise, rows: Callable[[datetime], QuerySet[Any]]) -> Policy:
    return Policy(name, label, count=lambda before: rows(before).count(), erase=lambda before: rows(before).delete()[0])


def _old_entries(before: datetime) -> int:
    return AuditEntry.objects.filter(at__lt=before).exclude(verb="retention.entries_erased").count()


POLICIES = [
    Policy(
        "consents", _("Consents that ended, with their history, notices and links"), _count_consents, _erase_consents
    ),
    Policy("imports", _("Files and problem rows of imports"), lambda b: _old_imports(b).count(), _erase_imports),
    Policy("queries", _("Results of queries before sending"), lambda b: _old_queries(b).count(), _erase_queries),
    Policy(
        "evidence", _("Evidence that proves no consent any more"), lambda b: _old_evidence(b).count(), _erase_evidence
    ),
    Policy("documents", _("Documents (PDF)"), lambda b: _old_documents(b).count(), _erase_documents),
    _plain("alerts", _("Refusals that were acted upon"), _old_alerts),
    _plain("texts", _("Text messages to the registry"), _old_texts),
    Policy(
        "messages_recorded",
        _("Recipients of registered messages"),
        lambda b: message_retention.due(b).count(),
        message_retention.erase_recipients,
    ),
    _plain("exports", _("What exported files were about"), _old_exports),
    _plain("messages", _("Mails and text messages of the registry"), _old_messages),
    Policy("entries", _("Audit entries"), _old_entries, _erase_entries),
]
