"""The development mailbox: mails and text messages become files that one page of the local portal shows."""

import contextlib
import email
import email.policy
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMessage
from email.utils import make_msgid, parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone

from .delivery import Mail, TextMessage
from .errors import NotFound

_NAME = re.compile(r"[\w-]+\.(eml|sms)")
_SEPARATORS = re.compile(r"[\s().\-/]+")
_HEAD = 4096  # bytes of a mail in which its To header stands


def mailbox_folder() -> Path:
    folder = Path(settings.PRIVATE_ROOT) / "mailbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class MailboxBackend(BaseEmailBackend):
    """Writes each mail to one file named after its message id, so a mail sent twice is shown once."""

    def __init__(self, fail_silently: bool = False, **_unused: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: list[EmailMessage]) -> int:  # type: ignore[override]
        for message in email_messages:
            mime = message.message()
            _keep(mime["Message-ID"], "eml", mime.as_bytes())
        return len(email_messages)

    def send_raw(self, mail: Mail) -> None:
        _keep(mail.message_id, "eml", mail.raw)


def keep_text(message: TextMessage, *, sender: str = "") -> None:
    """Put one text message into the mailbox; with a sender it is one that a person sent to the registry."""
    content = {"to": message.to, "from": sender, "text": message.text, "at": timezone.now().isoformat()}
    _keep(message.message_id, "sms", json.dumps(content).encode())


def _keep(message_id: str, kind: str, content: bytes) -> None:
    name = "".join(c if c.isalnum() else "-" for c in message_id)
    folder = mailbox_folder()
    unfinished = folder / f"{name}.part"  # the page never reads half a file
    unfinished.write_bytes(content)
    unfinished.replace(folder / f"{name}.{kind}")


@dataclass(frozen=True)
class Letter:
    """One mail or text message (without a subject) as the mailbox page shows it."""

    name: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""  # of a text that a person sent to the registry

    @property
    def is_text(self) -> bool:
        return self.name.endswith(".sms")

    @property
    def unsubscribe(self) -> list[str]:
        """Addresses of its List-Unsubscribe header (RFC 2369)."""
        return re.findall(r"<\s*([^<>\s]+)\s*>", self.headers.get("List-Unsubscribe", ""))


def letters(limit: int = 50, *, offset: int = 0, search: str = "") -> list[Letter]:
    """The newest first; `search` is a part of an address. Only those that are returned are parsed."""
    folder = mailbox_folder()
    found = (name for name in _names(folder) if not search or _matches(search, _addresses(folder / name)))
    chosen = islice(found, offset, offset + limit)
    return [letter for name in chosen if (letter := letter_of(name)) is not None]


def letter_of(name: str) -> Letter | None:
    """One letter by its file's name; None where there is none (any more)."""
    if not _NAME.fullmatch(name):
        return None
    path = mailbox_folder() / name
    try:
        content, changed = path.read_bytes(), path.stat().st_mtime
    except OSError:
        return None
    if path.suffix == ".sms":
        kept = json.loads(content)
        at = datetime.fromisoformat(kept["at"])
        return Letter(name, kept["to"], "", at, kept["text"], sender=kept.get("from", ""))
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, ParsedMessage)
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return Letter(
        name=name,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        at=_date(parsed["Date"]) or datetime.fromtimestamp(changed, tz=UTC),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        headers={header: str(value) for header, value in parsed.items()},
    )


def _names(folder: Path) -> list[str]:
    """Names of all letters, the newest first."""
    with os.scandir(folder) as entries:
        found = []
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(FileNotFoundError):
                    found.append((entry.stat().st_mtime_ns, entry.name))
    return [name for _, name in sorted(found, reverse=True)]


@lru_cache(maxsize=20_000)
def _addresses(path: Path) -> str:
    """To and from of a letter, from the beginning of its file; a name's letter never changes its address."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if path.suffix == ".sms":
        parts = re.findall(rb'"(?:to|from)": "([^"]*)"', head.partition(b'"text"')[0])
    else:
        parts = re.findall(rb"^To:\s*(.+)$", head, re.MULTILINE)
    found = [part.decode(errors="replace").strip().casefold() for part in parts]
    return "\n".join(one if "@" in one else _SEPARATORS.sub("", one) for one in found)


def _matches(search: str, addresses: str) -> bool:
    """A part of an address; a phone in any usual spelling."""
    wanted = "".join(search.split()).casefold()
    digits = _SEPARATORS.sub("", wanted).removeprefix("+")
    if digits.isdecimal():
        wanted = digits.removeprefix("00").removeprefix("0")
    return wanted in addresses


def _date(header: Any) -> datetime | None:
    """The moment of a Date header; `-0000` is UTC without a word about the writer's place (RFC 5322 3.3)."""
    try:
        at = parsedate_to_datetime(str(header))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Code(Protocol):
    """A present one-time code of a demonstration account, as the mailbox page shows it."""

    @property
    def email(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def seconds_left(self) -> int: ...


_code_sources: list[Callable[[], Sequence[Code]]] = []


def register_code_source(source: Callable[[], Sequence[Code]]) -> None:
    """Called once by the app that owns sign-in; the kernel knows no accounts."""
    _code_sources[:] = [source]


def codes() -> list[Code]:
    """Present codes of demonstration accounts; none where there is no demonstration or no mailbox page."""
    if not (settings.DEMO and settings.MAILBOX_PAGE):
        return []
    return [code for source in _code_sources for code in source()]


class TextInbox(Protocol):
    """Takes a text message that a person sends to the registry, as the SMS gateway brings it."""

    def __call__(self, *, gateway_id: str, sender: str, text: str) -> object: ...


_text_inboxes: list[TextInbox] = []


def register_text_inbox(inbox: TextInbox) -> None:
    """Called once by the app that understands such texts; the kernel does not."""
    _text_inboxes[:] = [inbox]


def takes_texts() -> bool:
    """Whether the mailbox page may offer to send the registry a text."""
    return bool(settings.MAILBOX_PAGE and _text_inboxes)


def send_to_registry(*, sender: str, text: str) -> None:
    """Hand the registry a text message as if a phone had sent it; the mailbox keeps a copy.

    Raises `NotFound` outside development settings: there nobody may speak for a phone.
    """
    if not takes_texts():
        raise NotFound(code="mailbox")
    message_id = make_msgid(domain="mailbox.example")
    keep_text(TextMessage(message_id, settings.SMS_NUMBER, text), sender=sender)
    for inbox in _text_inboxes:
        inbox(gateway_id=message_id.strip("<>")[:100], sender=sender, text=text)
