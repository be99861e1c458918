"""How long a text message is, and into how many parts networks cut it (3GPP TS 23.038, TS 23.040)."""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two places each


@dataclass(frozen=True)
class Length:
    """`places` of the alphabet that the text needs; `left` of them in the last part; `strange` made it UCS-2."""

    alphabet: str
    places: int
    parts: int
    left: int
    strange: str = ""


def length_of(text: str) -> Length:
    """The length of a text message. Letters outside GSM-7 (`ş`, `ğ`, `ı`) make the whole text UCS-2."""
    text = text.replace("\r\n", "\n")
    strange = "".join(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENDED))
    if strange:
        widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        return _cut(widths, "UCS-2", single=70, part=67, strange=strange)
    return _cut([2 if char in _EXTENDED else 1 for char in text], "GSM-7", single=160, part=153)


def _cut(widths: list[int], alphabet: str, *, single: int, part: int, strange: str = "") -> Length:
    """A character of two places is never cut in two: what is left of its part stays empty."""
    places = sum(widths)
    if places <= single:
        return Length(alphabet, places, 1 if places else 0, single - places, strange)
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return Length(alphabet, places, parts, part - used, strange)
