"""The page of a notice's link, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from consents.enums import Channel, Source, Status
from consents.selectors.notices import Part

if TYPE_CHECKING:
    from consents.services.links import Opened


@dataclass(frozen=True)
class Line:
    """One channel: what was recorded and what stands now. `state` names the sentence that the page shows."""

    channel: Channel
    source: Source | None
    given_at: datetime | None
    state: str  # refused, refused_by_provider, cancelled, awaiting, confirmed, consent
    since: datetime
    receipt: str

    @property
    def refusable(self) -> bool:
        return self.state != "refused"


@dataclass(frozen=True)
class LinkPage:
    """One brand at one address. The address itself is not shown: links get forwarded."""

    brand: str
    provider: str
    lines: list[Line]
    confirmable: bool
    deniable: bool

    @property
    def awaiting(self) -> bool:
        return any(line.state == "awaiting" for line in self.lines)


def page_of(opened: "Opened") -> LinkPage:
    """Both recipient types of a channel are one line: links name no type (R-R1)."""
    lines: dict[Channel, Line] = {}
    for part in opened.parts:
        line = _line(part)
        if part.channel not in lines or lines[part.channel].state == "refused":
            lines[part.channel] = line
    return LinkPage(
        brand=opened.brand.name,
        provider=opened.brand.provider.title,
        lines=list(lines.values()),
        confirmable=any(part.confirmable for part in opened.parts),
        deniable=any(line.refusable for line in lines.values()),
    )


def _line(part: Part) -> Line:
    return Line(
        channel=part.channel,
        source=part.source,
        given_at=part.consent_date,
        state=_state(part),
        since=part.since,
        receipt=f"İYS-{part.event_now}",
    )


def _state(part: Part) -> str:
    if part.status_now is Status.RET:
        return "refused" if part.refused_in_person else "refused_by_provider"
    if part.status_now is Status.IPTAL:
        return "cancelled"
    if part.awaiting:
        return "awaiting"
    return "confirmed" if part.confirmed else "consent"
