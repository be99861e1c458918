"""What stands behind a notice's link, and its page (R-M3)."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, NoticeKind, Source, Status, WayIn
from consents.models import Notice, NoticeLink
from consents.selectors.notices import Part, parts_of
from consents.selectors.texts import AgreedText
from iys_portal.core.enums import Means
from iys_portal.core.errors import NotFound
from providers.models import Brand


def token_hash(token: str) -> uuid.UUID:
    """What is stored of a link's token: the first 128 bits of its SHA-256."""
    return uuid.UUID(bytes=hashlib.sha256(token.encode()).digest()[:16])


class LinkUnknown(NotFound):
    """No notice carries this token: forged, cut, or mistyped."""

    default = _("This link is not complete or not ours. Nothing was changed.")


@dataclass(frozen=True)
class Opened:
    """A link with what its notice told of, as that stands now."""

    link: NoticeLink
    means: Means
    brand: Brand
    parts: list[Part]

    @property
    def channels(self) -> list[Channel]:
        return sorted({part.channel for part in self.parts})

    @property
    def source(self) -> Source:
        return Source.IYS_EPOSTA if self.means is Means.MAIL else Source.IYS_KISAMESAJ

    @property
    def way(self) -> WayIn:
        return WayIn.MAIL_LINK if self.means is Means.MAIL else WayIn.SMS


def open_link(token: str) -> Opened:
    """What stands behind a token; changes nothing. Raises `LinkUnknown`."""
    link = NoticeLink.objects.filter(pk=token_hash(token)).first()
    if link is None:
        raise LinkUnknown
    kind, means = Notice.objects.values_list("kind", "means").get(pk=link.notice_id)
    brand = Brand.objects.select_related("provider").get(pk=link.brand_id)
    parts = [part for part in parts_of([link])[0] if part.told_by(NoticeKind(kind))]
    return Opened(link=link, means=Means(means), brand=brand, parts=parts)


@dataclass(frozen=True)
class Line:
    """One channel: what was recorded and what stands now. `state` names the sentence that the page shows."""

    channel: Channel
    source: Source | None
    given_at: datetime | None
    state: str  # refused, refused_by_provider, cancelled, awaiting, confirmed, consent
    since: datetime
    receipt: str
    text: AgreedText | None = None

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


def page_of(opened: Opened) -> LinkPage:
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
        text=part.text,
    )


def _state(part: Part) -> str:
    if part.status_now is Status.RET:
        return "refused" if part.refused_in_person else "refused_by_provider"
    if part.status_now is Status.IPTAL:
        return "cancelled"
    if part.awaiting:
        return "awaiting"
    return "confirmed" if part.confirmed else "consent"
