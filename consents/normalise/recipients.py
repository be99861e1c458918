"""The recipient column: each address read as its channel wants it (R-C2, R-C3, R-C4)."""

import polars as pl

from consents.enums import Channel
from iys_portal.core.turkish import BLANKS

from .emails import is_canonical_email, read_emails
from .phones import CANONICAL_MOBILE, read_phones


def read_recipients(frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """Addresses as they are stored, with their first problem, row by row.

    `frame` has `recipient` (String, raw) and `channel` (Int16, below 1 where it is unknown: such rows get no
    address and only H114). Returns `address` String and `problem` Int16: 0, 114, 464, 160, 121 or 120.
    """
    raw, text, channel = pl.col("recipient"), pl.col("text"), pl.col("channel")
    frame = frame.select("channel", text=raw if strict else raw.str.strip_chars(BLANKS))
    frame = frame.with_columns(
        plain=pl.when(channel == Channel.EPOSTA)
        .then(is_canonical_email(text))
        .when(channel > 0)
        .then(text.str.contains(CANONICAL_MOBILE))
        .fill_null(value=False)
    )
    plain = frame["plain"]
    if plain.all():
        return frame.select(address="text", problem=pl.repeat(0, pl.len(), dtype=pl.Int16))
    rest = _read_spellings(frame.filter(~plain).drop("plain"), strict=strict)
    if not plain.any():
        return rest
    place = pl.when(~plain).then((~plain).cum_sum() - 1)
    return frame.select(
        address=pl.when("plain").then(text).otherwise(rest["address"].gather(place)),
        problem=pl.when("plain").then(pl.lit(0, dtype=pl.Int16)).otherwise(rest["problem"].gather(place)),
    )


def _read_spellings(frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """The same for texts that are not canonical."""
    text, channel = pl.col("text"), pl.col("channel")
    blank = text.str.strip_chars(BLANKS) == "" if strict else text == ""
    frame = frame.with_columns(missing=blank.fill_null(value=True))
    frame = frame.with_columns(
        phone=pl.when(~pl.col("missing") & (channel > 0) & (channel != Channel.EPOSTA)).then(text),
        email=pl.when(~pl.col("missing") & (channel == Channel.EPOSTA)).then(text),
    )
    parts = []
    if frame["phone"].null_count() < frame.height:
        parts.append(read_phones(frame["phone"], strict=strict))
    if frame["email"].null_count() < frame.height:
        parts.append(read_emails(frame["email"], strict=strict))
    missing = frame.select(
        address=pl.lit(None, dtype=pl.String),
        problem=pl.when("missing").then(pl.lit(114, dtype=pl.Int16)).otherwise(pl.lit(0, dtype=pl.Int16)),
    )
    return pl.select(
        address=pl.coalesce(*(part["address"] for part in (*parts, missing))),
        problem=pl.max_horizontal(*(part["problem"] for part in (*parts, missing))),
    )
