"""Where a citizen may complain about a brand: the complaints app plugs its form in (design 1).

The form is opened by POST with what is known already (`FIELDS`), because a message must not stand in an address
(R-G4). Without one no button is shown.
"""

FIELDS = ("brand", "sender", "text")
"""Hidden fields that are handed over: the brand's id, the sender as it was shown, the message's text."""

_views: list[str] = []


def register(view: str) -> None:
    """Name the address (as for `reverse`) of the form; called once by the app that owns complaints."""
    _views[:] = [view]


def view() -> str:
    """The form's address by name, "" where nobody takes complaints."""
    return _views[0] if _views else ""
