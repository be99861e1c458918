"""What notices say, as plain values that templates show (R-M2, R-M3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from consents.enums import Channel, NoticeKind
from consents.selectors.notices import Part
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.turkish import sort_key
from providers.models import Brand

NAMES = {
    NoticeKind.CONFIRMATION: "confirmation",
    NoticeKind.INITIAL_LOAD: "initial_load",
    NoticeKind.CORRECTION: "correction",
}


def notice_content(
    *,
    kind: NoticeKind,
    brand: Brand,
    recipient: str,
    parts: Sequence[Part],
    token: str,
    check_until: date | None = None,
) -> dict[str, Any]:
    """The content of one notice in no language yet: who, what, when, and where to answer."""
    channels: dict[Channel, Part] = {}
    for part in parts:  # both recipient types of a channel are one line
        channels.setdefault(part.channel, part)
    return {
        "kind": NAMES[kind],
        "brand": brand.name,
        "provider": brand.provider.title,
        "recipient": recipient,
        "lines": [_line(part) for part in channels.values()],
        "channels_only": [{"channel": channel} for channel in channels],
        "awaiting": any(part.awaiting for part in parts),
        "link": settings.PORTAL_URL + reverse("consents:link", args=[token]) if token else "",
        "one_click": settings.PORTAL_URL + reverse("consents:link_one_click", args=[token]) if token else "",
        "refuse_word": f"RET {brand.short_name or brand.brand_code}",
        "refuse_number": settings.SMS_NUMBER,
        "check_until": check_until,
        "portal": settings.PORTAL_URL,
    }


def _line(part: Part) -> dict[str, Any]:
    at: datetime | None = part.consent_date and part.consent_date.astimezone(ISTANBUL)
    return {"channel": part.channel, "source": part.source, "at": at, "awaiting": part.awaiting}


def render_mail(content: Mapping[str, Any], *, language: str) -> tuple[str, str, str]:
    """Subject, text and HTML of a notice in the recipient's language."""
    with translation.override(language):
        context = {**content, "language": language, "site_name": settings.SITE_NAME}
        subject, text, html = (
            get_template(f"consents/mail/{content['kind']}{end}").render(context)
            for end in ("_subject.txt", ".txt", ".html")
        )
    return " ".join(subject.split()), text.strip() + "\n", html


def render_text(content: Mapping[str, Any], *, language: str) -> str:
    """A notice as a text message: brand, channels, day, link, how to refuse; the rest is on the page (R-M3)."""
    with translation.override(language):
        channels = sorted((str(line["channel"].label) for line in content["lines"]), key=sort_key)
        context = {**content, "channels": channels, "language": language}
        return " ".join(get_template(f"consents/sms/{content['kind']}.txt").render(context).split())
