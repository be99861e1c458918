"""Files of the complainant (R-K2): judged, kept, taken off again; an e-mail file fills the draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.db import transaction
from django.utils import timezone

from complaints.enums import PaperKind, Side
from complaints.evidence import MAX_BYTES, judge_evidence
from complaints.models import Complaint, ComplaintPaper
from complaints.policies import shown_at_first
from complaints.transitions import takes_evidence
from consents.enums import Channel
from iys_portal.accounts.hooks import read_address
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.eml import ReadMail
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import only_if_written

from .answers import require_room
from .drafts import draft_of, drop_files, keep, sender_columns
from .moves import locked
from .papers import keep_paper


@dataclass(frozen=True)
class Added:
    """What became of one file: kept, or refused with a sentence."""

    name: str
    refused: FileRefused | None = None
    mail: ReadMail | None = None


def add_evidence(
    *,
    complaint: Complaint,
    files: Iterable[tuple[str, IO[bytes]]],
    actor: Actor,
    kind: PaperKind | None = None,
    fill: bool = False,
    now: datetime | None = None,
) -> list[Added]:
    """Judge and keep files of the complainant, while the complaint is a draft or more was asked for (R-K2).

    One that is refused leaves the others. With `fill`, an e-mail file fills what the draft does not hold yet.
    Raises `NotFound`, `WrongMoment`; `FileRefused` where there are too many: then none is kept.
    """
    actor.require(Permission.COMPLAINT_OWN)
    now, given = now or timezone.now(), list(files)
    require_room(complaint, len(given))
    return [_add_one(complaint, name, file, kind, fill, actor, now) for name, file in given]


def _add_one(
    complaint: Complaint,
    name: str,
    file: IO[bytes],
    kind: PaperKind | None,
    fill: bool,
    actor: Actor,
    now: datetime,
) -> Added:
    try:
        judged = judge_evidence(name, file.read(MAX_BYTES + 1), kind=kind)
        with only_if_written() as drops:
            row = locked(complaint, actor=actor)
            if not takes_evidence(row):
                raise WrongMoment(code=f"complaint:{row.state}")
            require_room(row, 1)
            keep_paper(
                row, judged, side=Side.COMPLAINANT, for_complainant=True,
                for_provider=row.is_draft and shown_at_first(judged.kind), drops=drops, actor=actor, now=now,
            )  # fmt: skip
            if judged.mail and row.is_draft:
                _take_mail(row, judged.mail, actor, now, fill=fill)
    except FileRefused as error:
        return Added(name, error)
    return Added(judged.name, mail=judged.mail)


def _take_mail(row: Complaint, mail: ReadMail, actor: Actor, now: datetime, *, fill: bool) -> None:
    """Keep what the e-mail's headers say; with `fill`, also what it says in the fields that are still empty."""
    row.mail_facts = mail.facts()
    if fill:
        row.channel = Channel.EPOSTA if row.channel is None else row.channel
        if not row.address:
            row.address = _own_recipient(mail, actor)
        if not row.brand_id and not row.sender_given:
            for name, value in sender_columns(mail.sender or mail.sender_name).items():
                setattr(row, name, value)
        if row.message_at is None and mail.sent_at and mail.sent_at <= now:
            row.message_at = mail.sent_at
        row.subject, row.text = row.subject or mail.subject, row.text or mail.text
    if row.address.startswith("+"):
        row.channel = None if row.channel == Channel.EPOSTA else row.channel
    keep(row, now)


def _own_recipient(mail: ReadMail, actor: Actor) -> str:
    """The own address that the mail went to; where it names none of them, the only e-mail that is proven."""
    mine = [one.address for one in addresses_of(actor.id) if not one.is_phone]
    named = [address for text in mail.recipients if (address := read_address(text)) in mine]
    if named:
        return str(named[0])
    return mine[0] if len(mine) == 1 and not mail.recipients else ""


@transaction.atomic
def remove_evidence(*, complaint: Complaint, paper_id: str, actor: Actor, now: datetime | None = None) -> None:
    """Take a file off a draft again; the file goes when that is committed. Raises `NotFound`, `WrongMoment`."""
    now, row = now or timezone.now(), draft_of(complaint, actor)
    paper = ComplaintPaper.objects.filter(complaint=row, public_id=paper_id, side=Side.COMPLAINANT).first()
    if paper is None:
        raise NotFound(code="paper")
    drop_files([str(paper.file.name)])
    if paper.kind == PaperKind.MAIL:
        row.mail_facts = {}
    paper.delete()
    keep(row, now)
    audit.record("complaint.paper_removed", row, actor=actor, old={"kind": paper.kind, "sha256": paper.sha256})
