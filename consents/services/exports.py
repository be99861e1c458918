"""Have lists made as files, give them out, and remove them (R-G3)."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents.enums import ExportFormat, ExportKind, ExportStage
from consents.exports import Listing, Table, write_csv, write_xlsx
from consents.models import ExportFile, Message, RecipientQuery
from consents.selectors.exports import TABLES, filters_as_json, filters_of, last_position, listing_of
from consents.selectors.feed import last_final
from consents.selectors.pages import Filters
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.jobs import Run, claimed, request_cancel, start_job
from iys_portal.core.storage import only_if_written

from . import export_tables
from .export_tables import may_be_listed
from .job_mails import tell_starter

TASK = "consents.make_export"
BATCH = 500


@transaction.atomic
def start_export(
    *,
    actor: Actor,
    kind: ExportKind,
    form: ExportFormat,
    filters: Filters,
    shown: dict[str, str],
    now: datetime,
    search: str = "",
    moment: datetime | None = None,
    after_event: int = 0,
    upto_event: int | None = None,
    publish: bool = True,
) -> ExportFile:
    """Have a list made in the background; audited (R-G3). Without `publish` the caller runs the job.

    `filters` are already within the actor's scope, `shown` says them in words. Raises `NotAllowed`, and `Invalid`
    while as many of the person's files are being made as may be at once.
    """
    what: dict[str, Any] = {"moment": moment, "search": search, "after_event": after_event, "upto_event": upto_event}
    return _ordered(actor, kind, form, filters_as_json(filters), shown, now, publish=publish, **what)


@transaction.atomic
def start_table(
    *,
    actor: Actor,
    kind: ExportKind,
    form: ExportFormat,
    shown: dict[str, str],
    now: datetime,
    of: RecipientQuery | Message | None = None,
    publish: bool = True,
) -> ExportFile:
    """Have a list of queries or messages, or one of them whole, made in the background; audited (R-G3).

    `shown` are the list's filters, `of` the one query or message, which the actor was seen to see. Raises as
    `start_export`, and `WrongMoment` for a query without an answer and a message that is not registered.
    """
    if (isinstance(of, RecipientQuery) and not of.result) or (isinstance(of, Message) and not may_be_listed(of)):
        raise WrongMoment(_("There is nothing to be listed yet, or not any more."))
    about = {} if of is None else {"of": str(of)[:100]}
    kept = {"lists": shown} if of is None else {"of": of.pk}
    return _ordered(actor, kind, form, kept, shown | about, now, publish=publish)


def _ordered(
    actor: Actor,
    kind: ExportKind,
    form: ExportFormat,
    filters: dict[str, Any],
    shown: dict[str, str],
    now: datetime,
    *,
    publish: bool,
    moment: datetime | None = None,
    **more: Any,
) -> ExportFile:
    actor.require(Permission.CONSENT_EXPORT)
    if actor.bound is not None:  # R-P12: grants give no exports
        raise NotAllowed
    active = ExportFile.objects.visible_to(actor).filter(job__state__in=(JobState.QUEUED, JobState.RUNNING))
    if active.count() >= settings.REGISTRY["EXPORTS_AT_ONCE"]:
        raise Invalid(_("Several of your files are still being made. Wait for one of them, or stop it."))
    about: dict[str, Any] = {"payload": {"language": translation.get_language() or settings.LANGUAGE_CODE}}
    job = start_job(TASK, title=str(kind.label), actor=actor, provider_id=actor.provider_id, publish=publish, **about)
    item = ExportFile.objects.create(
        provider_id=actor.provider_id,
        kind=kind,
        format=form,
        filters=filters,
        shown=shown,
        moment=moment,
        **more,
        job=job,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=now,
    )
    what = {"kind": kind.value, "format": form.value, "filters": shown, "search": bool(more.get("search"))}
    audit.record("export.started", item, actor=actor, new=what | ({"at": moment.isoformat()} if moment else {}))
    return item


def start_refusals(
    *,
    actor: Actor,
    form: ExportFormat,
    filters: Filters,
    shown: dict[str, str],
    everything: bool,
    now: datetime,
    publish: bool = True,
) -> ExportFile:
    """Have the refusals listed that came since the person's last download for the same brand and channel.

    The first time, and with `everything`, all that are in force. The list goes by the numbers of final events, never by
    a clock: it may repeat a refusal that was written while it was made, and leaves none out.
    """
    upto = last_final()  # before any row is read: what is not final by now comes with the next list
    return start_export(
        actor=actor,
        kind=ExportKind.REFUSALS,
        form=form,
        filters=filters,
        shown=shown,
        now=now,
        after_event=0 if everything else last_position(actor, shown),
        upto_event=upto,
        publish=publish,
    )


def make_export(job_id: int) -> None:
    """Make the file of a job. A second delivery does nothing; after a run that died the next begins anew."""
    with claimed(job_id) as run:
        if run is None:
            return
        item = ExportFile.objects.get(job_id=job_id)
        if item.made_at is not None or item.removed_at is not None:
            return
        language = translation.override(run.job.payload.get("language", settings.LANGUAGE_CODE))
        with language, tempfile.TemporaryDirectory(prefix="iys-export-") as folder:
            listing, total = _contents(item)
            run.progress(done=0, total=total)
            path = Path(folder) / "export"
            rows = 0
            for rows in _written(item, path, listing):
                run.progress(done=rows)
            _publish(item, path, rows, run)
        text = gettext_lazy("%(file)s can be downloaded.")
        tell_starter(item.job, text, file=item, path=reverse("consents:exports"), cause=f"export-{item.pk}")


def owner_of(item: ExportFile) -> Actor:
    """Whoever had the file made, as far as its scope goes: another provider's rows are no part of it (R-A1)."""
    return Actor(
        kind=ActorKind(item.actor_kind),
        id=item.actor_id,
        name=item.actor_name,
        permissions=frozenset({Permission.CONSENT_EXPORT}),
        provider_id=item.provider_id,
        all_providers=item.provider_id is None,
        way="task",
    )


def _contents(item: ExportFile) -> tuple[Listing | Table, int | None]:
    """What the file holds, and how many rows where that is known."""
    kind, owner = ExportKind(item.kind), owner_of(item)
    if kind in TABLES:
        table = export_tables.table_of(item, owner, now=timezone.now())
        return table, table.total
    asked: dict[str, Any] = {"moment": item.moment, "after_event": item.after_event}
    listing, total = listing_of(owner, kind, filters_of(item), **asked)
    whole = kind is ExportKind.CONSENTS and listing.filters.countable
    return listing, total if whole else None


def _written(item: ExportFile, path: Path, listing: Listing | Table) -> Iterator[int]:
    return (write_csv if item.format == ExportFormat.CSV else write_xlsx)(path, listing)


def _publish(item: ExportFile, path: Path, rows: int, run: Run) -> None:
    """Store the file and say so, in one transaction; nothing is stored for a job that was lost or is not wanted."""
    now = timezone.now()
    with only_if_written() as drops:
        row = ExportFile.objects.select_for_update(of=("self",)).get(pk=item.pk)
        run.hold()
        if row.removed_at is not None:
            return
        with path.open("rb") as file:
            row.file.save("export", File(file), save=False)
        drops.append(partial(default_storage.delete, str(row.file.name)))
        row.rows, row.size, row.made_at = rows, path.stat().st_size, now
        row.expires_at = now + settings.REGISTRY["EXPORT_KEEP"]
        row.search = ""
        row.save(update_fields=["file", "rows", "size", "made_at", "expires_at", "search"])


@transaction.atomic
def take_export(*, actor: Actor, public_id: Any, now: datetime) -> ExportFile:
    """Give a finished file out; audited each time (R-G3). Raises `NotFound`, or `WrongMoment` once it has expired.

    A message's recipients are given only while nobody was taken off since (R-S2); `WrongMoment` then says so. Locks
    the row: a list of refusals counts as downloaded from here on.
    """
    actor.require(Permission.CONSENT_EXPORT)
    item = _locked(actor, public_id)
    if item.stage(now) is not ExportStage.READY:
        raise WrongMoment(_("This file is not there any more, or not yet. Have it made again."))
    if item.taken_at is None:
        item.taken_at = now
        item.save(update_fields=["taken_at"])
    export_tables.require_fresh(item, actor, now=now)
    audit.record("export.taken", item, actor=actor, new={"rows": item.rows, "kind": item.kind})
    return item


@transaction.atomic
def remove_export(*, actor: Actor, public_id: Any, now: datetime) -> ExportFile:
    """Remove one's file, or stop the job that makes it; a second click is ordinary. Audited."""
    actor.require(Permission.CONSENT_EXPORT)
    item = _locked(actor, public_id)
    if item.removed_at is not None:
        return item
    _stop(item)
    _forget_file(item, now)
    audit.record("export.removed", item, actor=actor)
    return item


def forget_exports(now: datetime) -> int:
    """Remove the files whose time is over, and what was never made for so long; returns how many.

    May run twice, and at once.
    """
    expired = Q(expires_at__lte=now) & ~Q(file="")
    never_made = Q(made_at=None, removed_at=None, created_at__lte=now - settings.REGISTRY["EXPORT_KEEP"])
    done = 0
    for key in list(ExportFile.objects.filter(expired | never_made).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            free = ExportFile.objects.select_for_update(of=("self",), skip_locked=True).select_related("job")
            item = free.filter(pk=key, removed_at=None).first()
            if item is not None:
                _stop(item)
                _forget_file(item, now)
                done += 1
    return done


def _stop(item: ExportFile) -> None:
    with suppress(WrongMoment):  # it has just ended
        if item.made_at is None:
            request_cancel(item.job)


def _forget_file(item: ExportFile, now: datetime) -> None:
    name = str(item.file.name or "")
    item.file, item.search, item.removed_at = "", "", now
    item.save(update_fields=["file", "search", "removed_at"])
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def _locked(actor: Actor, public_id: Any) -> ExportFile:
    found = ExportFile.objects.visible_to(actor).select_for_update(of=("self",)).select_related("job")
    item = found.filter(public_id=public_id).first()
    if item is None:
        raise NotFound
    return item
