"""An e-mail file (EML) that somebody uploads (R-K2): who, when, what, and what servers said about it.

Nothing is shown as it came: HTML becomes its text, scripts and styles go, files and mails inside are named and stay
closed. What a mail costs is bounded before it is parsed: Python's parser keeps every line, tries every line against
every boundary that is open, and reads a header in time that grows with the square of its length.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from .html_words import StrangersHtml
from .refused_files import FileRefused, Words, add_words

MAX_BYTES = 10 * 1024**2
MAX_LINES = 300_000  # 10 MB of BASE64 are 140,000
MAX_PARTS = 200
MAX_DASHED = 2_000  # lines that may part one part from the next, those of drawings in a text among them
MAX_NESTED = 30  # parts that hold parts, wherever they stand
MAX_HEADERS = 256 * 1024
MAX_READ = 16 * 1024  # of one header that is read; long lists of recipients are refused
MAX_TEXT = 20_000
MAX_HTML = 200_000
MAX_HEADER = 2_000
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Outlook's own .msg files begin."""
LIST_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "List-Help")
_HEADER = re.compile(
    rb"^(from|to|date|subject|received|message-id|mime-version|content-type|return-path|delivered-to)\s*:", re.I | re.M
)
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
"""What Python's parser raises on damaged mails."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DASHED = re.compile(rb"[\r\n]--")
_NESTED = re.compile(rb"(?:multipart|message)/", re.I)
_CONTENT = re.compile(rb"(?:^|[\r\n])content-[a-z-]+[ \t]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.I)
_END_OF_HEADERS = re.compile(rb"\r\n\r\n|\n\n|\r\r")
READ = frozenset({
    "from", "sender", "reply-to", "to", "cc", "delivered-to", "date", "subject", "authentication-results",
    "content-type", "content-disposition", "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post",
    "list-id", "list-help",
})  # fmt: skip
"""Headers whose value is parsed; the others are never looked at."""
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object"})
_BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "blockquote"})

add_words(
    {
        "eml-large": Words(_("The file is larger than {limit} MB."), _("Copy the text of the message instead.")),
        "eml-outlook": Words(
            _("This is a file of Outlook's own kind (MSG)."),
            _("Save the e-mail as EML, or forward it to yourself and save it on the web page of your mailbox."),
        ),
        "eml-unknown": Words(
            _("This is no e-mail file: it does not begin with sender, date and subject."),
            _("Save the whole e-mail as EML (“download message”, “save as”), or send a screenshot."),
        ),
        "eml-broken": Words(
            _("The e-mail file is damaged and cannot be read."),
            _("Save the e-mail anew, or send a screenshot."),
        ),
        "eml-winmail": Words(
            _("The e-mail's text is locked in a file winmail.dat, which only Outlook opens."),
            _("Open the e-mail in Outlook and send a screenshot or a PDF of it."),
        ),
        "eml-parts": Words(
            _("The e-mail has more than {limit} parts."),
            _("Send a screenshot or a PDF of it."),
        ),
        "eml-deep": Words(
            _("The e-mail is made in a way that no mailbox makes: too many lines, or parts within parts."),
            _("Send a screenshot or a PDF of it."),
        ),
        "eml-headers": Words(
            _("The lines before the text of the e-mail (sender, recipients, path) are too long."),
            _("Send a screenshot or a PDF of it."),
        ),
    }
)


@dataclass(frozen=True)
class ReadMail:
    """What an e-mail file says."""

    sender: str = ""
    sender_name: str = ""
    answers_to: tuple[str, ...] = ()  # addresses of From, Sender and Reply-To
    recipients: tuple[str, ...] = ()
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    lists: dict[str, str] = field(default_factory=dict)
    authentication: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()  # names of files and mails that it carries
    linked: tuple[str, ...] = ()  # hosts of the links of its HTML

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
    """Read an e-mail file. Raises `FileRefused` for what is none, cannot be read, or would cost too much."""
    if len(data) > MAX_BYTES:
        raise FileRefused("eml-large", limit=MAX_BYTES // 1024**2)
    if data.startswith(OUTLOOK):
        raise FileRefused("eml-outlook")
    if not is_mail(data):
        raise FileRefused("eml-unknown")
    _require_bounded(data)
    try:
        mail = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(mail, EmailMessage)
        return _read(mail)
    except FileRefused:
        raise
    except _BROKEN as error:
        raise FileRefused("eml-broken") from error  # what the reader says of a damaged mail


def _require_bounded(data: bytes) -> None:
    """Raises `FileRefused` for what would keep the parser busy; each look is one pass over the bytes."""
    end = _END_OF_HEADERS.search(data)
    if (end.start() if end else len(data)) > MAX_HEADERS:
        raise FileRefused("eml-headers")
    if any(len(found[0]) > MAX_READ for found in _CONTENT.finditer(data)):  # the parser reads these of every part
        raise FileRefused("eml-headers")
    if _more_than(_LINE_END, data, MAX_LINES) or _more_than(_NESTED, data, MAX_NESTED):
        raise FileRefused("eml-deep")
    if _more_than(_DASHED, data, MAX_DASHED):
        raise FileRefused("eml-parts", limit=MAX_PARTS)


def _more_than(pattern: re.Pattern[bytes], data: bytes, most: int) -> bool:
    return sum(1 for _found in islice(pattern.finditer(data), most + 1)) > most


def _require_short_headers(part: EmailMessage) -> None:
    """Before any is parsed: `raw_items` are the lines as they came. Raises `FileRefused`."""
    if any(len(str(value)) > MAX_READ for name, value in part.raw_items() if str(name).lower() in READ):
        raise FileRefused("eml-headers")


def _read(mail: EmailMessage) -> ReadMail:
    plain, html, inside = _parts(mail)
    page = _page_of(html)
    text = plain or page.text
    if not text.strip() and any(name.lower() == "winmail.dat" for name in inside):  # an ASCII name
        raise FileRefused("eml-winmail")
    names = getaddresses([_header(mail, "From")])
    senders = getaddresses([_header(mail, name) for name in ("From", "Sender", "Reply-To")])
    recipients = getaddresses([_header(mail, "To"), _header(mail, "Cc"), _header(mail, "Delivered-To")])
    return ReadMail(
        sender=names[0][1][:265] if names else "",
        sender_name=names[0][0][:200] if names else "",
        answers_to=tuple(dict.fromkeys(address for _name, address in senders if "@" in address))[:10],
        recipients=tuple(dict.fromkeys(address for _name, address in recipients if "@" in address))[:50],
        sent_at=_moment(_header(mail, "Date")),
        subject=_header(mail, "Subject")[:300],
        text=_tidy(text).strip()[:MAX_TEXT],
        lists={name: value for name in LIST_HEADERS if (value := _header(mail, name))},
        authentication=tuple(_values(mail, "Authentication-Results")[:5]),
        inside=tuple(inside),
        linked=tuple(sorted(page.hosts)),
    )


def _values(mail: EmailMessage, name: str) -> list[str]:
    """The header's values; none where Python's parser gives up on what somebody wrote."""
    try:
        return [" ".join(_tidy(str(value)).split())[:MAX_HEADER] for value in mail.get_all(name, [])]
    except _BROKEN:
        return []


def _header(mail: EmailMessage, name: str) -> str:
    return next(iter(_values(mail, name)), "")


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, IndexError, TypeError, OverflowError):
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
        _require_short_headers(part)
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


class _Words(StrangersHtml):
    """The words of a page and the hosts of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hosts: set[str] = set()
        self.silent = ""  # the outermost tag whose words nobody sees, until it ends

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body" and self.silent in ("head", "title"):  # their end may be left out
            self.silent = ""
        elif tag in _SILENT:
            self.silent = self.silent or tag
        elif tag in _BREAKS:
            self.words.append("\n")
        self._link(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.words.append("\n")
        self._link(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)

    def _link(self, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") or ""
        try:
            host = urlsplit(link).hostname
        except ValueError:
            return
        if host and len(self.hosts) < 200:
            self.hosts.add(host)

    @property
    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _page_of(html: str) -> _Words:
    reader = _Words()
    reader.feed(html[:MAX_HTML])
    reader.close()
    return reader


def text_of_html(html: str) -> str:
    """The words that a reader would have seen; no tag, script or style."""
    return _page_of(html).text


def _tidy(text: str) -> str:
    """Without characters that databases and pages cannot take; half surrogates of broken encodings among them."""
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", whole.replace("\r\n", "\n"))
