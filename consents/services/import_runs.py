"""The work behind an import's jobs: dry run, apply, undo. Each may run twice and may die in the middle (design 3)."""

from collections import Counter
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents import problems
from consents.engine import stage as staging
from consents.engine.chunks import run_chunks
from consents.engine.terms import Terms, terms_for
from consents.engine.undo import undo_chunks
from consents.enums import Lane, UndoOutcome, Verdict, WayIn, WebhookEvent
from consents.files.errors import FileRefused
from consents.files.layout import Layout
from consents.models import ConsentImport, ImportChunk, StagedRow
from consents.states import ImportState
from consents.transitions import IMPORT
from iys_portal.core import outbox
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.jobs import JobCancelled, Run, claimed, starter_of
from iys_portal.core.models import Job
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import private_path
from providers.models import Brand

from . import import_columns, import_evidence, imports, notice_queue, webhook_feed
from .job_mails import tell_starter

READ = ("malformed", "reading", "respelled", "evidence")
"""What reading found, taken over into the counts of every judging."""


def check(job_id: int) -> None:
    """Dry run: read, stage and judge; nothing of it changes a consent."""
    with claimed(job_id) as run:
        if run is None or (item := _item(run, ImportState.CHECKING)) is None:
            return
        try:
            _ensure_staged(item, run)
            terms = _terms(item, run, item.checked_at or timezone.now())
            counts: Counter[int] = Counter()
            if run.job.payload.get("judge", True):
                counts = _run(item, terms, run, ImportChunk.Phase.CHECK, _("Checking the rules"))
        except FileRefused as refusal:
            _settle(item, "fail")
            raise invalid(refusal, field=None) from refusal
        except JobCancelled:
            _settle(item, "stopped")
            raise
        _settle(item, "checked", dry_counts=_summary(item, counts, ImportChunk.Phase.CHECK))
        _tell_importer(item, run.job, gettext_lazy("%(file)s is checked and waits for your decision."))


def apply(job_id: int) -> None:
    """Write what holds at the import's moment, chunk by chunk; finished chunks are skipped on a second run."""
    with claimed(job_id) as run:
        if run is None or (item := _item(run, ImportState.APPLYING)) is None:
            return
        _ensure_staged(item, run)
        assert item.apply_moment is not None
        terms = _terms(item, run, item.apply_moment)
        counts = _run(item, terms, run, ImportChunk.Phase.APPLY, _("Writing"))
        completed = import_evidence.complete_standing(item, actor=terms.actor)
        kept = import_evidence.keep_proven(item, actor=terms.actor, progress=run.progress)
        with transaction.atomic():
            _settle(item, "applied", counts=_summary(item, counts, ImportChunk.Phase.APPLY), applied_at=timezone.now())
            record("import.applied", item, actor=terms.actor, new={"verdicts": item.counts["verdicts"]})
            import_evidence.note(item, actor=terms.actor, kept=kept, completed=completed)
            _announce(item)
            if item.by_registry:
                _tell_provider(item)
        StagedRow.objects.filter(import_id=item.pk).delete()
        _tell_importer(item, run.job, gettext_lazy("%(file)s is applied."))


def undo(job_id: int) -> None:
    """Append the counter-events (R-L6)."""
    with claimed(job_id) as run:
        if run is None or (item := _item(run, ImportState.UNDOING)) is None:
            return
        run.progress(
            done=0,
            total=sum(item.counts["verdicts"][name] for name in ("new", "changed", "renewed")),
            step=_("Undoing"),
        )
        assert item.apply_job_id is not None
        notice_queue.unfold_all(item.apply_job_id)  # those that wait are called off with their consents
        found = undo_chunks(
            item,
            actor=starter_of(run.job, way="import"),
            moment=datetime.fromisoformat(run.job.payload["moment"]),  # stays when the job is resumed
            include_refusals=item.undo_refusals,
            progress=lambda done: run.progress(done=done),
        )
        counts = {
            "undone": found[UndoOutcome.DONE],
            "left": {str(int(code)): found[code] for code in UndoOutcome if code != UndoOutcome.DONE and found[code]},
        }
        with transaction.atomic():
            _settle(item, "undone", undo_counts=counts, undone_at=timezone.now())
            record("import.undone", item, actor=starter_of(run.job, way="import"), new=counts)
            _announce(item)


def load_file(
    *,
    actor: Actor,
    brand: Brand,
    path: Path,
    name: str = "",
    moment: datetime | None = None,
    apply_it: bool = True,
    reason: str = "",
    reference: str = "",
    constants: dict[str, str] | None = None,
    wide_no: str = "",
    evidence: Path | None = None,
    text_version_id: int | None = None,
) -> ConsentImport:
    """Upload, map as recognised, check or apply in this process: for commands and demo data.

    `evidence` is a ZIP of scans. Raises `Invalid` where a file is refused. A missing column without a constant is a
    problem of each row.
    """
    with path.open("rb") as file, evidence.open("rb") if evidence else nullcontext() as scans:
        item = imports.upload(
            actor=actor,
            brand=brand,
            file=file,
            name=name or path.name,
            reason=reason,
            reference=reference,
            evidence=scans,
            evidence_name=evidence.name if evidence else "",
        )
    if constants or wide_no or text_version_id:
        given: dict[str, Any] = {"constants": constants or {}, "wide_no": wide_no, "text_version_id": text_version_id}
        item = import_columns.map_columns(item, actor=actor, columns={}, **given)
    return run_here(item, actor=actor, moment=moment, apply_it=apply_it, judge=not apply_it)


def run_here(
    item: ConsentImport,
    *,
    actor: Actor,
    moment: datetime | None = None,
    apply_it: bool = True,
    judge: bool = True,
) -> ConsentImport:
    """Check and apply an uploaded import in this process; raises `Invalid` with the reason when the check fails.

    An apply judges every row itself, so a caller that shows nobody the dry run can leave it out (`judge`).
    """
    item = imports.start_check(item, actor=actor, moment=moment, publish=False, judge=judge, complete=False)
    assert item.check_job_id is not None
    check(item.check_job_id)
    item.refresh_from_db()
    if item.state != ImportState.CHECKED:
        raise Invalid(Job.objects.get(pk=item.check_job_id).error)
    if apply_it:
        item = imports.start_apply(item, actor=actor, moment=moment, publish=False)
        assert item.apply_job_id is not None
        apply(item.apply_job_id)
        item.refresh_from_db()
    return item


def forget_uploads(now: datetime) -> int:
    """Delete raw uploads whose undo time has passed; give up imports that nobody decided about for 30 days.

    Hashes stay.
    """
    over = ConsentImport.objects.exclude(file="").filter(
        applied_at__lt=now - settings.REGISTRY["UNDO_WINDOW"]
    ) | ConsentImport.objects.exclude(file="").filter(
        applied_at=None,
        created_at__lt=now - timedelta(days=30),
        state__in=[ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED],
    )
    items = list(over[:200])
    for item in items:
        with suppress(WrongMoment), transaction.atomic():  # somebody was quicker
            if item.applied_at is None:
                imports.discard(item, actor=SYSTEM)
            else:
                imports.forget_file(item)
    return len(items)


def _item(run: Run, state: ImportState) -> ConsentImport | None:
    item = ConsentImport.objects.select_related("brand__provider", "provider").get(pk=run.job.payload["import"])
    return item if item.state == state else None


def _terms(item: ConsentImport, run: Run, moment: datetime) -> Terms:
    return terms_for(
        item.brand,
        moment=moment,
        actor=starter_of(run.job, way="import"),
        way=WayIn.IMPORT,
        job_id=run.job.pk,
        text_version_id=item.text_version_id,
        own_notices="own_notice_at" in Layout.from_json(item.layout).fields,
        lane=Lane.BULK,
    )


def _ensure_staged(item: ConsentImport, run: Run) -> None:
    """Stage the kept file unless all its rows are there (a server crash empties the unlogged table)."""
    if item.staged_rows is not None and StagedRow.objects.filter(import_id=item.pk).count() == item.staged_rows:
        return
    staging.forget(item)
    shelf = import_evidence.shelf_of(item, run.progress)
    run.progress(done=0, total=item.file_size, step=_("Reading the file"))
    result = staging.StageResult()
    moment = item.checked_at or item.created_at
    for result in staging.stage(item, private_path(item.file.name), moment, shelf=shelf):
        run.progress(done=result.bytes_read, total=result.total_bytes)
    item.staged_rows = result.rows
    item.dry_counts = {
        **item.dry_counts,
        "malformed": {str(number): total for number, total in result.malformed.items()},
        "reading": dict(result.reading),
        "respelled": result.changed,
        "evidence": import_evidence.write_report(item, shelf, result.evidence),
    }
    item.save(update_fields=["staged_rows", "dry_counts"])


def _run(item: ConsentImport, terms: Terms, run: Run, phase: ImportChunk.Phase, step: str) -> Counter[int]:
    run.progress(done=0, total=item.staged_rows or 0, step=step)
    return run_chunks(item, terms, phase=phase, progress=lambda done: run.progress(done=done))


def _settle(item: ConsentImport, move: str, **changes: Any) -> None:
    """Make a move of the system's and save what it brings."""
    IMPORT.move(item, move, SYSTEM)
    for name, value in changes.items():
        setattr(item, name, value)
    item.save(update_fields=["state", *changes])


def _summary(item: ConsentImport, counts: Counter[int], phase: ImportChunk.Phase) -> dict[str, Any]:
    """Counts by verdict and by problem, those of reading included; `total` is rows, or consents of a wide file.

    `notices` says how many people are told (R-M6), by `engine.write.told_key`: added up over the chunks' rows, so that
    a job that died in the middle counts what it had done.
    """
    notices: Counter[str] = Counter()
    for told in ImportChunk.objects.filter(import_id=item.pk, phase=phase).values_list("notices", flat=True):
        notices.update(told)
    codes = Counter({number: total for number, total in counts.items() if number >= 100})
    codes.update({int(number): total for number, total in item.dry_counts.get("malformed", {}).items()})
    verdicts = {verdict.name.lower(): counts[verdict.value] for verdict in Verdict}
    for number, total in codes.items():
        verdicts[problems.BY_NUMBER[number].verdict.name.lower()] += total
    return {
        **{key: item.dry_counts[key] for key in READ if key in item.dry_counts},
        "total": sum(verdicts.values()),
        "verdicts": verdicts,
        "codes": {str(number): total for number, total in sorted(codes.items())},
        "notices": dict(notices),
    }


def _announce(item: ConsentImport) -> None:
    """The provider's programs are told how an import ended; no name of a file, which may be a person's (R-G4)."""
    webhook_feed.announce(
        WebhookEvent.IMPORT,
        provider_id=item.provider_id,
        brand_id=item.brand_id,
        now=timezone.now(),
        data={
            "import": str(item.public_id),
            "brandCode": item.brand.brand_code,
            "state": item.state,
            "verdicts": item.counts["verdicts"],
        },
    )


def _tell_importer(item: ConsentImport, job: Job, text: Promise) -> None:
    tell_starter(job, text, file=item.file_name, path=_page(item), cause=f"job-{job.pk}-{item.state}")


def _tell_provider(item: ConsentImport) -> None:
    """R-R2's manners for imports by the registry: the provider is told what was written for it."""
    with translation.override("tr"):
        outbox.post(
            cause=f"import-by-registry-{item.pk}",
            to=item.provider.email,
            subject=_("The registry imported consents for %(provider)s") % {"provider": item.provider.title},
            body=_(
                "File: %(file)s\nReason: %(reason)s\nReference: %(reference)s\n\n"
                "The records are marked “by the registry” in their history.\n\n%(url)s\n"
            )
            % {
                "file": item.file_name,
                "reason": item.reason,
                "reference": item.reference,
                "url": settings.PORTAL_URL + _page(item),
            },
        )


def _page(item: ConsentImport) -> str:
    return reverse("consents:import", args=[item.public_id])
