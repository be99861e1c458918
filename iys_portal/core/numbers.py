"""Numbers that come in addresses and fields of pages."""


def whole_number(text: str, *, digits: int = 18) -> int | None:
    """What stands there as a number that a column of keys holds; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
