"""The recipient column: each address read as its channel wants it (R-C2, R-C3, R-C4)."""

import polars as pl

from consents.enums import Channel
from iys_portal.core.turkish import BLANKS

from .columns import NULL_TEXT, extend, number, pick
from .emails import IS_CANONICAL_EMAIL, is_canonical_email, read_emails
from .phones import IS_CANONICAL_MOBILE, is_canonical_mobile, read_phones

_TEXT, _CHANNEL = pl.col("text"), pl.col("channel")

IS_CANONICAL_ADDRESS = (
    pl.when(_CHANNEL == Channel.EPOSTA).then(IS_CANONICAL_EMAIL).when(_CHANNEL > 0).then(IS_CANONICAL_MOBILE)
)
"""True where the column `text` is what the column `channel` wants, exactly as it is stored."""


def is_canonical_address(text: str, channel: Channel) -> bool:
    """The same of one text: most that programs ask about is written as it is stored, and needs no frame."""
    return is_canonical_email(text) if channel is Channel.EPOSTA else is_canonical_mobile(text)


_MISSING = (_TEXT.str.strip_chars(BLANKS) == "").fill_null(value=True)
_PHONE = pl.when(~_MISSING & (_CHANNEL > 0) & (_CHANNEL != Channel.EPOSTA)).then(_TEXT)
_EMAIL = pl.when(~_MISSING & (_CHANNEL == Channel.EPOSTA)).then(_TEXT)
_NO_ADDRESS = (
    NULL_TEXT.alias("address"),
    pl.when("missing").then(number(114)).otherwise(number(0)).alias("problem"),
)


def read_addresses(frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """Addresses as they are stored, with their first problem, row by row.

    `frame` has `text` (String, without surrounding blanks unless strict) and `channel` (Int16, below 1 where
    it is unknown: such rows get no address and at most H114). Returns `address` String and `problem`
    Int16: 0, 114, 464, 160, 121 or 120.
    """
    frame = pick(frame, phone=_PHONE, email=_EMAIL, missing=_MISSING)
    phones = frame.height - frame["phone"].null_count()
    emails = frame.height - frame["email"].null_count()
    if phones == frame.height:
        return read_phones(frame["phone"], strict=strict)
    if emails == frame.height:
        return read_emails(frame["email"], strict=strict)
    merged = pick(frame, *_NO_ADDRESS)
    if phones:
        merged = _fill(merged, read_phones(frame["phone"], strict=strict))
    if emails:
        merged = _fill(merged, read_emails(frame["email"], strict=strict))
    return merged


def _fill(merged: pl.DataFrame, part: pl.DataFrame) -> pl.DataFrame:
    return extend(
        merged,
        address=pl.col("address").fill_null(part["address"]),
        problem=pl.max_horizontal(pl.col("problem"), part["problem"]),
    )
