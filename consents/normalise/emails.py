"""E-mail addresses (R-C4): the registry's own form, wider than what mail libraries allow."""

import polars as pl

from .phones import PHONE_LIKE

SHORTEST, LONGEST = 6, 265

_ATOM = r"[{letters}0-9!#$%&'*+/=?^_`{{|}}~-]+"
_LABEL = r"[{letters}0-9](?:[{letters}0-9-]*[{letters}0-9])?"
_FORM = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[{{letters}}](?:[{{letters}}0-9-]*[{{letters}}0-9])$"
CANONICAL_EMAIL = _FORM.format(letters="a-z")
ANY_CASE_EMAIL = _FORM.format(letters="A-Za-z")

_MAILTO = r"^(?i:mailto):"


def is_canonical_email(text: pl.Expr) -> pl.Expr:
    """True where the text is an address exactly as it is stored."""
    return text.str.contains(CANONICAL_EMAIL) & text.str.len_bytes().is_between(SHORTEST, LONGEST)


def read_emails(cells: pl.Series, *, strict: bool) -> pl.DataFrame:
    """Addresses in lower case with their first problem (H464, H120), row by row.

    `cells` is text without surrounding blanks; null rows stay null without a problem. Returns the columns
    `address` String and `problem` Int16 (0 for none). A strict reading keeps `mailto:` a mistake; case is
    folded in either, because that is how an address is stored.
    """
    text = pl.col("text")
    body = pl.col("body")
    return (
        cells.to_frame("text")
        .with_columns(body=text if strict else text.str.replace(_MAILTO, ""))
        .with_columns(
            good=body.str.contains(ANY_CASE_EMAIL) & body.str.len_bytes().is_between(SHORTEST, LONGEST)
        )
        .select(
            address=pl.when("good").then(body.str.to_lowercase()),
            problem=pl.when(text.is_null() | pl.col("good"))
            .then(pl.lit(0, dtype=pl.Int16))
            .when(PHONE_LIKE)
            .then(pl.lit(464, dtype=pl.Int16))
            .otherwise(pl.lit(120, dtype=pl.Int16)),
        )
    )
