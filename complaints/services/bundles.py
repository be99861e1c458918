"""Everything about a case as a PDF and a ZIP (R-K6, R-K7): made by a worker, given out, attached, forgotten."""

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from complaints.archive import write_archive
from complaints.document_kinds import BUNDLE
from complaints.documents.bundle import Part, content, parts_of
from complaints.enums import BundleKind, PaperKind, Side
from complaints.evidence import ZIP
from complaints.models import Complaint, ComplaintBundle, ComplaintPaper
from complaints.selectors.bundles import gather
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.enums import DocumentState, JobState
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.jobs import Run, claimed, start_job
from iys_portal.core.models import Document, Job
from iys_portal.core.storage import Drop, only_if_written, sha256_of
from iys_portal.core.uploads import PDF

from .moves import locked

TASK = "complaints.make_bundle"
FORMS = ("pdf", "zip")
INDEX = "index.pdf"
BATCH = 200


@transaction.atomic
def start_bundle(
    *, complaint: Complaint, actor: Actor, now: datetime | None = None, publish: bool = True
) -> ComplaintBundle:
    """Have the bundle made: a sender's evidence, or the whole case for the registry. Audited (R-G3).

    One that is being made is not begun a second time. Locks the complaint. Raises `NotFound`, `NotAllowed`.
    """
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    kind = require_right(actor)
    found = ComplaintBundle.objects.visible_to(actor).filter(complaint=row)
    running = found.filter(job__state__in=(JobState.QUEUED, JobState.RUNNING)).first()
    if running is not None:
        return running
    language = translation.get_language() or settings.LANGUAGE_CODE
    job = start_job(
        TASK,
        title=f"{kind.label} {row.tracking_number}",
        actor=actor,
        provider_id=actor.provider_id,
        payload={"language": language},
        publish=publish,
    )
    bundle = ComplaintBundle.objects.create(complaint=row, kind=kind, job=job, created_at=now)
    audit.record("complaint.bundle_begun", row, actor=actor, new={"kind": kind.value})
    return bundle


def require_right(actor: Actor) -> BundleKind:
    """What the actor may have made.

    Raises `NotAllowed` for who neither answers for the sender nor reads cases for the registry.
    """
    if not actor.all_providers:
        actor.require(Permission.COMPLAINT_ANSWER)
        return BundleKind.EVIDENCE
    if not actor.may(Permission.COMPLAINT_DECIDE):
        actor.require(Permission.COMPLAINT_VIEW_ANY)
    return BundleKind.CASE


def make_bundle(job_id: int) -> None:
    """Make the bundle of a job. A second delivery does nothing; after a run that died the next begins anew."""
    with claimed(job_id) as run:
        if run is None:
            return
        bundle = ComplaintBundle.objects.select_related("complaint__brand__provider").get(job_id=job_id)
        if bundle.made_at is None:
            with translation.override(run.job.payload.get("language", settings.LANGUAGE_CODE)):
                _make(run, bundle)


def _make(run: Run, bundle: ComplaintBundle) -> None:
    now = timezone.now()
    run.progress(step="gather")
    found = gather(bundle.complaint, _reader(run.job), now=now)
    parts = parts_of(found)
    index = _issue(run, bundle, content(found, parts, kind=BundleKind(bundle.kind), now=now), now)
    run.progress(step="index")
    documents.render(index.pk)
    index.refresh_from_db()
    if index.state != DocumentState.READY:
        raise WrongMoment(code="index")
    run.progress(step="pack", done=0, total=len(parts) + 1)
    first = Part(INDEX, "", index.size, index.sha256, partial(index.file.open, "rb"))
    with tempfile.TemporaryDirectory(prefix="iys-bundle-") as folder:
        path = Path(folder) / "bundle"
        for done in write_archive(path, [first, *parts], at=now):
            run.progress(done=done)
        _publish(run, bundle, path, len(parts), now)


def _reader(job: Job) -> Actor:
    """Whoever began it, as far as the scope of the case goes; that it may be seen was judged then, and is again when
    it is given out.
    """
    may = Permission.COMPLAINT_VIEW if job.provider_id else Permission.COMPLAINT_VIEW_ANY
    return Actor(
        kind=ActorKind(job.actor_kind),
        id=job.actor_id,
        name=job.actor_name,
        permissions=frozenset({may}),
        provider_id=job.provider_id,
        all_providers=job.provider_id is None,
        way="task",
    )


@transaction.atomic
def _issue(run: Run, bundle: ComplaintBundle, data: dict[str, Any], now: datetime) -> Document:
    """Freeze the index. It belongs to no provider's own documents: the case's rights open it (R-K6).

    The one of a run that died goes: nobody was given it, and its number would stand for nothing.
    """
    run.hold()
    former = bundle.document
    document = documents.issue(
        kind=BUNDLE,
        number=documents.new_number(BUNDLE),
        data=data,
        subject=(BUNDLE, str(bundle.public_id)),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        actor=_reader(run.job),
        now=now,
        publish=False,
    )
    ComplaintBundle.objects.filter(pk=bundle.pk).update(document=document)
    if former is not None:
        former.delete()
        if former.file:
            transaction.on_commit(partial(default_storage.delete, str(former.file.name)))
    return document


def _publish(run: Run, bundle: ComplaintBundle, path: Path, parts: int, now: datetime) -> None:
    with path.open("rb") as file:
        sha256 = sha256_of(file)
    with only_if_written() as drops:
        run.hold()
        row = ComplaintBundle.objects.select_for_update(of=("self",)).get(pk=bundle.pk)
        with path.open("rb") as file:
            row.file.save("bundle.zip", File(file), save=False)
        drops.append(partial(default_storage.delete, str(row.file.name)))
        row.size, row.sha256, row.parts = path.stat().st_size, sha256, parts
        row.made_at, row.expires_at = now, now + settings.REGISTRY["EXPORT_KEEP"]
        row.save(update_fields=["file", "size", "sha256", "parts", "made_at", "expires_at"])


@transaction.atomic
def take_bundle(
    *, complaint: Complaint, bundle_id: str, form: str, actor: Actor, now: datetime | None = None
) -> tuple[str, str]:
    """Name of the stored file and under which to save it; audited each time (R-G3). Raises `NotFound`, `NotAllowed`,
    `WrongMoment`.
    """
    now = now or timezone.now()
    require_right(actor)
    bundle = _ready(complaint, bundle_id, actor, now)
    if form not in FORMS:
        raise NotFound(code="bundle")
    audit.record("complaint.bundle_taken", complaint, actor=actor, new={"kind": bundle.kind, "form": form})
    assert bundle.document
    stored = bundle.document.file.name if form == "pdf" else bundle.file.name
    return str(stored), f"{name_of(bundle)}.{form}"


def name_of(bundle: ComplaintBundle) -> str:
    return f"{bundle.complaint.tracking_number}-{'delil' if bundle.kind == BundleKind.EVIDENCE else 'dosya'}"


def _ready(complaint: Complaint, bundle_id: str, actor: Actor, now: datetime) -> ComplaintBundle:
    found = ComplaintBundle.objects.visible_to(actor).select_related("document", "complaint")
    bundle = found.filter(complaint=complaint, public_id=bundle_id).first()
    if bundle is None:
        raise NotFound(code="bundle")
    if not bundle.is_there(now):
        raise WrongMoment(code="bundle")
    return bundle


def attach_bundle(row: Complaint, bundle_id: str, *, drops: list[Drop], actor: Actor, now: datetime) -> None:
    """Keep index and ZIP among the sender's documents of a locked complaint; what is attached already stays once.

    Copies, in blocks: the bundle's own file is forgotten after some time. Raises `NotFound`; `Invalid` for one that
    was forgotten meanwhile.
    """
    try:
        bundle = _ready(row, bundle_id, actor, now)
    except WrongMoment as error:
        raise Invalid(_("The evidence is not there any more. Have it made again."), code="bundle") from error
    assert bundle.document
    for ending, content_type, source in (("pdf", PDF, bundle.document), ("zip", ZIP, bundle)):
        if ComplaintPaper.objects.filter(complaint=row, side=Side.PROVIDER, sha256=source.sha256).exists():
            continue
        paper = ComplaintPaper(
            complaint=row, side=Side.PROVIDER, kind=PaperKind.PAPER, name=f"{name_of(bundle)}.{ending}",
            content_type=content_type, size=source.size, sha256=source.sha256, added_at=now, added_by=actor.id,
            for_complainant=False, for_provider=True,
        )  # fmt: skip
        with source.file.open("rb") as file:
            paper.file.save(paper.name, File(file), save=False)
        drops.append(partial(default_storage.delete, str(paper.file.name)))
        paper.save(force_insert=True)
        audit.record("complaint.paper_added", row, actor=actor, new={"kind": paper.kind, "sha256": paper.sha256})


def forget_bundles(*, now: datetime | None = None) -> int:
    """Delete the files whose time is over; what was attached stays. Returns how many. May run twice, and at once."""
    now, done = now or timezone.now(), 0
    old = ComplaintBundle.objects.filter(expires_at__lte=now).exclude(file="")
    for key in list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            row = old.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
            if row is None:
                continue
            transaction.on_commit(partial(default_storage.delete, str(row.file.name)))
            row.file = ""
            row.save(update_fields=["file"])
            done += 1
    return done
