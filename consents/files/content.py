"""What kind of values a column holds, judged by its first rows; for recognising columns only.

Whether a value is good is not decided here (that is `consents.normalise`); a value is of a kind when a
person would say that it is meant as one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .words import heading_key

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+|00)?(?:90)?0?[2-5]\d{9}|\+\d{8,15}")
_SPOILED_PHONE = re.compile(r"[1-9][.,]\d+[eE]\+?(?:9|1[0-4])|\d{10,13}\.0")
_PHONE_SIGNS = str.maketrans("", "", " \t\xa0().-/'")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d\d)?\d\d)"
    r"(?:[T ]+\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?"
)
_WORDS: dict[str, frozenset[str]] = {
    kind: frozenset(words.split())
    for kind, words in {
        "channel": "arama mesaj eposta email mail sms kisamesaj cagri seslicagri sesliarama telefon call"
        " text textmessage"
        " kisamesajsms smsmesaj metinmesaji elektronikposta telefonaramasi",
        "status": "onay ret red onayli redli izinli izinsiz onaylandi reddedildi reddetti onayladi approved"
        " rejected"
        " consent refusal refused accepted onayvar onayyok izinvar izinyok optin optout",
        "answer": "e h evet hayir 1 0 var yok true false yes no y n dogru yanlis x aktif pasif onay ret red"
        " izinli"
        " izinsiz",
        "recipient_type": "bireysel tacir esnaf tuketici tacirveyaesnaf taciresnaf tacirveesnaf individual"
        " consumer"
        " merchant kurumsal ticari sahis gercekkisi tuzelkisi birey",
        "source": "internetsitesi websitesi website web internet site mobiluygulama mobil uygulama mobile"
        " app mobileapp"
        " elektronikortam eortam cagrimerkezi callcenter callcentre sosyalmedya socialmedia atm"
        " fizikselortam fiziksel"
        " islakimza islakimzali etkinlik event kagit form magaza sube bayi",
    }.items()
}
KINDS_OF_FIELD: Mapping[str, frozenset[str]] = {
    "recipient": frozenset({"email", "phone"}),
    "phone": frozenset({"phone"}),
    "email": frozenset({"email"}),
    "type": frozenset({"channel"}),
    "status": frozenset({"status", "answer"}),
    "allow_sms": frozenset({"answer"}),
    "allow_call": frozenset({"answer"}),
    "allow_email": frozenset({"answer"}),
    "source": frozenset({"source"}),
    "recipient_type": frozenset({"recipient_type"}),
    "consent_date": frozenset({"date"}),
    "own_notice_at": frozenset({"date"}),
    "own_notice_means": frozenset({"channel"}),
}
"""Kinds that speak for a field; dealer codes and evidence look like anything."""


@dataclass(frozen=True)
class Content:
    """Kinds of one column: `filled` cells, and how many of them are of each set of kinds."""

    filled: int
    counts: Mapping[frozenset[str], int] = field(default_factory=dict)

    def share(self, kinds: frozenset[str]) -> float:
        """Part of the filled cells (0 to 1) that are of one of the kinds."""
        if not self.filled:
            return 0.0
        return sum(count for found, count in self.counts.items() if found & kinds) / self.filled


def content_of(cells: Iterable[str]) -> Content:
    """Kinds of a column's cells."""
    counts = Counter(kinds_of(cell) for cell in cells if cell and not cell.isspace())
    return Content(sum(counts.values()), counts)


@lru_cache(maxsize=4096)
def kinds_of(cell: str) -> frozenset[str]:
    """Kinds of one cell; several where a value may be meant in several ways (`Onay`)."""
    text = cell.strip()
    if len(text) > 300:
        return frozenset()
    if _EMAIL.fullmatch(text):
        return frozenset({"email"})
    if _DATE.fullmatch(text):
        return frozenset({"date"})
    if _PHONE.fullmatch(text.translate(_PHONE_SIGNS)) or _SPOILED_PHONE.fullmatch(text):
        return frozenset({"phone"})
    if text.upper().startswith(("HS_", "IYS_")):
        return frozenset({"source"})
    key = heading_key(text)
    return frozenset(kind for kind, words in _WORDS.items() if key in words)


def looks_like_data(cells: Iterable[str]) -> bool:
    """True when a row holds an address, a date or a source code, which no heading row does."""
    telling = ("email", "phone", "date")
    return any(
        cell and (kinds_of(cell).intersection(telling) or cell.strip().upper().startswith(("HS_", "IYS_")))
        for cell in cells
    )
