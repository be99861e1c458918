"""Numbers as addresses and forms bring them: what is none, or larger than any column holds, is as if not given."""


def number_in(text: str, *, digits: int = 18) -> int | None:
    """The whole number that the text is, of at most so many digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def page_in(text: str) -> int:
    """The number of a page; the first one where the text names none."""
    return number_in(text, digits=6) or 1
