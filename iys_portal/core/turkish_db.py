"""Turkish order and spelling-blind search in the database, which itself runs in C.UTF-8 (design 2).

For small tables: neither can use an ordinary index.
"""

import re

from django.db.models import CharField, Expression, F, Func, Value

from .turkish import ALPHABET, comparable, upper_tr

_SAME = ("iıİI", "sşSŞ", "cçCÇ", "gğGĞ", "oöOÖ", "uüUÜ", "aâAÂ")
_FIRST = 0x4E00  # above every letter of ours, so that signs and digits come before letters


def _order_tables() -> tuple[str, str]:
    letters, ranks = "", ""
    for rank, letter in enumerate(ALPHABET):
        spellings = letter + upper_tr(letter) + {"a": "âÂ", "i": "îÎ", "u": "ûÛ"}.get(letter, "")
        letters += spellings
        ranks += chr(_FIRST + rank) * len(spellings)
    return letters, ranks


class TurkishOrder(Func):
    """Sort key of a text column: Turkish alphabet, case-blind, signs and digits before letters."""

    function = "translate"
    output_field = CharField()

    def __init__(self, expression: str | Expression) -> None:
        column = F(expression) if isinstance(expression, str) else expression
        super().__init__(column, *(Value(table) for table in _order_tables()))


def spelling_blind(text: str) -> str:
    """A pattern for `__iregex` that finds the text however its Turkish letters and their case are written."""
    classes = {letter: f"[{same}]" for same in _SAME for letter in same}
    return "".join(classes.get(char) or re.escape(char) for char in text)


def _comparable_tables() -> tuple[str, str]:
    """Latin letters that `comparable` writes as one plain letter, and those letters."""
    spellings = [chr(code) for code in range(0xC0, 0x250) if re.fullmatch("[a-z]", comparable(chr(code)))]
    return "".join(spellings), "".join(comparable(letter) for letter in spellings)


def comparable_sql() -> str:
    """The function `turkish_comparable(text)`: `turkish.comparable` for Latin letters, immutable, fit for an index."""
    letters, plain = _comparable_tables()
    return f"""
        CREATE FUNCTION turkish_comparable(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
            SELECT regexp_replace(lower(translate(normalize(name, NFC), '{letters}', '{plain}')), '[^a-z0-9]', '', 'g')
        $$
    """
