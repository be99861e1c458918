"""The development mailbox: mails and text messages become files that one page of the local portal shows."""

import email
import email.policy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone

from .delivery import Mail, TextMessage


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


def keep_text(message: TextMessage) -> None:
    """Put one text message into the mailbox."""
    content = {"to": message.to, "text": message.text, "at": timezone.now().isoformat()}
    _keep(message.message_id, "sms", json.dumps(content).encode())


def _keep(message_id: str, kind: str, content: bytes) -> None:
    name = "".join(c if c.isalnum() else "-" for c in message_id)
    (mailbox_folder() / f"{name}.{kind}").write_bytes(content)


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

    @property
    def is_text(self) -> bool:
        return self.name.endswith(".sms")


def letters(limit: int = 50) -> list[Letter]:
    """The newest first."""
    paths = [path for path in mailbox_folder().iterdir() if path.suffix in (".eml", ".sms")]
    paths.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [_letter(path) for path in paths[:limit]]


def _letter(path: Path) -> Letter:
    if path.suffix == ".sms":
        kept = json.loads(path.read_bytes())
        return Letter(path.name, kept["to"], "", datetime.fromisoformat(kept["at"]), kept["text"])
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, ParsedMessage)
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return Letter(
        name=path.name,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        at=parsedate_to_datetime(str(parsed["Date"])),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        headers={name: str(value) for name, value in parsed.items()},
    )


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
