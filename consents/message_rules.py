"""What the regulation asks of a message's text (R-S2), as data: pure rules over the text and its sender."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.html_words import StrangersHtml
from iys_portal.core.turkish import comparable, fold, folded_words

from .enums import Channel, MessagePurpose

CHECKLIST_VERSION = 1


@dataclass(frozen=True)
class Sender:
    """What the registry knows of who sends: the provider's own data and the brand's profile (R-P11)."""

    title: str
    mersis: str
    names: tuple[str, ...] = ()  # brand, short names, sender names
    refusal_urls: tuple[str, ...] = ()
    refusal_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """One reading of a message: the plain text, or the words and addresses of its HTML."""

    text: str

    @property
    def folded(self) -> str:
        return fold(self.text)

    @property
    def links(self) -> list[str]:
        return [link.rstrip(".,;)") for link in _LINK.findall(self.text)]

    def says(self, stems: Iterable[str]) -> bool:
        """Whether a word begins with one of the stems, or several words in a row do. Addresses say nothing."""
        words = " ".join(folded_words(_LINK.sub(" ", self.text)))
        return any(f" {stem}" in f" {words}" for stem in stems)


@dataclass(frozen=True)
class Wording:
    """A message as its checks read it. An e-mail with HTML is read twice, because a reader sees one of the two."""

    channel: Channel
    sender: Sender
    bodies: tuple[Body, ...]

    @classmethod
    def of(cls, channel: int, sender: Sender, *, subject: str = "", text: str, html: str = "") -> "Wording":
        given = [text, text_of_html(html)] if html.strip() else [text]
        head = f"{subject}\n" if Channel(channel) is Channel.EPOSTA else ""
        return cls(Channel(channel), sender, tuple(Body(head + body) for body in given))

    def everywhere(self, found: Callable[[Body], bool]) -> bool:
        return all(found(body) for body in self.bodies)


@dataclass(frozen=True)
class Check:
    """One thing that is wanted of a message on some channels."""

    name: str
    title: str | Promise
    explanation: str | Promise
    missing: str | Promise
    found: Callable[[Wording], bool]
    channels: frozenset[Channel] = frozenset(Channel)


@dataclass(frozen=True)
class Answer:
    """A check as it stands for one message."""

    check: Check
    passed: bool


_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']{3,}", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[a-zA-Z]{2,}")
_PHONE = re.compile(
    r"(?<!\d)(?:(?:\+?90|0)?[\s(./-]*[2-58]\d{2}\)?[\s./-]*\d{3}[\s./-]*\d{2}[\s./-]*\d{2}|444[\s.-]*\d[\s.-]*\d{3})(?!\d)"
)
_MERSIS = re.compile(r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\+?\d[\d ]{2,15}\d(?!\d)")
_COMMERCIAL = (
    "kampanya", "indirim", "firsat", "tanitim", "reklam", "promosyon", "avantaj", "hediye", "cekilis", "duyuru",
    "ticari elektronik ileti", "ticari ileti", "tebrik", "kutlar", "campaign", "discount", "offer", "advert",
    "promotion", "commercial", "special price",
)  # fmt: skip
_ADVERTISES = (
    "kampanya", "indirim", "firsat", "promosyon", "hediye ceki", "cekilis", "campaign", "discount", "special offer",
    "promotion",
)  # fmt: skip
_REFUSES = (
    "ret", "iptal", "reddet", "red yaz", "abonelikten", "listeden cik", "almak istemiyor", "istemiyorsaniz", "durdur",
    "unsubscribe", "opt out", "refuse", "stop", "no longer wish",
)  # fmt: skip


class _Words(StrangersHtml):
    """Collects what a reader of the HTML sees, and where its links lead."""

    _blocks = frozenset({"p", "div", "br", "li", "tr", "td", "th", "table", "h1", "h2", "h3", "h4", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._hidden += 1
        if tag in self._blocks:
            self.parts.append("\n")
        self.parts += [f" {value} " for name, value in attrs if name in ("href", "alt") and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def text_of_html(html: str) -> str:
    """What an HTML mail says, with the addresses of its links; styles and scripts say nothing."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).replace("mailto:", "").replace("tel:", "")


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _names_sender(wording: Wording) -> bool:
    """The title in full; where there is little room, a name by which the sender is known does."""
    sender = wording.sender
    names = (sender.title,) if wording.channel is Channel.EPOSTA else (sender.title, *sender.names)
    wanted = [name for name in map(comparable, names) if name]
    return wording.everywhere(lambda body: any(name in comparable(body.text) for name in wanted))


def _names_mersis(wording: Wording) -> bool:
    return wording.everywhere(
        lambda body: wording.sender.mersis in {_digits(found) for found in _MERSIS.findall(body.text)}
    )


def _names_contact(wording: Wording) -> bool:
    """A phone, an e-mail, or a web address that is not just the one for refusing."""

    def found(body: Body) -> bool:
        without_mersis = _MERSIS.sub(" ", body.text)
        if _MAIL.search(body.text) or _PHONE.search(without_mersis):
            return True
        return any(not link.startswith(wording.sender.refusal_urls or ("\0",)) for link in body.links)

    return wording.everywhere(found)


def _can_be_refused(wording: Wording) -> bool:
    """A word that says so, and the way: one of the brand's own channels where its profile names any (R-P11)."""
    return wording.everywhere(lambda body: body.says(_REFUSES) and _names_way(body, wording))


def _names_way(body: Body, wording: Wording) -> bool:
    if wording.channel is Channel.ARAMA:
        return True  # said or pressed in the call itself
    urls, numbers = wording.sender.refusal_urls, wording.sender.refusal_numbers
    if urls and any(link.startswith(urls) for link in body.links):
        return True
    if wording.channel is Channel.EPOSTA:
        return not urls and bool(body.links or _MAIL.search(body.text))
    text = _MERSIS.sub(" ", body.text)
    if numbers and any(_ends(number) in _digits(text) for number in numbers):
        return True
    return not (urls or numbers) and bool(body.links or _NUMBER.search(text))


def _ends(number: str) -> str:
    """A number without its country's code, as texts spell it."""
    return _digits(number).removeprefix("90") if len(_digits(number)) > 10 else _digits(number)


CHECKS = (
    Check(
        "sender",
        _("Who sends it"),
        _("The trade name as it is registered; in a text message or call the brand or the sender's name will do."),
        _("The sender's trade name was not found as it stands in the registry: %(title)s"),
        _names_sender,
    ),
    Check(
        "mersis",
        _("MERSİS number"),
        _("The sender's own MERSİS number, all sixteen digits."),
        _("The MERSİS number was not found: %(mersis)s"),
        _names_mersis,
        frozenset({Channel.EPOSTA, Channel.MESAJ}),
    ),
    Check(
        "contact",
        _("A way to reach the sender"),
        _("A phone number, an e-mail or a web address at which the sender can be reached."),
        _("No phone number, e-mail or web address was found."),
        _names_contact,
        frozenset({Channel.EPOSTA, Channel.MESAJ}),
    ),
    Check(
        "refusal",
        _("How to refuse"),
        _("How to refuse further messages, free and on the same channel: a link, or RET with a number."),
        _("No sentence was found that says how to refuse, with the link or number of the brand's profile."),
        _can_be_refused,
    ),
    Check(
        "commercial",
        _("That it is commercial"),
        _("A word by which it is seen to be commercial at once, such as “kampanya”, “indirim”, “tanıtım”."),
        _("No word was found that shows that the message is commercial."),
        lambda wording: wording.everywhere(lambda body: body.says(_COMMERCIAL)),
    ),
)

WITHOUT_CONSENT = (
    Check(
        "no_advertising",
        _("It advertises nothing"),
        _("A message that needs no consent only informs. With one sentence of advertising it needs the consent."),
        _("Words of advertising were found: the message is commercial and needs the recipients' consent."),
        lambda wording: not any(body.says(_ADVERTISES) for body in wording.bodies),
    ),
)


def checks_for(channel: Channel, purpose: str) -> tuple[Check, ...]:
    if not MessagePurpose(purpose).needs_consent:
        return WITHOUT_CONSENT
    return tuple(check for check in CHECKS if channel in check.channels)


def answers_for(wording: Wording, purpose: str) -> list[Answer]:
    """Everything that is wanted of this message, and whether it was found. An empty text has nothing."""
    empty = not any(body.text.strip() for body in wording.bodies)
    return [Answer(check, passed=not empty and check.found(wording)) for check in checks_for(wording.channel, purpose)]


def missing_in(wording: Wording, purpose: str) -> list[Check]:
    return [answer.check for answer in answers_for(wording, purpose) if not answer.passed]


def sentence_of(check: Check, sender: Sender) -> str:
    """What is missing, with the sender's own data to copy from."""
    return str(check.missing) % {"title": sender.title, "mersis": sender.mersis}
