"""A sender's answer with its documents (R-K6): judged first, then kept together with the answer or not at all."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from complaints.enums import Side
from complaints.evidence import MAX_BYTES, MAX_FILES, Judged, judge_evidence
from complaints.models import Complaint, ComplaintDefence, ComplaintPaper
from complaints.transitions import COMPLAINT
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import only_if_written

from .moves import locked
from .providers import answer_complaint


def answer_with_papers(
    *,
    complaint: Complaint,
    text: str,
    files: Iterable[tuple[str, IO[bytes]]],
    actor: Actor,
    now: datetime | None = None,
) -> ComplaintDefence:
    """Send the answer, frozen from then on; one file that is refused keeps all of it from being sent.

    The documents are the officer's to read; what of them the complainant may see, the officer says. Locks the
    complaint. Raises `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`, `FileRefused`.
    """
    now, given = now or timezone.now(), list(files)
    if len(given) > MAX_FILES:
        raise FileRefused("evidence-many", limit=MAX_FILES)
    judged = {one.sha256: one for one in (judge_evidence(name, file.read(MAX_BYTES + 1)) for name, file in given)}
    with only_if_written() as drops:
        row = locked(complaint, actor=actor)
        COMPLAINT.check(row, "answer", actor)
        for one in judged.values():
            paper = _keep(row, one, actor, now)
            drops.append(partial(default_storage.delete, str(paper.file.name)))
        return answer_complaint(complaint=row, text=text, actor=actor, now=now)


def _keep(row: Complaint, judged: Judged, actor: Actor, now: datetime) -> ComplaintPaper:
    paper = ComplaintPaper(
        complaint=row,
        side=Side.PROVIDER,
        kind=judged.kind,
        name=judged.name,
        content_type=judged.content_type,
        size=len(judged.data),
        sha256=judged.sha256,
        added_at=now,
        added_by=actor.id,
        for_complainant=False,
        for_provider=True,
    )
    paper.file.save(judged.name, ContentFile(judged.data), save=False)
    paper.save(force_insert=True)
    audit.record("complaint.paper_added", row, actor=actor, new={"kind": judged.kind, "sha256": judged.sha256})
    return paper
