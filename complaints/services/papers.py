"""One file of a case kept: its row, its bytes, its audit entry; the same of either side (R-K2, R-K6)."""

from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from complaints.enums import Side
from complaints.evidence import Judged
from complaints.models import Complaint, ComplaintPaper
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import Drop


def keep_paper(
    row: Complaint,
    judged: Judged,
    *,
    side: Side,
    for_complainant: bool,
    for_provider: bool,
    drops: list[Drop],
    actor: Actor,
    now: datetime,
) -> ComplaintPaper:
    """Keep a judged file of a locked complaint; `drops` (see `only_if_written`) learns how its bytes go again.

    Raises `FileRefused` for a file that this side has given before.
    """
    if ComplaintPaper.objects.filter(complaint=row, side=side, sha256=judged.sha256).exists():
        raise FileRefused("evidence-again")
    paper = ComplaintPaper(
        complaint=row,
        side=side,
        kind=judged.kind,
        name=judged.name,
        content_type=judged.content_type,
        size=len(judged.data),
        sha256=judged.sha256,
        added_at=now,
        added_by=actor.id,
        for_complainant=for_complainant,
        for_provider=for_provider,
    )
    paper.file.save(judged.name, ContentFile(judged.data), save=False)
    drops.append(partial(default_storage.delete, str(paper.file.name)))
    paper.save(force_insert=True)
    audit.record("complaint.paper_added", row, actor=actor, new={"kind": judged.kind, "sha256": judged.sha256})
    return paper
