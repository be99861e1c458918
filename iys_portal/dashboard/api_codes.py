"""Every code of the API's refusals with its meaning and what to do: the interface's words and the engine's together."""

from collections.abc import Mapping
from dataclasses import dataclass

from consents.problems import BY_CODE
from iys_portal.core.turkish import fold, folded_words
from providers.api.advice import ADVICE, CODES, STATUSES, dotted, meaning_of


@dataclass(frozen=True)
class Code:
    """One code in the active language; `anchor` is its place in the table."""

    code: str
    meaning: str
    advice: str

    @property
    def anchor(self) -> str:
        return self.code.replace(" ", "-")


def catalogue(search: str = "") -> list[Code]:
    """The codes in their order, those of statuses last; `search` keeps those that have all its words."""
    own = sorted(code for code in BY_CODE if code not in CODES)
    found = [
        *(Code(code, meaning_of(code), str(ADVICE.get(code) or BY_CODE[code].advice)) for code in CODES),
        *(Code(code, dotted(BY_CODE[code].reason), str(BY_CODE[code].advice)) for code in own),
        *(_of_status(status) for status in STATUSES),
    ]
    words = folded_words(search)
    return [one for one in found if all(word in fold(f"{one.code} {one.meaning} {one.advice}") for word in words)]


def explained(known: Mapping[str, Code], code: str, status: int) -> Code | None:
    """What is told about one code of a call: the code's own line, else that of the call's status."""
    return known.get(code) or known.get(f"HTTP {status}")


def by_code() -> dict[str, Code]:
    return {one.code: one for one in catalogue()}


def _of_status(status: int) -> Code:
    meaning, advice = STATUSES[status]
    return Code(f"HTTP {status}", str(meaning), str(advice))
