"""Own data as files (R-Z6): gathered and drawn by a worker, given out once and again, forgotten after EXPORT_KEEP."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consents.selectors.own_data import own_data, printed
from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.enums import JobState
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.jobs import Run, claimed, start_job
from iys_portal.core.models import Job
from iys_portal.core.pdf import render_pdf
from iys_portal.core.storage import only_if_written

TASK = "consents.make_own_data"
FORMS = ("json", "pdf")
BATCH = 200


@transaction.atomic
def start_own_data(*, actor: Actor, publish: bool = True) -> Job:
    """Have the citizen's own data gathered; one that is being made is not begun a second time. Audited (R-G3)."""
    actor.require(Permission.CONSENT_OWN)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.id)
    running = own_jobs(actor).filter(state__in=(JobState.QUEUED, JobState.RUNNING)).first()
    if running is not None:
        return running
    job = start_job(TASK, title=str(_("My data")), actor=actor, publish=publish)
    audit.record("own_data.started", ("accounts.user", str(actor.id)), actor=actor)
    return job


def own_jobs(actor: Actor) -> Any:
    """The citizen's own jobs, newest first (R-A1)."""
    mine = Job.objects.filter(task=TASK, actor_kind=ActorKind.RECIPIENT, actor_id=actor.id)
    return mine.order_by("-pk")


def make_own_data(job_id: int) -> None:
    """Gather, draw and store both files. A second delivery does nothing."""
    with claimed(job_id) as run:
        if run is not None:
            _make(run)


def _make(run: Run) -> None:
    job, now = run.job, timezone.now()
    user = User.objects.get(pk=job.actor_id)
    with translation.override(user.language):
        data = own_data(user.pk, now=now, step=lambda name: run.progress(step=name))
        parts = printed(data)
    run.progress(step="pdf")
    document = {"number": str(job.public_id), "created_at": now}
    context = {"document": document, "data": {"parts": parts, "addresses": data["addresses"]}}
    pdf = render_pdf(
        "pdf/consents/own_data.html", context, language=user.language, made_at=now, identifier=str(job.public_id)
    )
    text = json.dumps(data, ensure_ascii=False, indent=1).encode()
    with only_if_written() as drops:
        run.hold()
        files = {}
        for form, content in zip(FORMS, (text, pdf), strict=True):
            files[form] = default_storage.save(f"own_data/{form}", ContentFile(content))
            drops.append(partial(default_storage.delete, files[form]))
        Job.objects.filter(pk=job.pk).update(
            payload={"files": files, "expires_at": (now + settings.REGISTRY["EXPORT_KEEP"]).isoformat()}
        )


@transaction.atomic
def take_own_data(*, actor: Actor, public_id: Any, form: str, now: datetime) -> str:
    """Name of the stored file, to be given out; audited each time (R-G3). Raises `NotFound` and `WrongMoment`."""
    actor.require(Permission.CONSENT_OWN)
    job = own_jobs(actor).filter(public_id=public_id, state=JobState.DONE).first()
    if job is None or form not in FORMS:
        raise NotFound
    if not is_there(job, now=now):
        raise WrongMoment(_("This file is not there any more, or not yet. Have it made again."))
    audit.record("own_data.taken", ("accounts.user", str(actor.id)), actor=actor, new={"form": form})
    return str(job.payload["files"][form])


def is_there(job: Job, *, now: datetime) -> bool:
    """Whether the files of a finished job can still be downloaded."""
    files, until = job.payload.get("files"), job.payload.get("expires_at")
    return bool(files and until and now < datetime.fromisoformat(until))


def forget_own_data(now: datetime) -> int:
    """Delete the files whose time is over; returns of how many jobs. May run twice, and at once."""
    done = 0
    old = Job.objects.filter(
        task=TASK, payload__has_key="files", finished_at__lte=now - settings.REGISTRY["EXPORT_KEEP"]
    )
    for key in list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            job = Job.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
            if job is None or "files" not in job.payload:
                continue
            names = list(job.payload["files"].values())
            Job.objects.filter(pk=key).update(payload={})
            for name in names:
                transaction.on_commit(partial(default_storage.delete, name))
            done += 1
    return done
