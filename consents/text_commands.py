"""What a person's text message to the registry asks for (R-R4): `RET ‹short name or brand number›`, however written."""

import re
from dataclasses import dataclass
from itertools import takewhile

from iys_portal.core.turkish import folded_words

# Both spellings are in use: "ret" is the word, "red" how many write it.
REFUSE = frozenset({"ret", "red"})
# What may stand before the command, or behind a brand's whole name, and mean nothing.
COURTESIES = frozenset({"lutfen", "merhaba", "selam", "sayin", "yetkili", "tesekkurler", "tesekkurederim", "sagolun"})
LONGEST_NUMBER = 9  # digits; brand numbers are 32 bit integers
_REFUSE_NUMBER = re.compile(r"(?:ret|red)(\d+)")


@dataclass(frozen=True)
class Command:
    """A wish to refuse. `words` are what followed, folded; none where the person named no brand."""

    words: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[int]:
        """What may be the brand's number, longest first, because people group digits: 710 011."""
        digits = list(takewhile(str.isdecimal, self.words))
        joined = ["".join(digits[:end]) for end in range(len(digits), 0, -1)]
        return [int(number) for number in joined if len(number) <= LONGEST_NUMBER]

    @property
    def names(self) -> list[str]:
        """What may be the name, longest first: its words joined, as `comparable` does to a name."""
        return ["".join(self.words[:end]) for end in range(len(self.words), 0, -1)]

    def only_courtesies_after(self, name: str) -> bool:
        """Whether nothing of weight follows the name: "RET Deniz lütfen", but not "RET Deniz Giyim"."""
        rest = self.words[next(end for end in range(len(self.words) + 1) if "".join(self.words[:end]) == name) :]
        return COURTESIES.issuperset(rest)


def read_command(text: str) -> Command | None:
    """The wish in a text message, or None where it does not begin with the word for it."""
    words = folded_words(text)
    while words and words[0] in COURTESIES:
        words = words[1:]
    if not words:
        return None
    if words[0] in REFUSE:
        return Command(tuple(words[1:]))
    if joined := _REFUSE_NUMBER.fullmatch(words[0]):
        return Command((joined[1], *words[1:]))
    return None
