"""Phone numbers (R-C3): many spellings in, E.164 out, and never a guess.

Turkish mobiles are judged by a prefix table inside the expression; other Turkish numbers by the patterns
of phonenumbers' metadata, inside the expression too; foreign numbers by phonenumbers, over distinct values.
"""

from functools import lru_cache

import phonenumbers
import polars as pl

from iys_portal.core.turkish import BLANKS, DASHES

LONGEST = 15  # characters with the plus sign

MOBILE_PREFIXES = "(?:[0345][0-9]|1[06]|24|6[24]|7[245]|9[46])"
"""What follows the 5 of a Turkish mobile: prefixes whose every subscriber number is in use."""
CANONICAL_MOBILE = rf"^\+905{MOBILE_PREFIXES}[0-9]{{7}}$"

_BLANK = f"[{BLANKS}]+"
_SEPARATOR = rf"[().'/\[\]{DASHES[1:]}\-]+"
_TEL = r"^(?i:tel):"
_DECIMAL = r"^(\+?[0-9]{10,})[.,]0+$"
_SCIENTIFIC = r"^\+?([0-9]+)[.,]([0-9]+)[eE]\+?([0-9]{1,2})$"
_DIGITS = r"^\+[0-9]+$"
_EMAIL_LIKE = r"^[^@]+@[^@]+$"

_TEXT = pl.col("text")
PHONE_LIKE = (
    _TEXT.str.replace_all(_BLANK, "")
    .str.replace(_TEL, "")
    .str.replace_all(_SEPARATOR, "")
    .str.contains(r"^\+?[0-9]{7,}(?:,0+)?$|^\+?[0-9]+(?:,[0-9]+)?[eE]\+?[0-9]{1,2}$")
)
"""True where the column `text` spells a phone number, good or not (R-C2)."""


def read_phones(cells: pl.Series, *, strict: bool) -> pl.DataFrame:
    """E.164 numbers with their first problem (H464, H160, H121), row by row.

    `cells` is text without surrounding blanks; null rows stay null without a problem. Returns the columns
    `address` String and `problem` Int16 (0 for none). A strict reading takes E.164 and nothing else.
    """
    frame = cells.to_frame("text")
    frame = frame.with_columns(number=_TEXT) if strict else _spell_out(frame)
    number = pl.col("number")
    frame = frame.with_columns(
        formed=number.str.contains(_DIGITS),
        long=number.str.len_bytes() > LONGEST,
        turkish=number.str.starts_with("+90"),
        good=number.str.contains(CANONICAL_MOBILE),
    )
    if not frame["good"].all():
        frame = _judge_others(frame, strict=strict)
    return frame.select(
        address=pl.when("good").then(number),
        problem=pl.when(_TEXT.is_null() | pl.col("good"))
        .then(pl.lit(0, dtype=pl.Int16))
        .when(_TEXT.str.contains(_EMAIL_LIKE))
        .then(pl.lit(464, dtype=pl.Int16))
        .when(pl.col("formed") & pl.col("long"))
        .then(pl.lit(160, dtype=pl.Int16))
        .otherwise(pl.lit(121, dtype=pl.Int16)),
    )


def _spell_out(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `number`: the spelling of `text` brought to a plus sign and digits, as far as it goes."""
    frame = frame.with_columns(number=_TEXT.str.replace_all(_BLANK, "").str.replace(_TEL, ""))
    if frame["number"].str.contains("[0-9][eE]").any():
        frame = frame.with_columns(number=_without_exponent(frame["number"]))
    return frame.with_columns(
        number=pl.col("number")
        .str.replace(_DECIMAL, "$1")
        .str.replace_all(_SEPARATOR, "")
        .str.replace("^00", "+")
        .str.replace("^90([0-9]{10,})$", "+90$1")
        .str.replace("^0?([0-9]+)$", "+90$1")
        .str.replace("^[+]900([0-9]+)$", "+90$1")
    )


def _without_exponent(numbers: pl.Series) -> pl.Series:
    """Scientific notation spelled out where the mantissa holds every digit of the number.

    A shorter mantissa means that a spreadsheet has cut the number: it stays as it is and will not pass.
    """
    parts = numbers.to_frame("number").with_columns(
        whole=pl.col("number").str.extract(_SCIENTIFIC, 1),
        fraction=pl.col("number").str.extract(_SCIENTIFIC, 2),
        exponent=pl.col("number").str.extract(_SCIENTIFIC, 3).cast(pl.UInt32),
    )
    kept = pl.col("fraction").str.slice(0, pl.col("exponent"))
    rest = pl.col("fraction").str.slice(pl.col("exponent"))
    complete = (kept.str.len_bytes() == pl.col("exponent")) & (rest.str.strip_chars("0") == "")
    return parts.select(
        pl.when(complete).then(pl.col("whole") + kept).otherwise("number").alias("number"),
    ).to_series()


def _judge_others(frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """Complete `good`, and bring foreign numbers to E.164, for all that are not Turkish mobiles."""
    number = pl.col("number")
    open_question = ~pl.col("good") & pl.col("formed") & ~pl.col("long")
    frame = frame.with_columns(
        good=pl.col("good") | (open_question & pl.col("turkish") & number.str.contains(_turkish_numbers())),
        foreign=pl.when(open_question & ~pl.col("turkish")).then(number),
    )
    distinct = frame["foreign"].drop_nulls().unique()
    if distinct.is_empty():
        return frame
    spelled = {text: _foreign_number(text) for text in distinct.to_list()}
    numbers = {text: e164 for text, e164 in spelled.items() if e164 and (e164 == text or not strict)}
    if not numbers:
        return frame
    return frame.with_columns(
        e164=pl.col("foreign").replace_strict(numbers, default=None, return_dtype=pl.String)
    ).with_columns(
        good=pl.col("good") | pl.col("e164").is_not_null(),
        number=pl.coalesce("e164", "number"),
    )


def _foreign_number(text: str) -> str | None:
    """E.164 of a number with its country's code, or None where no such number is in use."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=1)
def _turkish_numbers() -> str:
    """One pattern of every Turkish number in use: mobile, landline, service numbers."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("TR")
    if metadata is None:
        raise LookupError("phonenumbers has no metadata for Türkiye")
    kinds = (
        metadata.fixed_line,
        metadata.mobile,
        metadata.toll_free,
        metadata.premium_rate,
        metadata.shared_cost,
        metadata.personal_number,
        metadata.voip,
        metadata.pager,
        metadata.uan,
        metadata.voicemail,
    )
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return rf"^\+90(?:{'|'.join(patterns)})$".replace(r"\d", "[0-9]")
