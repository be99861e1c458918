"""Filing (R-K1 to R-K4): judged as a whole, frozen with what the registry held, receipted; taking it back."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.document_kinds import RECEIPT, receipt_content
from complaints.enums import PaperKind, Side
from complaints.missing import missing_for
from complaints.models import Complaint, ComplaintIdentity
from complaints.models.complaints import TRACKING_DIGITS
from complaints.models.people import TCKN_PURPOSE
from complaints.move_words import words_of
from complaints.notices import tell_complainant
from complaints.policies import is_after_refusal, is_without_consent, recipient_type_of
from complaints.selectors.cases import identity_of
from complaints.selectors.held import Held, events_of, held_for
from complaints.transitions import COMPLAINT
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.codes import new_code
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import Invalid
from iys_portal.core.models import Document
from iys_portal.core.selectors import business_calendar

from .clock import stop_clock
from .decisions import close_proposals
from .moves import locked, make_move

TRACKING_PREFIX = "SKY"


@transaction.atomic
def file_complaint(
    *, complaint: Complaint, declared: bool, refusal_wanted: bool = False, actor: Actor, now: datetime | None = None
) -> Complaint:
    """File a draft: it gets its number, and what the registry holds now is frozen with it.

    `refusal_wanted`: the complainant asks that the decision refuses the sender too (R-K7).
    Raises `NotFound`, `WrongMoment`; `Invalid` where something is missing, the declaration, or the address is no
    longer the citizen's own (R-K1).
    """
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "file", actor)
    identity = identity_of(row, actor)
    lacks = missing_for(row, identity, now=now)
    if lacks:
        raise Invalid(lacks[0].reason, code="missing", field=lacks[0].field)
    if row.address not in {one.address for one in addresses_of(actor.id)}:
        raise Invalid(_("Choose one of your own, proven addresses."), code="address", field="address")
    if not declared:
        raise Invalid(_("Please declare that what you say is true."), code="declared", field="declared")
    assert identity
    assert row.message_at
    assert row.channel
    held = held_for(address=row.address, channel=row.channel, brand_id=row.brand_id, at=row.message_at)
    judge_marks(row, identity, held)
    _hash_identity(identity)
    columns = {
        "tracking_number": new_code(TRACKING_PREFIX, digits=TRACKING_DIGITS),
        "filed_at": now,
        "declared_at": now,
        "refusal_wanted": refusal_wanted,
        "held": held.frozen(),
        "province": identity.province,
        "recipient_type": row.recipient_type,
        "after_refusal": row.after_refusal,
        "without_consent": row.without_consent,
    }
    marks = {"after_refusal": row.after_refusal, "without_consent": row.without_consent}
    make_move(row, "file", actor=actor, now=now, columns=columns, new=marks)
    receipt = _issue_receipt(row, identity, actor, now)
    words = words_of("file")
    tell_complainant(row, words.title, words.mail[Side.COMPLAINANT], cause=f"filed:{row.pk}", document=receipt)
    return row


def judge_marks(row: Complaint, identity: ComplaintIdentity, held: Held) -> None:
    """R-K8 and whether any consent stood, by what the registry holds; nothing is said of an unregistered sender."""
    row.recipient_type = recipient_type_of(identity.kind)
    if row.brand_id is None:
        return
    assert row.message_at
    assert row.channel
    events = events_of(address=row.address, channel=row.channel, brand_id=row.brand_id)
    own = [event for event in events if event.recipient_type == row.recipient_type] or events
    days = settings.REGISTRY["STOP_BUSINESS_DAYS"]
    row.after_refusal = is_after_refusal(business_calendar(), own, row.message_at, business_days=days)
    answers = [one for one in held.consents if one.recipient_type == row.recipient_type]
    row.without_consent = is_without_consent([clock.reason for one in answers for clock in (one.known, one.now_known)])


def _hash_identity(identity: ComplaintIdentity) -> None:
    if identity.tckn:
        identity.tckn_hash = keyed_hash(identity.tckn, purpose=TCKN_PURPOSE)
        identity.save(update_fields=["tckn_hash"])


def _issue_receipt(row: Complaint, identity: ComplaintIdentity, actor: Actor, now: datetime) -> Document:
    papers = [(PaperKind(paper.kind), paper.name, paper.sha256) for paper in row.papers.order_by("pk")]
    return documents.issue(
        kind=RECEIPT,
        number=documents.new_number(RECEIPT),
        data=receipt_content(row, identity, papers),
        subject=(RECEIPT, str(row.public_id)),
        language=row.language,
        actor=actor,
        now=now,
    )


@transaction.atomic
def withdraw_complaint(
    *, complaint: Complaint, actor: Actor, reason: str = "", now: datetime | None = None
) -> Complaint:
    """Take a complaint back before it is decided; no reason is asked (R-K5). Raises `NotFound`, `WrongMoment`."""
    now, row = now or timezone.now(), locked(complaint, actor=actor)
    COMPLAINT.check(row, "withdraw", actor)
    stop_clock(row, now=now)
    close_proposals(row, now)
    make_move(row, "withdraw", actor=actor, now=now, reason=reason.strip()[:2000])
    return row
