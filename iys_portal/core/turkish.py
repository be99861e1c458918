"""Turkish letters: case, order and spelling-blind comparison, the same wherever a person sorts or searches.

Python's own case functions turn `İ` into two characters and `I` into `i`, and the database runs in C.UTF-8;
so every part of the portal takes case and order of Turkish text from here.
"""

import unicodedata

ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
    "\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters that show nothing: Unicode's white space, zero-width characters and direction marks."""

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe63\uff0d\u00ad"
"""Hyphens, dashes and minus signs of all kinds."""

_LOWER = str.maketrans("Iİ", "ıi")
_UPPER = str.maketrans("ıi", "Iİ")
_DROPPED = str.maketrans("", "", BLANKS + DASHES + "._/\\()'’‘`,:")
_RANKS = {letter: rank for rank, letter in enumerate(ALPHABET, start=1)}
_AFTER_LETTERS = len(ALPHABET) + 1


def lower_tr(text: str) -> str:
    """Lower case by Turkish rules: `I` gives `ı`, `İ` gives `i`."""
    return unicodedata.normalize("NFC", text).translate(_LOWER).lower()


def upper_tr(text: str) -> str:
    """Upper case by Turkish rules: `ı` gives `I`, `i` gives `İ`."""
    return unicodedata.normalize("NFC", text).translate(_UPPER).upper()


def fold(text: str) -> str:
    """One spelling for words that people write in many ways; for comparing only, never for showing.

    Case goes, `İ I ı i` become `i`, other accents and cedillas go (`ş` → `s`, `â` → `a`), and blanks, dashes,
    dots, slashes, underscores, brackets, commas, colons and apostrophes are dropped:
    `"Kısa Mesaj (SMS)"` → `"kisamesajsms"`. Other signs stay, so that `"Onay?"` is not `"Onay"`.
    """
    return _without_accents(text).replace("ı", "i").casefold().translate(_DROPPED)


def folded_words(text: str) -> list[str]:
    """Words of letters and digits only, folded; signs of all kinds part them, accents never do."""
    apart = "".join(char if char.isalnum() else " " for char in _without_accents(text))
    return [folded for word in apart.split() if (folded := fold(word))]


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def comparable(name: str) -> str:
    """A name as it is compared: its folded words joined, without signs; `"Örnek & Moda"` → `"ornekmoda"`."""
    return "".join(folded_words(name))


def sort_key(text: str) -> tuple[tuple[int, ...], str]:
    """Key for `sorted`: Turkish alphabetical order, case-blind; signs and digits before letters.

    Letters of other alphabets come last; accented letters stand with their base letter.
    """
    return tuple(_rank(char) for char in lower_tr(text)), text


def _rank(char: str) -> int:
    rank = _RANKS.get(char)
    if rank is not None:
        return rank
    if not char.isalpha():
        return ord(char) - 0x110000
    base = unicodedata.normalize("NFKD", char)[0]
    return _RANKS.get(base, _AFTER_LETTERS + ord(char))
