"""E-mail addresses (R-C4): the registry's own form, wider than what mail libraries allow."""

import re

import polars as pl

from .columns import extend, number, pick
from .phones import IS_PHONE_LIKE

SHORTEST, LONGEST = 6, 265

_ATOM = r"[{letters}0-9!#$%&'*+/=?^_`{{|}}~-]+"
_LABEL = r"[{letters}0-9](?:[{letters}0-9-]*[{letters}0-9])?"
_FORM = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[{{letters}}](?:[{{letters}}0-9-]*[{{letters}}0-9])$"
CANONICAL_EMAIL = _FORM.format(letters="a-z")
ANY_CASE_EMAIL = _FORM.format(letters="A-Za-z")

_TEXT, _BODY, _GOOD = pl.col("text"), pl.col("body"), pl.col("good")
_MAILTO = r"^(?i:mailto):"

IS_CANONICAL_EMAIL = _TEXT.str.contains(CANONICAL_EMAIL) & _TEXT.str.len_bytes().is_between(SHORTEST, LONGEST)
"""True where the column `text` is an address exactly as it is stored."""

_CANONICAL = re.compile(CANONICAL_EMAIL)


def is_canonical_email(text: str) -> bool:
    """The same of one text."""
    return SHORTEST <= len(text) <= LONGEST and _CANONICAL.fullmatch(text) is not None


_JUDGED = (
    (_BODY.str.contains(ANY_CASE_EMAIL) & _BODY.str.len_bytes().is_between(SHORTEST, LONGEST)).alias("good"),
    _BODY.str.to_lowercase().alias("address"),
)
_RESULT = (
    pl.when(_GOOD).then("address").alias("address"),
    pl.when(_TEXT.is_null() | _GOOD)
    .then(number(0))
    .when(IS_PHONE_LIKE)
    .then(number(464))
    .otherwise(number(120))
    .alias("problem"),
)


def read_emails(cells: pl.Series, *, strict: bool) -> pl.DataFrame:
    """Addresses in lower case with their first problem (H464, H120), row by row.

    `cells` is text without surrounding blanks; null rows stay null without a problem. Returns the columns
    `address` String and `problem` Int16 (0 for none). A strict reading keeps `mailto:` a mistake; case is
    folded in either, because that is how an address is stored.
    """
    text = cells.alias("text")
    body = text if strict else text.str.replace(_MAILTO, "")
    return pick(extend(pl.DataFrame([text, body.alias("body")]), *_JUDGED), *_RESULT)
