"""Under which terms a batch is judged: everything that does not depend on the row, fixed at the batch's moment."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from consents import deadlines
from consents.enums import Lane, WayIn
from consents.models import ConsentText
from consents.selectors.deadlines import announcements
from consents.selectors.sizes import size_class_of
from consents.text_rules import validity
from consents.written_moments import microseconds
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, end_of_day, start_of_day
from iys_portal.core.errors import Invalid
from iys_portal.core.selectors import business_calendar
from providers.models import Brand

HMAC_BLOCK = 64


@dataclass(frozen=True)
class Terms:
    """`moment` is when apply was pressed or the call accepted; SQL never asks the clock (design 3)."""

    brand_id: int
    moment: datetime
    latest: datetime  # R-C6: consent dates after this are in the future
    timely_from: datetime  # R-C8: an ONAY dated earlier is late
    window_open: bool  # R-D2: an open initial load lifts R-C8
    window_until: datetime | None  # R-D2: end of the deadline's last day
    double_opt_in: bool
    strict: bool
    registry: bool  # the recipient's own act (IYS_*): exempt from R-C8 to R-C12
    evidence_from: datetime  # R-C16: from when missing evidence blocks
    way: WayIn
    actor: Actor
    job_id: int | None = None
    text_version_id: int | None = None
    text_channels: tuple[int, ...] = ()  # R-C18: consents of other channels, or given outside, name no text
    text_from: datetime | None = None
    text_until: datetime | None = None
    tells: bool = True  # R-M1: people are told; never of their own acts, and nobody of a sandbox's
    own_notices: bool = False  # rows may bring the provider's own notice
    lane: Lane = Lane.SINGLE


def terms_for(
    brand: Brand,
    *,
    moment: datetime,
    actor: Actor,
    way: WayIn,
    strict: bool = False,
    registry: bool = False,
    job_id: int | None = None,
    text_version_id: int | None = None,
    own_notices: bool = False,
    lane: Lane = Lane.SINGLE,
) -> Terms:
    """The terms of one brand at one moment. Three queries: added holidays, deadlines, the size; a fourth for a text.

    Raises `Invalid` for a text that is not a published one of the brand (R-C18).
    """
    rules = settings.REGISTRY
    calendar = business_calendar()
    deadline = deadline_of(brand, moment, job_id=job_id)
    evidence_from = moment
    if way is WayIn.API:
        evidence_from = end_of_day(calendar.add(moment.date(), rules["API_EVIDENCE_BUSINESS_DAYS"]))
    return Terms(
        brand_id=brand.pk,
        moment=moment,
        latest=moment + rules["CLOCK_DIFFERENCE"],
        timely_from=deadlines.first_timely_moment(calendar, moment, rules["TIMELY_BUSINESS_DAYS"]),
        window_open=deadlines.is_open(deadline, moment),
        window_until=end_of_day(deadline.until) if deadline else None,
        double_opt_in=brand.double_opt_in,
        strict=strict,
        registry=registry,
        evidence_from=evidence_from,
        way=way,
        actor=actor,
        job_id=job_id,
        **_text_terms(brand, text_version_id),
        tells=rules["NOTICES"] and not registry and not brand.provider.is_sandbox,
        own_notices=own_notices,
        lane=lane,
    )


def _text_terms(brand: Brand, text_version_id: int | None) -> dict[str, Any]:
    """R-C18: which text the consents of the batch were given to, and for which channels and days it stands."""
    if text_version_id is None:
        return {}
    text = ConsentText.objects.published().filter(pk=text_version_id, brand=brand).first()
    if text is None:
        raise Invalid(_("This is no published consent text of the brand."), code="text", field="text_version")
    begin, end = validity(text.valid_from, text.valid_until)
    channels = tuple(sorted(text.channels))
    return {"text_version_id": text.pk, "text_channels": channels, "text_from": begin, "text_until": end}


def terms_of_recipient(brand_id: int, *, moment: datetime, actor: Actor, way: WayIn) -> Terms:
    """The terms of a recipient's own act: no date of it is late, nobody is told of it, and no query is needed."""
    return Terms(
        brand_id=brand_id,
        moment=moment,
        latest=moment,
        timely_from=moment.replace(microsecond=0),
        window_open=False,
        window_until=None,
        double_opt_in=False,
        strict=False,
        registry=True,
        evidence_from=moment,
        way=way,
        actor=actor,
        tells=False,
    )


def deadline_of(brand: Brand, moment: datetime, *, job_id: int | None = None) -> deadlines.Announcement | None:
    """R-D2: the initial upload deadline in force for the brand's provider, judged by a job to its end as it began."""
    known = announcements()
    if not known:
        return None
    size = size_class_of(brand.provider, job_id=job_id)
    return deadlines.initial_deadline(known, provider_id=brand.provider_id, size_class=size, now=moment)


def hmac_pads() -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA-256 (RFC 2104) with the server's key, so that SQL needs only sha256()."""
    return pads(settings.TRANSACTION_KEY.encode())


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two pads of HMAC-SHA-256 (RFC 2104) for any key."""
    if len(key) > HMAC_BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(HMAC_BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)


def act_parameters(brand_id: int, *, actor: Actor, way: WayIn, moment: datetime) -> dict[str, Any]:
    """Whose act it is and when: the parameters of every statement that appends events."""
    inner, outer = hmac_pads()
    return {
        "brand": brand_id,
        "moment": moment,
        "moment_us": microseconds(moment),
        "actor_kind": int(actor.kind),
        "actor_id": actor.id,
        "way": int(way),
        "hmac_inner": inner,
        "hmac_outer": outer,
    }


def parameters(terms: Terms) -> dict[str, Any]:
    """The terms as the parameters of the engine's statements."""
    return {
        **act_parameters(terms.brand_id, actor=terms.actor, way=terms.way, moment=terms.moment),
        "latest": terms.latest,
        "timely_from": terms.timely_from,
        "window_open": terms.window_open,
        "window_until": terms.window_until,
        "double_opt_in": terms.double_opt_in,
        "strict": terms.strict,
        "registry": terms.registry,
        "evidence_from": terms.evidence_from,
        "job": terms.job_id,
        "text_version": terms.text_version_id,
        "text_channels": list(terms.text_channels),
        "text_from": terms.text_from,
        "text_until": terms.text_until,
        "tell_renewed": settings.REGISTRY["NOTICE_RENEWED"],
        "text_pattern": mobile_pattern(),
        "own_notices": terms.own_notices,
        "today": start_of_day(terms.moment.astimezone(ISTANBUL).date()),
        "lane": int(terms.lane),
        "import": None,
    }


def mobile_pattern() -> str:
    """Numbers that a text message can be sent to: Turkish mobiles, and other countries' where a setting opens them.

    Whether another country's number is a mobile is seen when it is sent.
    """
    codes = ("905" if code == "90" else code for code in settings.REGISTRY["SMS_COUNTRIES"])
    return rf"^\+({'|'.join(codes)})"
