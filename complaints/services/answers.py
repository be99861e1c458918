"""Answers of either side with their files: all judged first, then kept together with the answer or not at all."""

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from django.db import transaction
from django.utils import timezone

from complaints.enums import Side
from complaints.evidence import MAX_BYTES, MAX_FILES, Judged, judge_evidence
from complaints.models import Complaint, ComplaintAnswerDraft, ComplaintDefence, ComplaintPaper, ComplaintQuestion
from complaints.models.answers import ANSWER_MOST
from complaints.selectors.cases import sender_may_speak
from complaints.transitions import COMPLAINT, answering_move
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import Drop, only_if_written

from .bundles import attach_bundle
from .information import fitting, give_information
from .moves import locked
from .papers import keep_paper
from .providers import answer_complaint, answer_question

Files = Iterable[tuple[str, IO[bytes]]]


def answer_with_papers(
    *, complaint: Complaint, text: str, files: Files, actor: Actor, bundle_id: str = "", now: datetime | None = None
) -> ComplaintDefence:
    """Send the sender's answer (R-K6), frozen from then on; one file that is refused keeps all of it from being sent.

    `bundle_id` attaches the evidence that the portal made. The documents are the officer's to read; what of them the
    complainant may see, the officer says. Locks the complaint. Raises `NotFound`, `NotAllowed`, `WrongMoment`,
    `Invalid`, `FileRefused`.
    """
    now, judged = now or timezone.now(), _judged(files)
    with only_if_written() as drops:
        row = locked(complaint, actor=actor)
        COMPLAINT.check(row, "answer", actor)
        _keep_of_sender(row, judged, bundle_id, drops=drops, actor=actor, now=now)
        return answer_complaint(complaint=row, text=text, actor=actor, now=now)


def add_to_answer(
    *, complaint: Complaint, text: str, files: Files, actor: Actor, bundle_id: str = "", now: datetime | None = None
) -> ComplaintQuestion:
    """Answer what the officer asked after the answer (R-K5), before it is decided. Rights, locks, errors as above."""
    now, judged = now or timezone.now(), _judged(files)
    with only_if_written() as drops:
        row = locked(complaint, actor=actor)
        COMPLAINT.check(row, "add_answer", actor)
        _keep_of_sender(row, judged, bundle_id, drops=drops, actor=actor, now=now)
        return answer_question(complaint=row, text=text, actor=actor, now=now)


@transaction.atomic
def save_answer_draft(
    *, complaint: Complaint, text: str, actor: Actor, now: datetime | None = None
) -> ComplaintAnswerDraft | None:
    """Keep what is typed until it is sent; an empty text forgets it. It binds nobody, so the audit log is silent.

    Locks the complaint. Raises `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`.
    """
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, answering_move(row), actor)
    if not sender_may_speak(row, actor):
        raise WrongMoment(code="question")
    text = fitting(text, "text", most=ANSWER_MOST)
    if not text:
        ComplaintAnswerDraft.objects.filter(complaint=row).delete()
        return None
    values = {"text": text, "saved_at": now, "saved_by": actor.id, "saved_name": actor.name[:200]}
    draft, _made = ComplaintAnswerDraft.objects.update_or_create(complaint=row, defaults=values)
    return draft


def forget_answer_drafts() -> int:
    """Delete what was typed in cases in which the sender speaks no more (R-G5); returns how many. May run twice."""
    speaks = COMPLAINT.transitions["answer"].sources | COMPLAINT.transitions["add_answer"].sources
    return ComplaintAnswerDraft.objects.exclude(complaint__state__in=speaks).delete()[0]


def give_information_with_papers(
    *, complaint: Complaint, text: str, files: Files, actor: Actor, now: datetime | None = None
) -> Complaint:
    """Send what was missing (R-K5); one file that is refused keeps all of it from being sent, the clock runs on.

    The files are the registry's to read: an identity card may be among them (R-K6). Locks the complaint. Raises
    `NotFound`, `NotAllowed`, `WrongMoment`, `Invalid`, `FileRefused`.
    """
    now, judged = now or timezone.now(), _judged(files)
    with only_if_written() as drops:
        row = locked(complaint, actor=actor)
        COMPLAINT.check(row, "give_information", actor)
        require_room(row, len(judged))
        for one in judged:
            keep_paper(
                row, one, side=Side.COMPLAINANT, for_complainant=True, for_provider=False,
                drops=drops, actor=actor, now=now,
            )  # fmt: skip
        return give_information(complaint=row, text=text, actor=actor, now=now)


def require_room(complaint: Complaint, more: int) -> None:
    """Raises `FileRefused` where the complainant would have more files than one complaint takes."""
    if ComplaintPaper.objects.filter(complaint=complaint, side=Side.COMPLAINANT).count() + more > MAX_FILES:
        raise FileRefused("evidence-many", limit=MAX_FILES)


def _keep_of_sender(
    row: Complaint, judged: Iterable[Judged], bundle_id: str, *, drops: list[Drop], actor: Actor, now: datetime
) -> None:
    for one in judged:
        keep_paper(
            row, one, side=Side.PROVIDER, for_complainant=False, for_provider=True, drops=drops, actor=actor, now=now
        )
    if bundle_id:
        attach_bundle(row, bundle_id, drops=drops, actor=actor, now=now)


def _judged(files: Files) -> list[Judged]:
    """Each file once, judged before anything is locked. Raises `FileRefused`."""
    given = list(files)
    if len(given) > MAX_FILES:
        raise FileRefused("evidence-many", limit=MAX_FILES)
    judged = (judge_evidence(name, file.read(MAX_BYTES + 1)) for name, file in given)
    return list({one.sha256: one for one in judged}.values())
