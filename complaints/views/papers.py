"""One file of a case, for either side and the desk (R-A1, R-A3, R-K6)."""

from uuid import UUID

from django.http import FileResponse, Http404

from complaints.evidence import neutral_name
from complaints.models import Complaint
from complaints.selectors import cases
from iys_portal.core import audit
from iys_portal.core.actors import Actor


def paper_taken(complaint: Complaint, actor: Actor, paper_id: UUID) -> FileResponse:
    """A file that the reader may see, always as a download: nothing that somebody sent is drawn by the browser.

    The audit log keeps who took it; its own name, which may name a person, stays out. Raises `Http404`.
    """
    paper = next((one for one in cases.papers_of(complaint, actor) if one.public_id == paper_id), None)
    if paper is None:
        raise Http404
    audit.record("complaint.paper_taken", complaint, actor=actor, new={"sha256": paper.sha256})
    name = neutral_name(paper.kind, paper.pk, paper.content_type)
    answer = FileResponse(paper.file.open("rb"), as_attachment=True, filename=name)
    answer["Content-Type"] = "application/octet-stream"
    return answer
