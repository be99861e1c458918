"""The index of a bundle as plain values, and the parts beside it: frozen once, as a PDF and a ZIP (design 6)."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.utils.translation import gettext as _

from complaints.enums import BundleKind, ComplaintState, Outcome, PaperKind, Side
from complaints.evidence import neutral_name
from complaints.models import ComplaintPaper
from complaints.selectors.bundles import Gathered
from complaints.selectors.held import Clock
from consents.enums import Channel
from consents.files.annotate import guard
from consents.selectors.evidence import Paper
from consents.written_moments import printed
from iys_portal.core import documents
from iys_portal.core.uploads import ENDINGS

FOLDERS = {Side.COMPLAINANT: "sikayetci", Side.PROVIDER: "gonderici", Side.REGISTRY: "sicil"}


@dataclass(frozen=True)
class Part:
    """One file of a bundle. `path` is plain ASCII and tells nothing of a person; `opened` gives its bytes anew."""

    path: str
    title: str
    size: int
    sha256: str
    opened: Callable[[], IO[bytes]]


def parts_of(found: Gathered) -> list[Part]:
    """The files of a bundle, in the order of its index."""
    return [*_tables(found), *_texts(found), *_forms(found.forms), *_papers(found), *_documents(found)]


def content(found: Gathered, parts: Sequence[Part], *, kind: BundleKind, now: datetime) -> dict[str, Any]:
    """What the index shows. For a sender nothing of the person but the address at which the message came (R-K6)."""
    case = found.complaint
    assert case.message_at
    assert case.filed_at
    assert case.channel
    return {
        "kind": kind.value,
        "tracking_number": case.tracking_number,
        "made_at": printed(now),
        "state": str(ComplaintState(case.state).label),
        "province": case.province if found.side is Side.REGISTRY else "",  # it is that of the residence
        "filed_at": printed(case.filed_at),
        "sender": case.sender_in_full,
        "address": case.address,
        "channel": str(Channel(case.channel).label),
        "message_at": printed(case.message_at),
        "subject": case.subject,
        "text": case.text,
        "topics": case.topic_labels,
        "after_refusal": case.after_refusal,
        "person": _person(found),
        "held": [_held(one) for one in found.held.consents] if found.held else [],
        "history": [_event(line) for record in found.records for line in reversed(record.lines)],
        "one_type": _one_type(found),
        "notices": _notices(found),
        "messages": _messages(found),
        "texts": [{"title": one.title, "version": one.version, "words": one.text.strip()} for one in _agreed(found)],
        "references": [
            [paper.evidence.reference, paper.kind, paper.fingerprint] for paper in found.forms if not paper.is_file
        ],
        "defences": [
            {"at": printed(one.given_at), "by": one.given_name, "in_time": one.in_time, "text": one.text}
            for one in found.defences
        ],
        "questions": [
            {
                "side": str(Side(one.side).label),
                "asked": printed(one.asked_at),
                "text": one.text,
                "answered": printed(one.answered_at),
                "answer": one.answer,
            }
            for one in found.questions
        ],
        "timeline": [[printed(one.at), one.title, one.text, one.meta] for one in reversed(found.timeline)],
        "notes": [[printed(one.written_at), one.written_name, one.text] for one in found.notes],
        "decisions": _decisions(found),
        "parts": [[part.path, part.title, part.size, part.sha256] for part in parts],
    }


def _person(found: Gathered) -> dict[str, str]:
    """R-P9: the T.C. identity number stays masked, here as on screen."""
    if found.identity is None or found.side is not Side.REGISTRY:
        return {}
    one = found.identity
    return {
        "name": one.shown_name,
        "representative": one.representative,
        "tckn": one.tckn_shown,
        "mersis": one.mersis,
        "residence": f"{one.residence}, {one.district} / {one.province}",
    }


def _decisions(found: Gathered) -> list[list[str]]:
    if found.side is not Side.REGISTRY:
        return []
    rows = found.complaint.decisions.select_related("document").order_by("pk")
    return [
        [one.document.number, printed(one.decided_at), str(Outcome(one.outcome).label), one.decided_name, one.reason]
        for one in rows
    ]


def _held(one: Any) -> list[str]:
    return [one.type_label, _answer(one.known), _answer(one.now_known), "; ".join(one.difference_labels)]


def _answer(clock: Clock) -> str:
    return " · ".join(filter(None, [clock.status_label, clock.reason_label, printed(clock.consent_date)]))


def _event(line: Any) -> dict[str, Any]:
    event = line.event
    return {
        "number": event.event_id,
        "type": event.type_label,
        "title": line.title,
        "status": event.status_label,
        "source": event.source_label,
        "dated": printed(event.consent_date),
        "registered": printed(event.registered_at),
        "late": event.late,
        "who": line.who,
        "way": str(line.way),
        "text": f"{line.text.title}, {_('version')} {line.text.version}" if line.text else "",
        "evidence": line.evidence,
        "evidence_sha256": bytes(event.evidence_hash).hex() if event.evidence_hash else "",
        "transaction": line.transaction,
    }


def _one_type(found: Gathered) -> str:
    """The recipient type that all records have, said once instead of in each line; nothing where they differ."""
    types = {line.event.type_label for record in found.records for line in record.lines}
    return types.pop() if len(types) == 1 else ""


def _notices(found: Gathered) -> list[list[str]]:
    """Notices that told the recipient of these records, each once."""
    lines = (line for record in found.records for line in reversed(record.lines))
    return [
        [
            str(line.event.event_id),
            str(told.title),
            str(told.means.label),
            str(told.label),
            printed(told.sent_at),
            told.message_id,
            f"{printed(told.own_at)} {told.own_means}" if told.own_at else "",
        ]
        for line in lines
        for told in line.told
    ]


def _messages(found: Gathered) -> list[list[str]]:
    held = {one.number: one for one in found.held.messages} if found.held else {}
    return [
        [
            printed(one.planned_at),
            one.subject,
            _("allowed") if held[one.pk].allowed else _("not allowed"),
            held[one.pk].reason_label,
            one.text,
        ]
        for one in found.messages
    ]


def _agreed(found: Gathered) -> list[Any]:
    lines = (line for record in found.records for line in record.lines)
    return list({line.text.id: line.text for line in lines if line.text}.values())


def _tables(found: Gathered) -> Iterable[Part]:
    events = [list(_event(line).values()) for record in found.records for line in reversed(record.lines)]
    if events:
        heads = [
            _("Event number"), _("Recipient type"), _("What happened"), _("Status"), _("Source"), _("Consent date"),
            _("Registered"), _("Late"), _("Who"), _("Way"), _("Text agreed to"), _("Evidence"),
            _("Evidence SHA-256"), _("Transaction"),
        ]  # fmt: skip
        yield _table("gecmis/gecmis.csv", _("History of the consent, with both clocks"), heads, events)
    if notices := _notices(found):
        heads = [_("Event number"), _("Notice"), _("By"), _("State"), _("Sent"), "Message-ID", _("Own notice")]
        yield _table("bildirimler/bildirimler.csv", _("Notices to the recipient"), heads, notices)
    if messages := _messages(found):
        heads = [_("Planned time"), _("Subject"), _("Allowed"), _("Why"), _("Text")]
        yield _table("iletiler/iletiler.csv", _("Registered messages about that time"), heads, messages)


def _texts(found: Gathered) -> Iterable[Part]:
    for text in _agreed(found):
        title = _("The text agreed to: %(title)s, version %(version)s") % {"title": text.title, "version": text.version}
        yield _made(f"metinler/metin-{text.id}.txt", title, text.text.strip().encode() + b"\n")


def _forms(forms: Sequence[Paper]) -> Iterable[Part]:
    for paper in forms:
        one = paper.evidence
        if paper.is_file:
            path = f"formlar/form-{one.pk}{ENDINGS.get(one.content_type, '.json')}"
            yield Part(path, one.name or paper.kind, one.size, paper.fingerprint, partial(one.file.open, "rb"))


def _papers(found: Gathered) -> Iterable[Part]:
    for paper in found.papers:
        path = f"dosyalar/{FOLDERS[Side(paper.side)]}/{neutral_name(paper.kind, paper.pk, paper.content_type)}"
        yield Part(path, _title(paper, found.side), paper.size, paper.sha256, partial(paper.file.open, "rb"))


def _title(paper: ComplaintPaper, reader: Side) -> str:
    """What a file is called: to the other side never as its sender named it."""
    words = f"{Side(paper.side).label}: {PaperKind(paper.kind).label}"
    return f"{words}, {paper.name}" if reader in (Side.REGISTRY, paper.side) else words


def _documents(found: Gathered) -> Iterable[Part]:
    for one in found.documents:
        title = f"{documents.kind_of(one).title} {one.number}"
        yield Part(f"belgeler/{one.number}.pdf", title, one.size, one.sha256, partial(one.file.open, "rb"))


def _table(path: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Part:
    """A CSV that a spreadsheet opens as text: with a mark of its encoding, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([guard(str(cell)) for cell in row] for row in rows)
    return _made(path, title, out.getvalue().encode("utf-8-sig"))


def _made(path: str, title: str, data: bytes) -> Part:
    return Part(path, title, len(data), hashlib.sha256(data).hexdigest(), partial(io.BytesIO, data))
