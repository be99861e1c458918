"""An e-mail file (EML) read for a complaint (R-K2): who, when, what, and what servers said about it.

Nothing is shown as it came: HTML becomes its text, scripts and styles go, files and mails inside are
named and stay closed.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

from iys_portal.core.refused_files import FileRefused

MAX_PARTS = 200
MAX_TEXT = 20_000
MAX_HEADER = 2_000
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Outlook's own .msg files begin."""
LIST_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "List-Help")
_HEADER = re.compile(
    rb"^(from|to|date|subject|received|message-id|mime-version|return-path|delivered-to)\s*:", re.I | re.M
)
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object"})
_BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "blockquote"})


@dataclass(frozen=True)
class ReadMail:
    """What an e-mail file says."""

    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    lists: dict[str, str] = field(default_factory=dict)
    authentication: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()  # names of files and mails that it carries

    def facts(self) -> dict[str, object]:
        """What is kept beside the complaint's own fields."""
        return {
            "sender": self.sender,
            "sender_name": self.sender_name,
            "lists": self.lists,
            "authentication": list(self.authentication),
            "inside": list(self.inside),
        }


def is_mail(data: bytes) -> bool:
    """Whether the file begins as an e-mail does: with headers that every mail has."""
    head = data[:16_384].replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf\n ")
    first = head.split(b"\n", 1)[0]
    names = {match[1].lower() for match in _HEADER.finditer(head.partition(b"\n\n")[0])}
    return re.match(rb"^(From |[A-Za-z][A-Za-z0-9-]*:)", first) is not None and len(names) >= 2


def read_mail(data: bytes) -> ReadMail:
    """Read an e-mail file. Raises `FileRefused` for what is none, or cannot be read."""
    if data.startswith(OUTLOOK):
        raise FileRefused("eml-outlook")
    if not is_mail(data):
        raise FileRefused("eml-unknown")
    try:
        mail = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(mail, EmailMessage)
        return _read(mail)
    except FileRefused:
        raise
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FileRefused("eml-broken") from error  # what the reader says of a damaged mail


def _read(mail: EmailMessage) -> ReadMail:
    plain, html, inside = _parts(mail)
    text = plain or text_of_html(html)
    if not text.strip() and any(name.lower() == "winmail.dat" for name in inside):  # an ASCII name
        raise FileRefused("eml-winmail")
    names = getaddresses([_header(mail, "From")])
    recipients = getaddresses([_header(mail, "To"), _header(mail, "Cc"), _header(mail, "Delivered-To")])
    return ReadMail(
        sender=names[0][1][:265] if names else "",
        sender_name=names[0][0][:200] if names else "",
        recipients=tuple(dict.fromkeys(address for _name, address in recipients if "@" in address))[:50],
        sent_at=_moment(_header(mail, "Date")),
        subject=_header(mail, "Subject")[:300],
        text=_tidy(text).strip()[:MAX_TEXT],
        lists={name: value for name in LIST_HEADERS if (value := _header(mail, name))},
        authentication=tuple(
            _tidy(str(value)).replace("\n", " ")[:MAX_HEADER]
            for value in mail.get_all("Authentication-Results", [])[:5]
        ),
        inside=tuple(inside),
    )


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(_tidy(str(mail.get(name, "") or "")).split())[:MAX_HEADER]


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, IndexError, TypeError):
        return None
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)  # RFC 5322: -0000 is UTC of an unknown place
    return moment


def _parts(mail: EmailMessage) -> tuple[str, str, list[str]]:
    """The plain text, the HTML and the names of what is inside. A mail inside stays closed."""
    plain, html, inside = "", "", []
    waiting: list[EmailMessage] = [mail]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MAX_PARTS:
            raise FileRefused("eml-parts", limit=MAX_PARTS)
        kind = part.get_content_type()
        if part is not mail and kind.startswith("message/"):
            inside.append(_name(part) or "message.eml")
        elif part.is_multipart():
            waiting[:0] = [one for one in part.iter_parts() if isinstance(one, EmailMessage)]
        elif kind == "application/ms-tnef":
            inside.append("winmail.dat")
        elif part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            inside.append(_name(part) or kind)
        elif kind == "text/plain":
            plain = plain or _content(part)
        else:
            html = html or _content(part)
    return plain, html, [name[:200] for name in inside[:50]]


def _name(part: EmailMessage) -> str:
    return " ".join(_tidy(part.get_filename() or "").split())


def _content(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    assert isinstance(data, bytes)
    try:
        return data.decode(charset, errors="replace")
    except LookupError:  # a character set that nobody knows
        return data.decode("utf-8", errors="replace")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def text_of_html(html: str) -> str:
    """The words that a reader would have seen; no tag, script or style."""
    reader = _Words()
    reader.feed(html[:1_000_000])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tidy(text: str) -> str:
    """Without characters that databases and pages cannot take; half surrogates of broken encodings among them."""
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", whole.replace("\r\n", "\n"))
