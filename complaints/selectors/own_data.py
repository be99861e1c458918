"""A citizen's complaints among their own data (R-Z6)."""

from datetime import datetime
from typing import Any

from complaints.enums import ComplaintState
from complaints.models import Complaint
from consents.enums import Channel
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.core.calendar import ISTANBUL


def own_part(user_id: int, now: datetime) -> list[dict[str, Any]]:
    """Every complaint that the citizen began, the newest first, as plain JSON values."""
    rows = Complaint.objects.visible_to(citizen_actor(user_id)).select_related("brand")
    return [
        {
            "tracking_number": row.tracking_number or None,
            "stands": str(ComplaintState(row.state).label),
            "sender": row.sender_name,
            "address": row.address,
            "channel": Channel(row.channel).name if row.channel else None,
            "message_at": _moment(row.message_at),
            "subject": row.subject,
            "text": row.text,
            "filed_at": _moment(row.filed_at),
        }
        for row in rows.order_by("-created_at")
    ]


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(ISTANBUL).isoformat() if moment else None
