"""What a page says, read from its HTML: language, title, headings, and every text that a person meets."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from django.utils.translation.trans_real import translation

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
UNREAD = frozenset({"script", "style", "code", "pre", "textarea", "template"})
SPOKEN = ("placeholder", "aria-label", "title", "alt")
CONTEXT = "\x04"


@dataclass
class Facts:
    language: str = ""
    titles: list[str] = field(default_factory=list)
    headings: int = 0
    texts: set[str] = field(default_factory=set)


def facts_of(html: str) -> Facts:
    reader = _Reader()
    reader.feed(html)
    return reader.facts


def faults_of(facts: Facts, language: str) -> list[str]:
    """What is wrong in what the page says, for somebody who reads it in this language."""
    found = []
    if facts.language != language:
        found.append(f"html lang is {facts.language!r}")
    if facts.headings != 1:
        found.append(f"{facts.headings} h1")
    if len(facts.titles) != 1 or not facts.titles[0].partition("·")[0].strip():
        found.append(f"title {facts.titles}")
    foreign = sorted(facts.texts & (english_words() if language == "tr" else turkish_words()))
    return found + [f"in the other language: {text!r}" for text in foreign]


@cache
def english_words() -> frozenset[str]:
    """Every English text of the portal and its libraries that reads otherwise in Turkish, and is no Turkish itself."""
    pairs = _pairs()
    return frozenset(english for english, _ in pairs) - {turkish for _, turkish in pairs}


@cache
def turkish_words() -> frozenset[str]:
    pairs = _pairs()
    return frozenset(turkish for _, turkish in pairs) - {english for english, _ in pairs}


def _pairs() -> list[tuple[str, str]]:
    catalogue = translation("tr")._catalog  # type: ignore[attr-defined]
    pairs = []
    for english, turkish in catalogue.items():
        text = english[0] if isinstance(english, tuple) else english
        pair = (plain(text.rpartition(CONTEXT)[2]), plain(turkish))
        if all(pair) and pair[0] != pair[1]:
            pairs.append(pair)
    return pairs


def plain(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts()
        self.open: list[tuple[str, bool]] = []
        """Open elements, and whether what stands in them is read in the page's language."""

    @property
    def read(self) -> bool:
        return not self.open or self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.facts.language = values.get("lang", "")
        read = (
            self.read
            and tag not in UNREAD
            and (tag == "html" or values.get("lang", self.facts.language) == self.facts.language)
        )
        if tag == "title" and not any(name == "svg" for name, _ in self.open):
            self.facts.titles.append("")
        self.facts.headings += tag == "h1"
        if read:
            spoken = [values.get(name, "") for name in SPOKEN]
            if tag == "input" and values.get("type") in ("submit", "button"):
                spoken.append(values.get("value", ""))
            self.facts.texts.update(plain(text) for text in spoken if text)
        if tag not in VOID:
            self.open.append((tag, read))

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        text = plain(data)
        if text and self.open and self.open[-1][0] == "title" and self.facts.titles:
            self.facts.titles[-1] += text
        if text and self.read:
            self.facts.texts.add(text)
