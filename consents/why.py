"""What a message shows of its sender: numbers, internet addresses, names. Pure functions; nothing is kept.

A text message or e-mail may name its sender anywhere, so every run of up to five words is tried as a name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from iys_portal.core.refused_files import FileRefused, Words, add_words
from iys_portal.core.turkish import comparable, folded_words
from providers.brand_values import judge_value
from providers.enums import BrandValueKind
from providers.selectors.brand_search import Clues

MAX_TEXT = 20_000
MAX_MAIL = 10 * 1024**2
MAX_RUN = 5
MIN_NAME = 3
SHORT = 60
"""A text of this length is a name rather than a message: brands with similar names are looked for too."""
MAX_NAMES = 20_000
MAX_HOST, MAX_LABELS = 253, 12

_NUMBER = re.compile(r"\+?\d[\d\s().\-/]{2,20}\d")
_MERSIS = re.compile(r"(?<!\d)\d{16}(?!\d)")
_HOST = re.compile(
    r"(?:https?://|@|\b)((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,61})", re.IGNORECASE
)
_LINK = re.compile(r"://|@|[a-z0-9]\.[a-z0-9]", re.IGNORECASE)
_PUBLIC = frozenset({
    "com.tr", "net.tr", "org.tr", "gen.tr", "web.tr", "info.tr", "biz.tr", "av.tr", "dr.tr", "gov.tr", "edu.tr",
    "bel.tr", "pol.tr", "k12.tr", "tel.tr", "name.tr", "bbs.tr", "kep.tr", "co.uk", "com.de",
})  # fmt: skip

add_words(
    {
        "mail-kind": Words(
            _("This is no e-mail file."), _("Save the message from your mailbox as a file (.eml) and choose that.")
        ),
        "mail-large": Words(_("The file is larger than {limit} MB."), _("Copy the text of the message instead.")),
    }
)


@dataclass(frozen=True)
class Mail:
    """What is read of an e-mail file."""

    sender: str
    subject: str
    text: str
    hosts: tuple[str, ...]  # of the sender's address and of the header by which it can be refused

    @property
    def clues_text(self) -> str:
        return f"{self.subject}\n{self.text}"


def clues_of(text: str, *, sender: str = "", hosts: Iterable[str] = ()) -> Clues:
    """What the text of a message, its sender as the phone or the mailbox shows it, and its hosts tell."""
    text, sender = text[:MAX_TEXT], sender.strip()[:200]
    shown = f"{sender}\n{text}"
    domains = {domain for host in (*_hosts(shown), *hosts) for domain in _with_parents(host)}
    # A false address may hold a true name.
    parts = [" ".join(word for word in part.split() if not _LINK.search(word)) for part in (sender, text)]
    names = {run for part in parts for run in _runs(folded_words(part))}
    likely = {comparable(part) for part in parts if len(part.strip()) <= SHORT}
    return Clues(
        numbers=set(_numbers(shown)),
        domains=domains,
        mersis=set(_MERSIS.findall(re.sub(r"(?<=\d)[ -](?=\d)", "", shown))),
        names=set(sorted(names)[:MAX_NAMES]),
        likely={name for name in likely if len(name) >= MIN_NAME},
    )


def read_mail(data: bytes) -> Mail:
    """An e-mail file, judged by its content. Raises `FileRefused` for anything else, or one that is too large."""
    if len(data) > MAX_MAIL:
        raise FileRefused("mail-large", limit=MAX_MAIL // 1024**2)
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(data)  # type: ignore[arg-type]
    if b"\0" in data[:4096] or "from" not in message:
        raise FileRefused("mail-kind")
    senders = [value for name in ("from", "sender", "reply-to") for value in _header(message, name)]
    addresses = [pair for pair in getaddresses(senders) if pair[1]]
    refused_at = _header(message, "list-unsubscribe")
    body, hosts = _body(message)
    return Mail(
        sender=addresses[0][0] if addresses else "",
        subject=" ".join(_header(message, "subject")),
        text=body,
        hosts=tuple({*_hosts(" ".join([*(address for _name, address in addresses), *refused_at])), *hosts}),
    )


def _header(message: EmailMessage, name: str) -> list[str]:
    """The header's values; none where Python's parser gives up on what somebody wrote."""
    try:
        return [str(value) for value in message.get_all(name, [])]
    except (MessageError, IndexError, LookupError, ValueError, AttributeError, TypeError):
        return []


def _body(message: EmailMessage) -> tuple[str, set[str]]:
    """The text of all parts that are text, and the hosts of the links of an HTML part."""
    texts, hosts = [], set()
    for part in message.walk():
        try:
            if part.get_content_type() not in ("text/plain", "text/html") or part.is_attachment():
                continue
            content = str(part.get_content())
        except (MessageError, LookupError, ValueError, AttributeError, TypeError):  # a broken part
            continue
        if part.get_content_type() == "text/html":
            page = _Page()
            page.feed(content[: MAX_TEXT * 20])
            texts.append(" ".join(page.texts))
            hosts |= page.hosts
        else:
            texts.append(content)
    return "\n".join(texts)[:MAX_TEXT], hosts


class _Page(HTMLParser):
    """The words of a page and the hosts of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hosts: set[str] = set()
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        link = dict(attrs).get("href") or ""
        try:
            host = urlsplit(link).hostname
        except ValueError:
            return
        if host:
            self.hosts.add(host)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.texts.append(data.strip())


def _numbers(text: str) -> Iterator[str]:
    """Numbers as a brand's profile stores them."""
    for found in _NUMBER.findall(text):
        for part in {found, *re.split(r"[/\n]", found)}:
            judged = judge_value(BrandValueKind.NUMBER, part)
            if not judged.error:
                yield judged.value


def _hosts(text: str) -> list[str]:
    return [host.lower() for host in _HOST.findall(text) if host.isascii()]


def _with_parents(host: str) -> Iterator[str]:
    """A host and the domains above it, down to the one that somebody registered."""
    labels = host.lower().rstrip(".").split(".")
    if len(host) > MAX_HOST or len(labels) > MAX_LABELS:
        return
    for place in range(len(labels) - 1):
        domain = ".".join(labels[place:])
        if domain not in _PUBLIC:
            yield domain


def _runs(words: list[str]) -> Iterator[str]:
    """Runs of words, joined as names are compared."""
    for place in range(len(words)):
        run = ""
        for word in words[place : place + MAX_RUN]:
            run += word
            if MIN_NAME <= len(run) <= 60 and not run.isdecimal():
                yield run
