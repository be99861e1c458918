"""“Verify now”: an auditor has ledger and audit log recomputed, and gets the result as a document (R-L2)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents.models import LedgerSeal
from consents.proof.flaws import flaw_words
from consents.services.verification import Flaw, Result, verify_ledger
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit, documents, locks
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.enums import JobState
from iys_portal.core.jobs import Run, claimed, start_job
from iys_portal.core.models import Document, Job

TASK = "dashboard.verify_now"
SHOWN = 20
KIND = documents.Kind(
    name="dashboard.verification",
    prefix="DGR",
    title=gettext_lazy("Verification of the ledger"),
    template="pdf/dashboard/verification.html",
    permission=Permission.LEDGER_VERIFY,
    staff_permission=Permission.AUDIT_VIEW,
)


@dataclass(frozen=True)
class Verification:
    """One run as the page shows it."""

    job: Job
    document: Document | None

    @property
    def waits(self) -> bool:
        return self.job.active or (self.document is not None and self.document.state == "waiting")

    @property
    def result(self) -> dict[str, Any]:
        return self.document.data if self.document else {}

    @property
    def badge(self) -> str:
        return JobState(self.job.state).badge


@transaction.atomic
def start_verification(*, actor: Actor) -> Job:
    """Start one, or give the one that is under way: a second click is ordinary. Audited.

    Holds a lock, so that two clicks at once start one.
    """
    locks.hold(TASK)
    actor.require(Permission.LEDGER_VERIFY)
    running = Job.objects.filter(task=TASK, state__in=(JobState.QUEUED, JobState.RUNNING)).first()
    if running is not None:
        return running
    language = translation.get_language() or settings.LANGUAGE_CODE
    job = start_job(TASK, title=str(KIND.title), actor=actor, payload={"language": language})
    audit.record("ledger.verify_started", job, actor=actor)
    return job


def verifications(actor: Actor) -> list[Verification]:
    """The last runs, newest first."""
    actor.require(Permission.AUDIT_VIEW)
    jobs = list(Job.objects.filter(task=TASK).order_by("-pk")[:SHOWN])
    found = Document.objects.filter(kind=KIND.name, subject_id__in=[str(job.pk) for job in jobs])
    by_job = {document.subject_id: document for document in found}
    return [Verification(job, by_job.get(str(job.pk))) for job in jobs]


def verify(job_id: int) -> None:
    """Recompute everything, and issue the document with the end of the job. May run twice."""
    with claimed(job_id) as run:
        if run is None:
            return
        began = timezone.now()
        run.progress(total=LedgerSeal.objects.count(), step=_("Checking the seals"))
        result = verify_ledger(states=True, progress=lambda seals: run.progress(done=seals))
        with transaction.atomic():
            run.hold()
            _issue(run, result, began)


def _issue(run: Run, result: Result, began: Any) -> None:
    job = run.job
    subject = ("core.job", str(job.pk))
    if Document.objects.filter(kind=KIND.name, subject_id=subject[1]).exists():
        return
    asked = Actor(kind=ActorKind(job.actor_kind), id=job.actor_id, name=job.actor_name)
    language, number = job.payload["language"], documents.new_number(KIND.name)
    with translation.override(language):
        data = _content(result, number, began)
    documents.issue(
        kind=KIND.name, number=number, data=data, subject=subject, language=language, actor=asked, now=timezone.now()
    )
    new = {"whole": result.whole, "seals": result.seals, "document": number}
    audit.record("ledger.verified", job, actor=SYSTEM, new=new)


def _content(result: Result, number: str, began: Any) -> dict[str, Any]:
    newest = LedgerSeal.objects.filter(number__lte=result.seals).order_by("-number").first()
    moment = timezone.localtime(began).strftime("%d.%m.%Y %H:%M:%S")
    return {
        "qr": f"{settings.PORTAL_URL}{reverse('consents:verify')}?kod={number}",
        "began": moment,
        "whole": result.whole,
        "seals": result.seals,
        "events": result.events,
        "entries": result.entries,
        "erased": result.erased,
        "dated": result.dated.as_json(),
        "newest": newest and {
            "number": newest.number,
            "sealed": timezone.localtime(newest.sealed_at).strftime("%d.%m.%Y %H:%M:%S"),
            "hash": newest.hash_hex,
            "key": newest.key_id,
        },
        "flaws": [_flaw(flaw) for flaw in result.flaws],
    }  # fmt: skip


def _flaw(flaw: Flaw) -> dict[str, Any]:
    where = _("Seal %(number)s") % {"number": flaw.seal} if flaw.seal else ""
    return {"where": where, "tree": flaw.tree, "words": flaw_words(flaw.kind, flaw.number)}
