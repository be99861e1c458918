"""Keys of rows as an address or a form names them."""


def key_of(text: str) -> int | None:
    """The key that a text is; None for whatever else somebody puts there."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
