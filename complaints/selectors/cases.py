"""Lists, one case's time line and files, senders that are found again: what an actor may see (R-A1, R-K6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from complaints.deadlines import is_over
from complaints.enums import ComplaintState, DeadlineKind, PaperKind, Side
from complaints.models import (
    Complaint,
    ComplaintDeadline,
    ComplaintDefence,
    ComplaintIdentity,
    ComplaintMove,
    ComplaintPaper,
    ComplaintQuestion,
    RememberedIdentity,
)
from complaints.models.complaints import TRACKING_DIGITS
from complaints.move_words import words_of
from complaints.policies import REASON_FOR, side_of
from complaints.transitions import COMPLAINT
from consents.why import clues_of
from iys_portal.core.actors import Actor
from iys_portal.core.codes import read_code
from iys_portal.core.models import Document
from providers.models import Brand
from providers.selectors.brand_search import Found, Sign, brands_by

RECEIPT = "complaints.receipt"
SURE = frozenset({Sign.NUMBER, Sign.DOMAIN})
"""What only one sender can have; a name, anybody may write."""


@dataclass(frozen=True)
class Entry:
    """One line of a case's time line, as one side reads it."""

    title: str
    at: datetime
    text: str
    meta: str
    icon: str
    tone: str


def visible(actor: Actor) -> QuerySet[Complaint]:
    return Complaint.objects.visible_to(actor).select_related("brand__provider")


def own_complaints(actor: Actor) -> list[Complaint]:
    """A citizen's, drafts first, then the newest."""
    rows = visible(actor).order_by("-pk")
    return sorted(rows, key=lambda row: row.state != ComplaintState.DRAFT)


def numbered(actor: Actor, number: str) -> Complaint | None:
    """The complaint of this tracking number, however it was typed, where the actor sees it."""
    return visible(actor).filter(tracking_number=read_code(number, digits=TRACKING_DIGITS)).first()


def identity_of(complaint: Complaint, actor: Actor) -> ComplaintIdentity | None:
    """Who complains, for whoever may know (R-K6): never a sender."""
    return ComplaintIdentity.objects.visible_to(actor).filter(complaint=complaint).first()


def remembered(actor: Actor) -> RememberedIdentity | None:
    return RememberedIdentity.objects.filter(citizen=actor.id).first()


def timeline_of(complaint: Complaint, actor: Actor) -> list[Entry]:
    """R-K5, R-K6: the moves that this side may see, the newest first; officers are not named to either side."""
    side = side_of(actor)
    found = ComplaintMove.objects.visible_to(actor).filter(complaint=complaint).order_by("-pk")
    return [_entry(move, side) for move in found]


def _entry(move: ComplaintMove, side: Side) -> Entry:
    words = words_of(move.name)
    reason = move.reason if side is Side.REGISTRY or side in REASON_FOR.get(move.name, (side,)) else ""
    who = move.actor_name if side is Side.REGISTRY and move.actor_name else _by(move, side)
    return Entry(str(words.title), move.at, reason, who, words.icon, words.tone)


def _by(move: ComplaintMove, side: Side) -> str:
    if move.side == side:
        return _("you") if side is Side.COMPLAINANT else move.actor_name
    return str(Side(move.side).label)


def papers_of(complaint: Complaint, actor: Actor) -> list[ComplaintPaper]:
    return list(ComplaintPaper.objects.visible_to(actor).filter(complaint=complaint))


def paper_name(paper: ComplaintPaper, actor: Actor) -> str:
    """What a file is called to its reader: to the other side never as its giver named it (R-K6)."""
    own = side_of(actor) in (Side.REGISTRY, paper.side)
    return paper.name if own else f"{PaperKind(paper.kind).label} {paper.pk}"


def open_question(complaint: Complaint, side: Side) -> ComplaintQuestion | None:
    """What this side was asked and has not answered."""
    return ComplaintQuestion.objects.filter(complaint=complaint, side=side, answered_at=None).first()


def sender_may_speak(complaint: Complaint, actor: Actor) -> bool:
    """Whether the actor may say something for the sender now (R-K6): its answer, or what the officer asked after it."""
    actions = {move.name for move in COMPLAINT.available(complaint, actor)}
    asked = "add_answer" in actions and open_question(complaint, Side.PROVIDER) is not None
    return "answer" in actions or asked


def may_ask_sender(complaint: Complaint) -> bool:
    """A sender that was asked for its answer is asked one question more at a time (R-K5)."""
    return complaint.shown_to_provider_at is not None and open_question(complaint, Side.PROVIDER) is None


def running_clock(complaint: Complaint) -> ComplaintDeadline | None:
    """The clock that runs now; there is one kind in each state."""
    return ComplaintDeadline.objects.running().filter(complaint=complaint).first()


def overdue(today: date, kind: DeadlineKind | None = None) -> Q:
    """Complaints in which a last day is past by the calendar, whether or not the watch has come by; of any clock, or
    of one kind.
    """
    clocks = ComplaintDeadline.objects.running().filter(due_on__lt=today)
    over = clocks.filter(kind=kind) if kind else clocks
    return Q(state=ComplaintState.DEFENCE_OVERDUE) | Q(pk__in=over.values("complaint"))


def is_overdue(complaint: Complaint, clock: ComplaintDeadline | None, now: datetime) -> bool:
    """The same of one complaint with its running clock, as long as its sender may still answer."""
    late = complaint.state == ComplaintState.DEFENCE_OVERDUE or (clock is not None and is_over(clock.due_on, now))
    return late and COMPLAINT.fits(complaint, "answer")


def defences_of(complaint: Complaint) -> list[ComplaintDefence]:
    """What the sender has answered, the first before what was added."""
    return list(ComplaintDefence.objects.filter(complaint=complaint))


def receipt_of(complaint: Complaint) -> Document | None:
    """The receipt of the filing (R-K4); whoever asks has made sure that the complaint is theirs."""
    found = Document.objects.filter(subject_type=RECEIPT, subject_id=str(complaint.public_id), kind=RECEIPT)
    return found.order_by("-pk").first()


def brands_like(text: str) -> list[Found]:
    """Registered brands that this sender may be, by number, domain or any spelling of a name, the surest first."""
    return [found for found in brands_by(clues_of("", sender=text)) if found.brand.is_active]


def brand_reached_at(text: str) -> Brand | None:
    """The one brand whose profile holds this number or mail domain; None where it is none or several."""
    sure = [one.brand for one in brands_like(text) if {sign for sign, _value in one.signs} & SURE]
    return sure[0] if len(sure) == 1 else None


def possible_senders(complaint: Complaint) -> list[Brand]:
    """Brands that may be the sender of a complaint about an unregistered one, judged at this moment."""
    return [] if complaint.brand_id else [one.brand for one in brands_like(complaint.sender_given)]
