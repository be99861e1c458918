"""The development mailbox: mails become files that one page of the local portal shows."""

import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


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
            name = "".join(c if c.isalnum() else "-" for c in mime["Message-ID"])
            (mailbox_folder() / f"{name}.eml").write_bytes(mime.as_bytes())
        return len(email_messages)


@dataclass(frozen=True)
class Letter:
    """One mail as the mailbox page shows it."""

    to: str
    subject: str
    at: datetime
    text: str


def letters(limit: int = 50) -> list[Letter]:
    """The newest mails first."""
    paths = sorted(mailbox_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_letter(path) for path in paths[:limit]]


def _letter(path: Path) -> Letter:
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, ParsedMessage)
    part = parsed.get_body(("plain",))
    return Letter(
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        at=parsedate_to_datetime(str(parsed["Date"])),
        text=part.get_content() if part else "",
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
