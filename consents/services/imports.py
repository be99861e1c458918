"""Imports as their user sees them: upload, check, apply, undo, discard. The work itself is in `import_runs`."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import Status
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import Layout
from consents.files.paste import write_paste
from consents.files.read import refuse_too_many
from consents.models import ConsentImport, ImportEvidence, ImportProblem, StagedRow
from consents.policies import as_importer, require_import
from consents.selectors.imports import present_job
from consents.transitions import IMPORT
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.jobs import request_cancel, restart_job, start_job
from iys_portal.core.models import Job
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import Drop, dropped_if_failed, private_path, sha256_of, shown_name
from providers.models import Brand
from providers.policies import require_may_record
from providers.selectors import closed_since

from . import import_evidence
from .import_columns import fitted, map_columns, missing_fields, remembered
from .import_steps import forget_check, locked
from .uploaded_lists import checked_size

CHECK_TASK, APPLY_TASK, UNDO_TASK = "consents.check_import", "consents.apply_import", "consents.undo_import"


def upload(
    *,
    actor: Actor,
    brand: Brand,
    file: IO[bytes],
    name: str,
    reason: str = "",
    reference: str = "",
    evidence: IO[bytes] | None = None,
    evidence_name: str = "",
) -> ConsentImport:
    """Keep a file, recognise how it is built, and return the import in state "uploaded".

    `evidence` is a ZIP of scans that the rows name (R-C16), refused as field "evidence".

    Staff name a reason and a reference, and the import is marked as the registry's. Raises `Invalid` (field
    "file") for a file that is refused as a whole, and keeps nothing then. Files are written and read before the
    transaction of the rows begins.
    """
    with dropped_if_failed() as drops:
        item = _stored(actor, brand, file, name, reason=reason, reference=reference, drops=drops)
        archive = import_evidence.keep_beside(evidence, evidence_name, drops=drops)
        return _written(item, archive, actor)


def _stored(
    actor: Actor, brand: Brand, file: IO[bytes], name: str, *, reason: str = "", reference: str = "", drops: list[Drop]
) -> ConsentImport:
    """The import of a kept and recognised file, still without its row."""
    by_registry = actor.all_providers
    require_import(actor, by_registry=by_registry)
    if not by_registry and brand.provider_id != actor.provider_id:
        raise NotFound
    if actor.bound is not None and not actor.bound.channels_of(brand.pk):  # R-P12
        raise NotFound
    if actor.bound is not None and actor.kind is ActorKind.API_KEY:
        # The job that writes has no part to keep to; such a program records up to a thousand at a time.
        raise NotAllowed(code="import")
    if by_registry and not (reason.strip() and reference.strip()):
        raise Invalid(_("Give a reason and a reference for an import by the registry."), field="reason")
    require_may_record(brand.provider, Status.RET)
    size = checked_size(file)
    digest = sha256_of(file)
    file.seek(0)
    item = ConsentImport(
        provider_id=brand.provider_id,
        brand=brand,
        file_name=shown_name(name),
        file_size=size,
        sha256=digest,
        by_registry=by_registry,
        reason=reason.strip()[:300],
        reference=reference.strip()[:100],
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=timezone.now(),
    )
    item.file.save("upload", File(file), save=False)
    drops.append(partial(item.file.storage.delete, str(item.file.name)))
    item.layout = _inspected(item).to_json()
    return item


@transaction.atomic
def _written(item: ConsentImport, archive: ImportEvidence | None, actor: Actor) -> ConsentImport:
    about = {"sha256": item.sha256, "size": item.file_size, "reason": item.reason}
    item.save()
    if archive is not None:
        archive.item = item
        archive.save(force_insert=True)
        about |= {"evidence_sha256": archive.sha256, "evidence_size": archive.file_size}
    record("import.upload", item, actor=actor, new=about)
    return item


def _inspected(item: ConsentImport) -> Layout:
    """How the kept file is built. Raises `Invalid` (field "file") for one that is refused as a whole."""
    try:
        path = private_path(item.file.name)
        layout = inspect_file(path, remembered=remembered(item.provider_id))
        refuse_too_many(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        raise invalid(refusal) from refusal
    return layout


def upload_and_check(
    *, actor: Actor, brand: Brand, file: IO[bytes], name: str, constants: Mapping[str, str], wide_no: str
) -> ConsentImport:
    """Keep a file and begin its dry run in one act; `constants` and `wide_no` as `map_columns` takes them.

    A file that lacks columns waits in state "uploaded". Raises what `upload`, `map_columns` and `start_check` raise,
    and keeps nothing then.
    """
    with dropped_if_failed() as drops:
        item = _stored(actor, brand, file, name, drops=drops)
        with transaction.atomic():
            _written(item, None, actor)
            if constants or wide_no:
                item = map_columns(item, actor=actor, columns={}, constants=constants, wide_no=wide_no)
            return item if missing_fields(item) else start_check(item, actor=actor)


def upload_paste(*, actor: Actor, brand: Brand, text: str, **about: Any) -> ConsentImport:
    """The paste box: the same as a file with that text in it; `about` as `upload` takes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paste"
        write_paste(text, path)
        content = ContentFile(path.read_bytes())
    return upload(actor=actor, brand=brand, file=content, name=_("Pasted text"), **about)


def start_check(
    item: ConsentImport,
    *,
    actor: Actor,
    moment: datetime | None = None,
    publish: bool = True,
    judge: bool = True,
    complete: bool = True,
) -> ConsentImport:
    """Begin the dry run in the background; without `publish` the caller runs the job itself.

    Without `judge` the file is only read and staged, for a caller that applies at once. Without `complete` a
    missing column is no error of the file but one of each row.
    """
    if complete and (missing := missing_fields(item)):
        raise Invalid(
            _("Say first where the missing columns are."),
            code=f"missing:{','.join(missing)}",
            field="columns",
        )
    if complete and item.layout["shape"] == "wide" and not item.wide_no:
        raise Invalid(_("Say what a “no” in the file means."), code="wide-no", field="wide_no")
    layout = fitted(Layout.from_json(item.layout))
    with transaction.atomic():
        item = locked(item)
        IMPORT.move(item, "check", as_importer(actor, item))
        forget_check(item)
        item.layout = layout.to_json()
        item.checked_at = moment or timezone.now()
        item.check_job = _job(item, CHECK_TASK, _("Check of %(file)s"), actor, publish=publish, judge=judge)
        item.save()
    return item


def start_apply(
    item: ConsentImport, *, actor: Actor, moment: datetime | None = None, publish: bool = True
) -> ConsentImport:
    """Write what the dry run accepted. Every row is judged again at the moment fixed here (design 3)."""
    with transaction.atomic():
        item = locked(item)
        consents = StagedRow.objects.filter(import_id=item.pk, status=Status.ONAY).exists()
        require_may_record(item.provider, Status.ONAY if consents else Status.RET)
        transition = IMPORT.move(item, "apply", as_importer(actor, item))
        item.apply_moment = moment or timezone.now()
        item.apply_job = _job(item, APPLY_TASK, _("Import of %(file)s"), actor, publish=publish)
        item.save()
        record(transition.verb, item, actor=actor, new={"counts": item.dry_counts, "reference": item.reference})
    return item


def start_undo(
    item: ConsentImport, *, actor: Actor, reason: str, include_refusals: bool = False, publish: bool = True
) -> ConsentImport:
    """Take an applied import back within the undo time, with a reason (R-L6)."""
    if not reason.strip():
        raise Invalid(_("Say why the import is undone."), field="reason")
    with transaction.atomic():
        item = locked(item)
        transition = IMPORT.move(item, "undo", as_importer(actor, item))
        _require_still_granted(item, actor)
        if item.applied_at is None or timezone.now() > item.applied_at + settings.REGISTRY["UNDO_WINDOW"]:
            raise WrongMoment(_("The time in which an import can be undone has passed."), code="undo-window")
        item.undo_reason = reason.strip()[:300]
        item.undo_refusals = include_refusals
        moment = timezone.now().isoformat()
        item.undo_job = _job(item, UNDO_TASK, _("Undo of %(file)s"), actor, publish=publish, moment=moment)
        item.save()
        record(transition.verb, item, actor=actor, new={"reason": item.undo_reason, "refusals": include_refusals})
    return item


def _require_still_granted(item: ConsentImport, actor: Actor) -> None:
    """R-P12: an integrator undoes in channels that are still its own; the provider itself can undo in any case."""
    since = item.apply_moment
    if actor.bound is not None and since and closed_since(actor.bound.party_id, item.brand_id, since):
        text = _("The provider has revoked a channel since this import. Please ask it to undo the import itself.")
        raise WrongMoment(text, code="revoked")


def resume(item: ConsentImport, *, actor: Actor) -> ConsentImport:
    """Go on with work whose job failed: finished steps are not repeated."""
    require_import(actor, by_registry=item.by_registry)
    job = present_job(item)
    if job is None:
        raise WrongMoment
    restart_job(job)
    return item


def cancel_check(item: ConsentImport, *, actor: Actor) -> None:
    """Stop a dry run, or give up one that broke down; an apply is never stopped half way, it is undone."""
    require_import(actor, by_registry=item.by_registry)
    if item.check_job is None or item.apply_job is not None:
        raise WrongMoment
    if item.check_job.active:
        request_cancel(item.check_job)
        return
    with transaction.atomic():
        item = locked(item)
        IMPORT.move(item, "stopped", SYSTEM)
        forget_check(item)
        item.save()


def discard(item: ConsentImport, *, actor: Actor) -> ConsentImport:
    """Give an import up before it was applied; the file is deleted, its hash stays."""
    with transaction.atomic():
        item = locked(item)
        transition = IMPORT.move(item, "discard", as_importer(actor, item))
        forget_check(item)
        item.save()
        record(transition.verb, item, actor=actor)
        forget_file(item)
    return item


def forget_file(item: ConsentImport) -> None:
    """Delete the raw upload after commit, and everything personal that was derived from it; the hash stays."""
    name, storage = item.file.name, item.file.storage
    layout = Layout.from_json(item.layout)
    ConsentImport.objects.filter(pk=item.pk).update(file="", layout=layout.to_json(with_sample=False))
    StagedRow.objects.filter(import_id=item.pk).delete()
    ImportProblem.objects.filter(import_id=item.pk).update(value=None, details=None)
    import_evidence.forget_archive(item)
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _job(item: ConsentImport, task: str, title: str, actor: Actor, *, publish: bool, **payload: Any) -> Job:
    return start_job(
        task,
        title=title % {"file": item.file_name},
        actor=actor,
        provider_id=item.provider_id,
        payload={"import": item.pk, **payload},
        publish=publish,
    )
