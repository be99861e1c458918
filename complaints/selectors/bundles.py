"""What a bundle holds: everything about a case that its reader may see, gathered once (R-K6, R-K7, R-L4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from complaints.enums import Side
from complaints.models import (
    Complaint,
    ComplaintBundle,
    ComplaintDecision,
    ComplaintDefence,
    ComplaintIdentity,
    ComplaintNote,
    ComplaintPaper,
    ComplaintQuestion,
)
from complaints.policies import side_of
from consents.models import Consent, Message
from consents.selectors.evidence import Paper, papers_of
from consents.selectors.history import Record, record_of
from iys_portal.core.actors import Actor
from iys_portal.core.enums import DocumentState
from iys_portal.core.models import Document

from .cases import Entry, defences_of, identity_of, receipt_of, timeline_of
from .cases import papers_of as case_papers
from .decisions import decision_for
from .held import Held, thaw


@dataclass(frozen=True)
class Gathered:
    """The rows of one bundle. `identity` and `notes` are the registry's alone."""

    complaint: Complaint
    side: Side
    held: Held | None
    records: Sequence[Record]
    forms: Sequence[Paper]
    messages: Sequence[Message]
    papers: Sequence[ComplaintPaper]
    defences: Sequence[ComplaintDefence]
    questions: Sequence[ComplaintQuestion]
    timeline: Sequence[Entry]
    documents: Sequence[Document]
    identity: ComplaintIdentity | None
    notes: Sequence[ComplaintNote]


def newest_bundle(complaint: Complaint, actor: Actor) -> ComplaintBundle | None:
    """The last that was begun, for whoever may see it (R-A1)."""
    found = ComplaintBundle.objects.visible_to(actor).filter(complaint=complaint)
    return found.select_related("job", "document").order_by("-pk").first()


def gather(complaint: Complaint, reader: Actor, *, now: datetime) -> Gathered:
    """Everything that the reader may see of the case; the number of queries does not grow with the history."""
    side, held = side_of(reader), thaw(complaint.held)
    records = _records(complaint, reader, now)
    forms = {paper.fingerprint: paper for record in records for paper in papers_of(record)}
    numbers = [one.number for one in held.messages] if held else []
    questions = ComplaintQuestion.objects.filter(complaint=complaint)
    return Gathered(
        complaint=complaint,
        side=side,
        held=held,
        records=records,
        forms=list(forms.values()),
        messages=list(Message.objects.filter(pk__in=numbers, brand=complaint.brand_id).order_by("pk")),
        papers=_papers(complaint, reader, side),
        defences=defences_of(complaint),
        questions=list(questions if side is Side.REGISTRY else questions.filter(side=side)),
        timeline=timeline_of(complaint, reader),
        documents=_documents(complaint, reader, side),
        identity=identity_of(complaint, reader),
        notes=list(ComplaintNote.objects.visible_to(reader).filter(complaint=complaint)),
    )


def _records(complaint: Complaint, reader: Actor, now: datetime) -> list[Record]:
    """The consents of this recipient, channel and brand, of both recipient types."""
    if complaint.brand is None or complaint.channel is None:
        return []
    found = Consent.objects.filter(
        recipient=complaint.address, brand_id=complaint.brand.pk, channel=complaint.channel
    ).order_by("recipient_type")
    return [record_of(reader, consent, complaint.brand, now=now) for consent in found]


def _papers(complaint: Complaint, reader: Actor, side: Side) -> list[ComplaintPaper]:
    """The files of either side that the reader may see; a sender's bundles do not go into its next one."""
    papers = case_papers(complaint, reader)
    if side is Side.REGISTRY:
        return papers
    made = ComplaintBundle.objects.filter(complaint=complaint).values_list("sha256", "document__sha256")
    hashes = {sha256 for pair in made for sha256 in pair}
    return [paper for paper in papers if paper.sha256 not in hashes]


def _documents(complaint: Complaint, reader: Actor, side: Side) -> list[Document]:
    """Receipt and decisions that are drawn: the sender's own copy for the sender, all of them for the registry."""
    if side is not Side.REGISTRY:
        shown = decision_for(complaint, reader)
        found = [shown.paper] if shown else []
    else:
        decisions = ComplaintDecision.objects.filter(complaint=complaint).select_related("document").order_by("pk")
        receipt = receipt_of(complaint)
        found = [*([receipt] if receipt else []), *(one.document for one in decisions)]
    return [one for one in found if one.state == DocumentState.READY]
