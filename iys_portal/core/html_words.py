"""Reading HTML that strangers wrote: what Python's parser takes for a fault of ours is only theirs."""

import re
from html.parser import HTMLParser

_ENDLESS_NUMBER = re.compile(r"(&#[0-9]{8})[0-9]+")
"""A reference to a character by a number that no character has; Python refuses to read one of thousands of digits."""


class StrangersHtml(HTMLParser):
    """A parser that no input stops; references to characters come as the characters themselves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def feed(self, data: str) -> None:
        super().feed(_ENDLESS_NUMBER.sub(r"\1", data))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """`<![if …]>`, `<![CDATA[…` and whatever else begins like them: a comment, as browsers take it."""
        return self.parse_bogus_comment(i, bool(report))
