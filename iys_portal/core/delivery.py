"""How mails and text messages leave: one connection for many, and what the server said about each (design 5)."""

import contextlib
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from types import MappingProxyType, TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

LEASE: timedelta = settings.REGISTRY["SEND_LEASE"]
# A send may take this long in the worst case (EMAIL_TIMEOUT for each step); no send begins with less lease left.
SLOWEST_SEND = LEASE / 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)
CLOSING = 421  # RFC 5321 3.8: the server takes nothing more on this connection
MAILBOX = "iys_portal.core.mailbox.MailboxBackend"
TEXT_MAILBOX = "iys_portal.core.sms.MailboxBackend"
LONGEST_ANSWER = 500
NOT_SIGNED_IN = frozenset({530, 535})  # RFC 4954; some servers say so only when they hear the recipient
UNWRITABLE = "The address cannot be written in a mail."


@dataclass(frozen=True)
class Mail:
    """One mail to one address. The message id is fixed before the first try, so that a second copy is recognised.

    `raw` is the whole mail as it leaves (RFC 5322, CRLF) where the sender has built it already.
    """

    message_id: str
    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    raw: bytes = b""
    attachments: tuple[tuple[str, bytes, str], ...] = ()  # name, content, type


@dataclass(frozen=True)
class TextMessage:
    """One text message to one phone (E.164); gateways take `message_id` as the key against doubles."""

    message_id: str
    to: str
    text: str


class Undelivered(Exception):
    """The message was not taken; `answer` is what the server said."""

    def __init__(self, answer: str) -> None:
        self.answer = _one_line(answer)
        super().__init__(self.answer)


class Refused(Undelivered):
    """For ever: this address does not take it."""


class TryLater(Undelivered):
    """Not now; the same message may go through later."""


class ServerDown(Undelivered):
    """Nothing can be handed over at present. It is not this message's fault, so it costs the message no try.

    `left` where the message had left and no answer came: it may be the cause, so this one's try counts.
    """

    def __init__(self, answer: str, *, left: bool = False) -> None:
        super().__init__(answer)
        self.left = left


class _Remembers:
    """Keeps the server's answer to the last message, and whether the message had left when the line broke."""

    answer = ""
    handed = False

    def sendmail(self, *arguments: Any, **options: Any) -> Any:
        self.answer, self.handed = "", False
        return super().sendmail(*arguments, **options)  # type: ignore[misc]

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed = True
        code, text = super().data(msg)  # type: ignore[misc]
        self.answer = f"{code} {text.decode(errors='replace')}"
        return code, text


class _Smtp(_Remembers, smtplib.SMTP):
    pass


class _SmtpTls(_Remembers, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's, with the server's answers kept, and a way for mails that are built already."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpTls if self.use_ssl else _Smtp

    def send_raw(self, mail: Mail) -> None:
        """Send bytes as they are. Raises what `sendmail` raises; the connection is open."""
        assert self.connection is not None
        options = ["BODY=8BITMIME"] if self.connection.has_extn("8bitmime") else []
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self.connection.sendmail(sender, [mail.to], mail.raw, mail_options=options)

    def drop(self) -> None:
        """Close without QUIT, for whose answer a server that hangs would let us wait once more."""
        for name in ("_partial_connection", "connection"):
            line: smtplib.SMTP | None = getattr(self, name, None)
            if line is not None:
                line.close()
                setattr(self, name, None)


class Carrier:
    """Hands messages over. Connections stay open between messages and close with the block.

    `to_mailbox` sends to the development mailbox whatever the settings say: the demonstration's companies never reach
    a real server.
    """

    def __init__(self) -> None:
        self._open: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for backend in self._open.values():
            with contextlib.suppress(OSError):  # smtplib's errors are OSErrors; what was sent is sent
                backend.close()
        self._open.clear()

    def send(self, message: Mail | TextMessage, *, to_mailbox: bool = False) -> str:
        """Returns the server's answer. Raises `Refused`, `TryLater` or `ServerDown`."""
        text = isinstance(message, TextMessage)
        path = settings.SMS_BACKEND if text else settings.EMAIL_BACKEND
        if to_mailbox:
            path = TEXT_MAILBOX if text else MAILBOX
        elif path in (TEXT_MAILBOX, MAILBOX) and not settings.MAILBOX_PAGE:
            # Nobody reads the mailbox there: what is put into it would count as delivered.
            raise ServerDown("No server is named: SMS_GATEWAY_URL" if text else "No server is named: EMAIL_URL")
        if isinstance(message, TextMessage):
            return _one_line(self._backend(path, import_string).send(message))
        if not message.to.rpartition("@")[0].isascii():
            # Django would write another name before the @ (RFC 2047); servers that take such names are rare.
            raise Refused(UNWRITABLE)
        return self._send_mail(path, message, again=True)

    def _send_mail(self, path: str, mail: Mail, *, again: bool) -> str:
        known = path in self._open
        backend = self._backend(path, lambda name: lambda: get_connection(name))
        line_ended = False
        try:
            if mail.raw and hasattr(backend, "send_raw"):
                backend.send_raw(mail)
            else:
                backend.send_messages([as_mime(mail)])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            failure, line_ended = _judged(code, text), code == CLOSING
        except smtplib.SMTPDataError as error:
            failure, line_ended = _judged(error.smtp_code, error.smtp_error), error.smtp_code == CLOSING
        except (OSError, smtplib.SMTPException) as error:  # timeout, sender refused, the line broke
            failure = ServerDown(_said(error))
            line_ended = isinstance(error, smtplib.SMTPServerDisconnected) or (
                isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == CLOSING
            )
        except ValueError:  # Django's, about an address or a header; a UnicodeError too
            raise Refused(UNWRITABLE) from None
        else:
            line = getattr(backend, "connection", None)
            return _one_line(line.answer) if isinstance(line, _Remembers) else "250 mailbox"
        if isinstance(failure, ServerDown):
            failure.left = bool(getattr(getattr(backend, "connection", None), "handed", False))
            self._drop(path)
            if again and known and line_ended and not failure.left:
                # The server had closed a line that was idle, or took enough on this one.
                return self._send_mail(path, mail, again=False)
        raise failure

    def _backend(self, path: str, make: Any) -> Any:
        """The open backend of this path. Raises `ServerDown`: no connection, no sign-in, no TLS."""
        if path not in self._open:
            backend = self._open[path] = make(path)()
            try:
                backend.open()
            except OSError as error:
                self._drop(path)
                raise ServerDown(_said(error)) from error
        return self._open[path]

    def _drop(self, path: str) -> None:
        backend = self._open.pop(path)
        getattr(backend, "drop", backend.close)()


def as_mime(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it leaves. `Auto-Submitted` keeps holiday answers away (RFC 3834)."""
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers}
    mime = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    if mail.html:
        mime.attach_alternative(mail.html, "text/html")
    for name, content, content_type in mail.attachments:
        mime.attach(name, content, content_type)
    return mime


def retry_at(attempts: int, now: datetime) -> datetime:
    """When a message that failed `attempts` times is tried again: later and later, at most half an hour."""
    return now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 16))


def _judged(code: int, text: bytes | str) -> Undelivered:
    """RFC 5321 4.2.1: 5yz is for ever, 4yz for now."""
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if code == CLOSING or code in NOT_SIGNED_IN:
        return ServerDown(said)
    return Refused(said) if code >= 500 else TryLater(said)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return f"{type(error).__name__}: {error}"


def _one_line(answer: str) -> str:
    return " ".join(answer.split())[:LONGEST_ANSWER]
