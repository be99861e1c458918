"""What a message shows of its sender: numbers, internet addresses, names. Pure functions; nothing is kept.

A text message or e-mail may name its sender anywhere, so every run of up to five words is tried as a name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from iys_portal.core import eml
from iys_portal.core.turkish import comparable, folded_words
from providers.brand_values import judge_value
from providers.enums import BrandValueKind
from providers.selectors.brand_search import Clues

MAX_TEXT = 20_000
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


@dataclass(frozen=True)
class Mail:
    """What is read of an e-mail file."""

    sender: str  # as the mailbox shows it
    address: str
    subject: str
    text: str
    sent_at: datetime | None
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
    """What an e-mail file tells of its sender. Raises `FileRefused` for anything else, or one that is too large."""
    read = eml.read_mail(data)
    refused_at = read.lists.get("List-Unsubscribe", "")
    return Mail(
        sender=read.sender_name or read.sender,
        address=read.sender,
        subject=read.subject,
        text=read.text,
        sent_at=read.sent_at,
        hosts=tuple({*_hosts(" ".join([*read.answers_to, refused_at])), *read.linked}),
    )


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
