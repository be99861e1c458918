"""What notices say (R-M2, R-M3): plain values, templates that show them, and a press that prints many alike.

A file's notices differ in the address, the link and the moments only. So a mail is rendered and built once with marks
in these places, and the marks are filled in for each recipient: rendering each by itself held one worker at 180 mails a
second (docs/adr/0005-notices.md).
"""

import html
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from consents.enums import Channel, NoticeKind
from consents.selectors.notices import Part
from consents.selectors.texts import AgreedText
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.delivery import Mail, TextMessage, as_mime
from iys_portal.core.turkish import sort_key
from providers.models import Brand

TEXT_LENGTH = 500  # of an agreed text in a mail; the whole stands on the page of the link
NAMES = {
    NoticeKind.CONFIRMATION: "confirmation",
    NoticeKind.INITIAL_LOAD: "initial_load",
    NoticeKind.CORRECTION: "correction",
}


@dataclass(frozen=True)
class ShownText:
    """A text that was agreed to, as a mail shows it (R-M3): which version, for which channels, and how it begins."""

    title: str
    version: int
    language: str
    words: str
    shortened: bool
    channels: list[Channel]

    @property
    def channel_names(self) -> list[str]:
        return sorted((str(channel.label) for channel in self.channels), key=sort_key)

    @property
    def paragraphs(self) -> list[str]:
        return [part for part in self.words.split("\n") if part.strip()]


@dataclass(frozen=True)
class NoticeText:
    """One notice before it is worded: to whom, about which consents, in which language."""

    kind: NoticeKind
    brand: Brand
    recipient: str
    parts: Sequence[Part]
    token: str
    message_id: str
    language: str
    check_until: date | None = None

    @property
    def lines(self) -> list[Part]:
        """One part a channel: both recipient types of a channel are one line."""
        channels: dict[Channel, Part] = {}
        for part in self.parts:
            channels.setdefault(part.channel, part)
        return list(channels.values())

    @property
    def texts(self) -> list[ShownText]:
        """The texts that the lines were given to, each once."""
        by_text: dict[AgreedText, list[Channel]] = {}
        for part in self.lines:
            if part.text is not None:
                by_text.setdefault(part.text, []).append(part.channel)
        return [_shown(text, channels) for text, channels in by_text.items()]

    @property
    def awaiting(self) -> bool:
        return any(part.awaiting for part in self.parts)

    @cached_property
    def own(self) -> dict[str, str]:
        """What is this recipient's alone."""
        moments = {f"at{n}": _moment(part) for n, part in enumerate(self.lines)}
        return {"recipient": self.recipient, "token": self.token, "message_id": self.message_id, **moments}

    @property
    def shared(self) -> tuple[Any, ...]:
        """What notices of one print run have in common."""
        lines = tuple((part.channel, part.source, bool(part.consent_date), part.text) for part in self.lines)
        return self.kind, self.brand.pk, self.language, lines, self.awaiting, self.check_until, bool(self.token)

    def content(self, own: Mapping[str, str]) -> dict[str, Any]:
        """Everything that a template shows, with these values in the recipient's places."""
        link = reverse("consents:link", args=[own["token"]]) if self.token else ""
        lines = [
            {"channel": part.channel, "source": part.source, "at": own[f"at{n}"], "day": own[f"at{n}"][:10]}
            for n, part in enumerate(self.lines)
        ]
        return {
            "kind": NAMES[self.kind],
            "brand": self.brand.name,
            "provider": self.brand.provider.title,
            "recipient": own["recipient"],
            "lines": lines,
            "texts": self.texts,
            "several_texts": len(self.texts) > 1 or any(part.text is None for part in self.lines),
            "channels_only": [{"channel": line["channel"]} for line in lines],
            "awaiting": self.awaiting,
            "link": settings.PORTAL_URL + link if link else "",
            "refuse_word": f"RET {self.brand.short_name or self.brand.brand_code}",
            "refuse_number": settings.SMS_NUMBER,
            "check_until": self.check_until,
            "portal": settings.PORTAL_URL,
            "site_name": settings.SITE_NAME,
            "language": self.language,
        }


def _shown(text: AgreedText, channels: list[Channel]) -> ShownText:
    words = text.text
    if shortened := len(words) > TEXT_LENGTH:
        words = words[:TEXT_LENGTH].rsplit(maxsplit=1)[0] + " …"
    return ShownText(text.title, text.version, text.language, words, shortened, channels)


def _moment(part: Part) -> str:
    return part.consent_date.astimezone(ISTANBUL).strftime("%d.%m.%Y %H:%M") if part.consent_date else ""


def text_message(notice: NoticeText) -> TextMessage:
    """A notice for a phone: brand, channels, day, link, how to refuse; the rest is on the page (R-M3)."""
    with translation.override(notice.language):
        content = notice.content(notice.own)
        channels = sorted((str(line["channel"].label) for line in content["lines"]), key=sort_key)
        text = get_template(f"consents/sms/{content['kind']}.txt").render({**content, "channels": channels})
    return TextMessage(notice.message_id, notice.recipient, " ".join(text.split()))


def mail(
    notice: NoticeText, own: Mapping[str, str] | None = None, *, own_html: Mapping[str, str] | None = None
) -> Mail:
    """A notice as a mail with text and HTML; `List-Unsubscribe` refuses in one click (RFC 8058)."""
    own = own or notice.own
    with translation.override(notice.language):
        content, in_html = notice.content(own), notice.content(own_html or own)
        name = f"consents/mail/{content['kind']}"
        subject = get_template(f"{name}_subject.txt").render(content)
        text = get_template(f"{name}.txt").render(content)
        page = get_template(f"{name}.html").render(in_html)
    headers = {}
    if notice.token:
        one_click = settings.PORTAL_URL + reverse("consents:link_one_click", args=[own["token"]])
        headers = {"List-Unsubscribe": f"<{one_click}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Mail(own["message_id"], own["recipient"], " ".join(subject.split()), text.strip() + "\n", page, headers)


@dataclass
class Press:
    """Prints mails: the first of a kind is rendered, those like it are filled in. One press serves one claim."""

    frames: dict[tuple[Any, ...], "_Frame"] = field(default_factory=dict)

    def mail(self, notice: NoticeText) -> Mail:
        frame = self.frames.get(notice.shared)
        if frame is None:
            frame = self.frames[notice.shared] = _Frame.of(notice)
        return frame.filled(notice)


@dataclass(frozen=True)
class _Frame:
    """A mail with random marks where a recipient's own values go."""

    marks: dict[str, str]
    escaped: str  # the mark of the address inside HTML
    mail: Mail
    raw: bytes

    @classmethod
    def of(cls, notice: NoticeText) -> "_Frame":
        marks = {name: uuid.uuid4().hex for name, value in notice.own.items() if value}
        if notice.token:  # as long as a token, so that no header is folded for its mark
            marks["token"] = marks["token"][: len(notice.token)]
        marks["recipient"] += "@mark.invalid"
        marks["message_id"] = f"<{marks['message_id']}>"
        escaped = uuid.uuid4().hex
        own = dict.fromkeys(notice.own, "") | marks
        made = mail(notice, own, own_html=own | {"recipient": escaped})
        raw = as_mime(made).message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        return cls(marks, escaped, made, raw)

    def filled(self, notice: NoticeText) -> Mail:
        pairs = [(mark, notice.own[name]) for name, mark in self.marks.items()]
        pairs.append((self.escaped, html.escape(notice.recipient)))
        raw = self.raw
        for mark, value in pairs:
            raw = raw.replace(mark.encode(), value.encode())
        return Mail(
            message_id=notice.message_id,
            to=notice.recipient,
            subject=_fill(self.mail.subject, pairs),
            text=_fill(self.mail.text, pairs),
            html=_fill(self.mail.html, pairs),
            headers={name: _fill(value, pairs) for name, value in self.mail.headers.items()},
            raw=raw,
        )


def _fill(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for mark, value in pairs:
        text = text.replace(mark, value)
    return text
