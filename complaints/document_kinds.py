"""The documents of complaints: frozen data (design 6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from iys_portal.accounts.permissions import Permission
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.documents import Kind

from .enums import Operator, PaperKind, PersonKind, Topic
from .models import Complaint, ComplaintIdentity
from .selectors.cases import RECEIPT

# Its row has no provider, so no sender ever reads it (R-K6); the complainant does on the complaint's own page.
KINDS = [
    Kind(
        RECEIPT,
        "SKM",
        _("Receipt of a complaint"),
        "pdf/complaints/receipt.html",
        Permission.COMPLAINT_VIEW,
        Permission.COMPLAINT_VIEW_ANY,
    )
]


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
            "sender": f"{complaint.brand} · {complaint.brand.provider}" if complaint.brand else complaint.sender_given,
            "message_at": _shown(complaint.message_at),
            "subject": complaint.subject,
            "text": complaint.text,
            "topics": [str(Topic(topic).label) for topic in complaint.topics],
            "papers": [[str(kind.label), name, sha256] for kind, name, sha256 in papers],
        }


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"
