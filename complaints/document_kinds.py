"""The documents of complaints: frozen data (design 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.services.recipients import Refusal
from iys_portal.accounts.permissions import Permission
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.documents import Kind

from .enums import Operator, Outcome, PaperKind, PersonKind
from .models import Complaint, ComplaintDecision, ComplaintIdentity
from .selectors.cases import RECEIPT
from .selectors.held import Clock, thaw
from .selectors.statistics import YEARLY

DECISION, DECISION_SENDER = "complaints.decision", "complaints.decision_sender"
BUNDLE = "complaints.bundle"

# Its row has no provider, so no sender ever reads it (R-K6); the complainant does on the complaint's own page.
KINDS = [
    Kind(
        RECEIPT,
        "SKM",
        _("Receipt of a complaint"),
        "pdf/complaints/receipt.html",
        Permission.COMPLAINT_VIEW,
        Permission.COMPLAINT_VIEW_ANY,
        expires=False,
    ),
    Kind(
        DECISION,
        "SKK",
        _("Decision on a complaint"),
        "pdf/complaints/decision.html",
        Permission.COMPLAINT_VIEW,
        Permission.COMPLAINT_VIEW_ANY,
        version=3,
        expires=False,
    ),
    # For either side by the case's own rights: its sender's evidence, the registry's whole case.
    Kind(
        BUNDLE,
        "SKD",
        _("Index of a complaint's file"),
        "pdf/complaints/bundle.html",
        Permission.COMPLAINT_VIEW,
        Permission.COMPLAINT_VIEW_ANY,
        version=2,
        expires=False,
    ),
    # Without identity and residence; no provider's row either: it is served by the complaint's own rights (R-K6).
    Kind(
        DECISION_SENDER,
        "SKG",
        _("Decision on a complaint, copy of the sender"),
        "pdf/complaints/decision.html",
        Permission.COMPLAINT_VIEW,
        Permission.COMPLAINT_VIEW_ANY,
        version=3,
        expires=False,
    ),
    Kind(
        YEARLY,
        "SKR",
        _("Yearly report on complaints"),
        "pdf/complaints/yearly.html",
        Permission.COMPLAINT_VIEW_ANY,
        Permission.COMPLAINT_VIEW_ANY,
    ),
]


@dataclass(frozen=True)
class Ruling:
    """What is decided: outcome, words, what it replaces, and the refusal that was recorded with it."""

    outcome: str
    reason: str
    former: ComplaintDecision | None = None
    correction: bool = False
    refusal: Refusal | None = None


def receipt_content(
    complaint: Complaint, identity: ComplaintIdentity, papers: Sequence[tuple[PaperKind, str, str]]
) -> dict[str, Any]:
    """What the receipt shows (R-K4), in the complainant's language; the TCKN is masked (R-P9)."""
    assert complaint.filed_at
    assert complaint.message_at
    assert complaint.channel
    with translation.override(complaint.language):
        return {
            "number": complaint.tracking_number,
            "filed_at": _shown(complaint.filed_at),
            "kind": str(PersonKind(identity.kind).label),
            "name": identity.shown_name,
            "representative": identity.representative,
            "tckn": identity.tckn_shown,
            "mersis": identity.mersis,
            "residence": f"{identity.residence}, {identity.district} / {identity.province}",
            "province": complaint.province,
            "address": complaint.address,
            "channel": str(Channel(complaint.channel).label),
            "operator": str(Operator(complaint.operator).label) if complaint.operator else "",
            "sender": complaint.sender_in_full,
            "message_at": _shown(complaint.message_at),
            "subject": complaint.subject,
            "text": complaint.text,
            "topics": complaint.topic_labels,
            "papers": [[str(kind.label), name, sha256] for kind, name, sha256 in papers],
        }


def decision_content(
    complaint: Complaint,
    ruling: Ruling,
    *,
    number: str,
    identity: ComplaintIdentity | None,
    language: str,
    now: datetime,
) -> dict[str, Any]:
    """What the decision shows (R-K7). Without `identity` it is the sender's copy: nothing of the person but the
    address at which the message came (R-K6).
    """
    assert complaint.filed_at
    assert complaint.message_at
    assert complaint.channel
    held = thaw(complaint.held)
    with translation.override(language):
        return {
            "number": number,
            "tracking_number": complaint.tracking_number,
            "province": complaint.province if identity else "",  # it is that of the residence
            "filed_at": _shown(complaint.filed_at),
            "decided_at": _shown(now),
            "person": _person(identity) if identity else {},
            "address": complaint.address,
            "channel": str(Channel(complaint.channel).label),
            "sender": complaint.sender_in_full,
            "message_at": _shown(complaint.message_at),
            "subject": complaint.subject,
            "text": complaint.text,
            "topics": complaint.topic_labels,
            "defences": [[_shown(one.given_at), one.in_time] for one in complaint.defences.order_by("pk")],
            "findings": [[one.type_label, _answer(one.known), _answer(one.now_known)] for one in held.consents]
            if held
            else [],
            "known_sender": bool(held and held.known_sender),
            "after_refusal": complaint.after_refusal,
            "without_consent": complaint.without_consent,
            "outcome": str(Outcome(ruling.outcome).label),
            "reason": ruling.reason,
            "replaces": _replaced(ruling),
            "refusal": _refused(ruling.refusal),
            "appeal": str(settings.REGISTRY["COMPLAINT_APPEAL"]),
        }


def _person(identity: ComplaintIdentity) -> dict[str, str]:
    return {"name": identity.shown_name, "tckn": identity.tckn_shown, "mersis": identity.mersis}


def _replaced(ruling: Ruling) -> dict[str, Any]:
    if ruling.former is None:
        return {}
    former = ruling.former
    return {
        "number": former.document.number,
        "decided_at": _shown(former.decided_at),
        "outcome": str(Outcome(former.outcome).label),
        "correction": ruling.correction,
    }


def _refused(refusal: Refusal | None) -> dict[str, str]:
    return {"receipt": f"İYS-{refusal.event_id}", "at": _shown(refusal.refused_at)} if refusal else {}


def _answer(clock: Clock) -> str:
    parts = [clock.status_label, clock.reason_label, _shown(clock.consent_date) if clock.consent_date else ""]
    return " · ".join(part for part in parts if part)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"
