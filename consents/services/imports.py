"""Imports as their user sees them: upload, map, check, apply, undo, discard. The work itself is in `import_runs`."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import Source, Status
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import FIELD_LABELS, Layout, remap, to_remember
from consents.files.paste import write_paste
from consents.files.read import refuse_too_many
from consents.models import ConsentImport, ConsentText, ImportChunk, ImportProblem, RememberedColumn, StagedRow
from consents.normalise.reading import COMMON_FIELDS, LONG_FIELDS, STATUS_FIELDS, WIDE_FIELDS
from consents.transitions import IMPORT
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.jobs import request_cancel, restart_job, start_job
from iys_portal.core.models import Job
from iys_portal.core.storage import private_path, sha256_of
from providers.models import Brand
from providers.policies import require_may_record

from . import import_evidence

CHECK_TASK, APPLY_TASK, UNDO_TASK = "consents.check_import", "consents.apply_import", "consents.undo_import"
CONSTANT_FIELDS = ("type", *COMMON_FIELDS)


def require_import(actor: Actor, *, by_registry: bool) -> None:
    """A provider's people import for their own provider, a registry admin for any."""
    actor.require(Permission.CONSENT_IMPORT_ANY if by_registry else Permission.CONSENT_IMPORT)


def require_view(actor: Actor) -> None:
    """Whoever imports looks at imports, and so does who reads the audit log."""
    if not any(map(actor.may, (Permission.CONSENT_IMPORT, Permission.CONSENT_IMPORT_ANY, Permission.AUDIT_VIEW))):
        raise NotAllowed


def may_work_on(actor: Actor, item: ConsentImport) -> bool:
    """The registry's imports are the registry's to move, a provider's are its own people's."""
    return actor.may(Permission.CONSENT_IMPORT_ANY if item.by_registry else Permission.CONSENT_IMPORT)


def as_importer(actor: Actor, item: ConsentImport) -> Actor:
    """The actor with the permission that the workflow asks for; raises `NotAllowed` for other people's imports."""
    require_import(actor, by_registry=item.by_registry)
    return actor.with_permission(Permission.CONSENT_IMPORT)


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
    "file") for a file that is refused as a whole, and keeps nothing then.
    """
    by_registry = actor.all_providers
    require_import(actor, by_registry=by_registry)
    if not by_registry and brand.provider_id != actor.provider_id:
        raise NotFound
    if by_registry and not (reason.strip() and reference.strip()):
        raise Invalid(_("Give a reason and a reference for an import by the registry."), field="reason")
    require_may_record(brand.provider, Status.RET)
    size = file.seek(0, 2)
    limit = settings.REGISTRY["IMPORT_MAX_BYTES"]
    if size > limit:
        raise Invalid(
            _("The file is larger than %(limit)d MB.") % {"limit": limit // 1024**2},
            code="too-large",
            field="file",
        )
    file.seek(0)
    digest = sha256_of(file)
    file.seek(0)
    item = ConsentImport(
        provider_id=brand.provider_id,
        brand=brand,
        file_name=Path(name).name[:200],
        file_size=size,
        sha256=digest,
        by_registry=by_registry,
        reason=reason.strip()[:300],
        reference=reference.strip()[:100],
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=timezone.now(),
    )
    item.file.save("upload", File(file), save=False)
    try:
        path = private_path(item.file.name)
        layout = inspect_file(path, item.file_name, remembered=remembered(brand.provider_id))
        refuse_too_many(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        item.file.delete(save=False)
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="file") from refusal
    archive = import_evidence.keep_beside(item, evidence, evidence_name)
    item.layout = layout.to_json()
    about = {"sha256": digest, "size": size, "reason": item.reason}
    with transaction.atomic():
        item.save()
        if archive is not None:
            archive.item = item
            archive.save(force_insert=True)
            about |= {"evidence_sha256": archive.sha256, "evidence_size": archive.file_size}
        record("import.upload", item, actor=actor, new=about)
    return item


def upload_paste(*, actor: Actor, brand: Brand, text: str, **about: Any) -> ConsentImport:
    """The paste box: the same as a file with that text in it; `about` as `upload` takes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paste"
        write_paste(text, path)
        content = ContentFile(path.read_bytes())
    return upload(actor=actor, brand=brand, file=content, name=_("Pasted text"), **about)


def remembered(provider_id: int) -> dict[str, str | None]:
    """What the provider's headings meant the last time, as `inspect_file` takes it."""
    rows = RememberedColumn.objects.filter(provider_id=provider_id).values_list("heading", "field")
    return {heading: name or None for heading, name in rows}


def same_file_before(item: ConsentImport) -> ConsentImport | None:
    """The latest import of the very same file for the same brand, to warn with (it would give "unchanged")."""
    earlier = ConsentImport.objects.filter(brand_id=item.brand_id, sha256=item.sha256, created_at__lt=item.created_at)
    return earlier.exclude(applied_at=None).order_by("-created_at").first()


def map_columns(
    item: ConsentImport,
    *,
    actor: Actor,
    columns: Mapping[int, str | None],
    constants: Mapping[str, str],
    wide_no: str = "",
    text_version_id: int | None = None,
) -> ConsentImport:
    """Say what each column is, what stands for missing ones, and what a "no" of a wide file means.

    A status is never a constant (R-C1). The consents of the file may name one published text of the brand (R-C18).
    Raises `Invalid` for two columns of one thing, for columns that do not go together, and for another text.
    """
    texts = ConsentText.objects.published().filter(brand=item.brand_id)
    if text_version_id is not None and not texts.filter(pk=text_version_id).exists():
        raise Invalid(_("This is no published consent text of the brand."), code="text", field="text_version")
    if not STATUS_FIELDS.isdisjoint(constants):
        raise Invalid(_("The status of a consent is never the same for a whole file by assumption."), field="status")
    if unknown := set(constants) - set(CONSTANT_FIELDS):
        raise Invalid(code=f"constant:{','.join(sorted(unknown))}")
    if source := constants.get("source"):
        known = Source.__members__.get(source)
        if known is None or known.is_registry:
            raise Invalid(_("Choose a source that a provider may record."), field="source")
    try:
        layout = _fitted(remap(Layout.from_json(item.layout), columns))
    except FileRefused as refusal:
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="columns") from refusal
    known_fields = LONG_FIELDS if layout.shape == "long" else WIDE_FIELDS
    with transaction.atomic():
        item = _locked(item)
        IMPORT.move(item, "remap", as_importer(actor, item))
        _forget_check(item)
        item.layout = layout.to_json()
        item.constants = {key: value for key, value in constants.items() if value and key in known_fields}
        item.wide_no = wide_no if layout.shape == "wide" else ""
        item.text_version_id = text_version_id
        item.save()
        for heading, name in to_remember(layout).items():
            RememberedColumn.objects.update_or_create(
                provider_id=item.provider_id, heading=heading[:100], defaults={"field": name or ""}
            )
    return item


def _fitted(layout: Layout) -> Layout:
    """A lone phone or e-mail column beside a channel is the recipient; columns of the other shape are refused."""
    fields = layout.fields
    known = LONG_FIELDS if layout.shape == "long" else WIDE_FIELDS
    strange = [name for name in fields if name not in known]
    if layout.shape == "long" and "recipient" not in fields and len(strange) == 1:
        return remap(layout, {fields[strange[0]]: "recipient"})
    if strange:
        names = ", ".join(f"“{FIELD_LABELS[name]}”" for name in strange)
        if layout.shape == "wide":
            text = _("%(names)s: not in a file that has one column for each channel. Choose “not stored” there.")
        else:
            text = _("%(names)s: not in a file with one consent a row. The address column is “Recipient”.")
        raise Invalid(text % {"names": names}, code="mixed-shape", field="columns")
    return layout


def reinspect(
    item: ConsentImport,
    *,
    actor: Actor,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ConsentImport:
    """Look at the kept file again the way the user says it is built; a refusal leaves all as it was."""
    importer = as_importer(actor, item)
    if not item.file:
        raise WrongMoment(_("The file is no longer kept."), code="file-forgotten")
    path = private_path(item.file.name)
    try:
        layout = inspect_file(
            path,
            item.file_name,
            remembered=remembered(item.provider_id),
            sheet=sheet,
            encoding=encoding,
            delimiter=delimiter,
        )
        refuse_too_many(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="reading") from refusal
    with transaction.atomic():
        item = _locked(item)
        IMPORT.move(item, "remap", importer)
        _forget_check(item)
        item.layout, item.constants, item.wide_no, item.text_version = layout.to_json(), {}, "", None
        item.save()
    return item


def missing_fields(item: ConsentImport) -> list[str]:
    """Fields that neither a column nor a constant fills and without which no row can be accepted."""
    layout = Layout.from_json(item.layout)
    known = set(layout.fields) | set(item.constants)
    if layout.shape == "wide":
        missing = [] if known & {"phone", "email"} else ["phone"]
        needed: tuple[str, ...] = ("source", "consent_date")
        missing += [] if known & {"allow_sms", "allow_call", "allow_email"} else ["allow_sms"]
    else:
        missing, needed = [], ("recipient", "type", "status", "source", "consent_date")
    return missing + [name for name in needed if name not in known]


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
    with transaction.atomic():
        item = _locked(item)
        IMPORT.move(item, "check", as_importer(actor, item))
        _forget_check(item)
        item.checked_at = moment or timezone.now()
        item.check_job = _job(item, CHECK_TASK, _("Check of %(file)s"), actor, publish=publish, judge=judge)
        item.save()
    return item


def start_apply(
    item: ConsentImport, *, actor: Actor, moment: datetime | None = None, publish: bool = True
) -> ConsentImport:
    """Write what the dry run accepted. Every row is judged again at the moment fixed here (design 3)."""
    with transaction.atomic():
        item = _locked(item)
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
        item = _locked(item)
        transition = IMPORT.move(item, "undo", as_importer(actor, item))
        if item.applied_at is None or timezone.now() > item.applied_at + settings.REGISTRY["UNDO_WINDOW"]:
            raise WrongMoment(_("The time in which an import can be undone has passed."), code="undo-window")
        item.undo_reason = reason.strip()[:300]
        item.undo_refusals = include_refusals
        moment = timezone.now().isoformat()
        item.undo_job = _job(item, UNDO_TASK, _("Undo of %(file)s"), actor, publish=publish, moment=moment)
        item.save()
        record(transition.verb, item, actor=actor, new={"reason": item.undo_reason, "refusals": include_refusals})
    return item


def resume(item: ConsentImport, *, actor: Actor) -> ConsentImport:
    """Go on with work whose job failed: finished steps are not repeated."""
    require_import(actor, by_registry=item.by_registry)
    job = present_job(item)
    if job is None:
        raise WrongMoment
    restart_job(job)
    return item


def present_job(item: ConsentImport) -> Job | None:
    """The job that the import's present state waits for, or that brought it here."""
    return item.undo_job or item.apply_job or item.check_job


def cancel_check(item: ConsentImport, *, actor: Actor) -> None:
    """Stop a dry run, or give up one that broke down; an apply is never stopped half way, it is undone."""
    require_import(actor, by_registry=item.by_registry)
    if item.check_job is None or item.apply_job is not None:
        raise WrongMoment
    if item.check_job.active:
        request_cancel(item.check_job)
        return
    with transaction.atomic():
        item = _locked(item)
        IMPORT.move(item, "stopped", SYSTEM)
        _forget_check(item)
        item.save()


def discard(item: ConsentImport, *, actor: Actor) -> ConsentImport:
    """Give an import up before it was applied; the file is deleted, its hash stays."""
    with transaction.atomic():
        item = _locked(item)
        transition = IMPORT.move(item, "discard", as_importer(actor, item))
        _forget_check(item)
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


def _locked(item: ConsentImport) -> ConsentImport:
    return ConsentImport.objects.select_for_update(of=("self",)).select_related("provider", "brand").get(pk=item.pk)


def _job(item: ConsentImport, task: str, title: str, actor: Actor, *, publish: bool, **payload: Any) -> Job:
    return start_job(
        task,
        title=title % {"file": item.file_name},
        actor=actor,
        provider_id=item.provider_id,
        payload={"import": item.pk, **payload},
        publish=publish,
    )


def _forget_check(item: ConsentImport) -> None:
    StagedRow.objects.filter(import_id=item.pk).delete()
    ImportChunk.objects.filter(import_id=item.pk).delete()
    ImportProblem.objects.filter(import_id=item.pk).delete()
    item.staged_rows = None
    item.dry_counts = {}


def visible_import(actor: Actor, public_id: Any) -> ConsentImport:
    """One import by its public id; raises `NotFound` for a stranger (R-A1)."""
    require_view(actor)
    item = (
        ConsentImport.objects.visible_to(actor)
        .select_related("provider", "brand__provider", "check_job", "apply_job", "undo_job")
        .filter(public_id=public_id)
        .first()
    )
    if item is None:
        raise NotFound
    return item
