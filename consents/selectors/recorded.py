"""Whom a form's records told, for the page that follows it (R-M1, R-M4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from consents.enums import Channel, Hold, NoticeState
from consents.models import ConsentEvent, Notice
from iys_portal.core.actors import Actor
from iys_portal.core.enums import Means


@dataclass(frozen=True)
class Told:
    """What one recorded event waits for, and where the notice stands that tells of it; None without a notice."""

    awaiting: bool = False
    state: NoticeState | None = None
    own: bool = False  # the provider said that it told the recipient itself
    over: bool = False  # the day of the consent had passed when it was registered


def told_of(actor: Actor, event_ids: Iterable[int]) -> dict[int, Told]:
    """By event, as it was recorded and as its notice stands now; others' events are left out (R-A1).

    Events of one call about one phone share a notice, which bears the number of the first of them (R-M2).
    """
    rows = list(
        ConsentEvent.objects.visible_to(actor)
        .filter(event_id__in=list(event_ids))
        .order_by()
        .only("event_id", "recipient", "brand_id", "channel", "holds", "registered_at")
    )
    notices = {
        (row.recipient, row.brand_id, row.registered_at, row.means): row
        for row in Notice.objects.visible_to(actor).filter(pk__in=[row.event_id for row in rows])
    }
    told = {}
    for row in rows:
        means = Means.MAIL if row.channel == Channel.EPOSTA else Means.TEXT
        notice = notices.get((row.recipient, row.brand_id, row.registered_at, means))
        told[row.event_id] = Told(
            awaiting=bool(row.holds & Hold.AWAITING_CONFIRMATION),
            state=NoticeState(notice.state) if notice else None,
            own=notice is not None and notice.own_notice_at is not None,
            over=notice is not None and notice.due_at <= notice.registered_at,
        )
    return told
