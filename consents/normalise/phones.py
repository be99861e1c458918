"""Phone numbers (R-C3): many spellings in, E.164 out, and never a guess.

Turkish mobiles are judged by a prefix table inside the expression; other Turkish numbers by the patterns
of phonenumbers' metadata, inside the expression too; foreign numbers by phonenumbers, over distinct values.
"""

import re
from functools import lru_cache

import phonenumbers
import polars as pl

from iys_portal.core.turkish import BLANKS, DASHES

from .columns import extend, number, pick

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

_TEXT, _NUMBER, _GOOD = pl.col("text"), pl.col("number"), pl.col("good")

IS_CANONICAL_MOBILE = _TEXT.str.contains(CANONICAL_MOBILE)
"""True where the column `text` is a Turkish mobile exactly as it is stored."""

_CANONICAL = re.compile(CANONICAL_MOBILE)


def is_canonical_mobile(text: str) -> bool:
    """The same of one text."""
    return _CANONICAL.fullmatch(text) is not None


IS_PHONE_LIKE = (
    _TEXT.str.replace_all(_BLANK, "")
    .str.replace(_TEL, "")
    .str.replace_all(_SEPARATOR, "")
    .str.contains(r"^\+?[0-9]{7,}(?:,0+)?$|^\+?[0-9]+(?:,[0-9]+)?[eE]\+?[0-9]{1,2}$")
)
"""True where the column `text` spells a phone number, good or not (R-C2)."""

_COMPACT = _TEXT.str.replace_all(_BLANK, "").str.replace(_TEL, "")
_SPELLED_OUT = (
    _NUMBER.str.replace(_DECIMAL, "$1")
    .str.replace_all(_SEPARATOR, "")
    .str.replace("^00", "+")
    .str.replace("^90([0-9]{10,})$", "+90$1")
    .str.replace("^0?([0-9]+)$", "+90$1")
    .str.replace("^[+]900([0-9]+)$", "+90$1")
)
_JUDGED = (
    _NUMBER.str.contains(_DIGITS).alias("formed"),
    (_NUMBER.str.len_bytes() > LONGEST).alias("long"),
    _NUMBER.str.starts_with("+90").alias("turkish"),
    _NUMBER.str.contains(CANONICAL_MOBILE).alias("good"),
)
_RESULT = (
    pl.when(_GOOD).then(_NUMBER).alias("address"),
    pl.when(_TEXT.is_null() | _GOOD)
    .then(number(0))
    .when("email_like")
    .then(number(464))
    .when(pl.col("formed") & pl.col("long"))
    .then(number(160))
    .otherwise(number(121))
    .alias("problem"),
)


def read_phones(cells: pl.Series, *, strict: bool) -> pl.DataFrame:
    """E.164 numbers with their first problem (H464, H160, H121), row by row.

    `cells` is text without surrounding blanks; null rows stay null without a problem. Returns the columns
    `address` String and `problem` Int16 (0 for none). A strict reading takes E.164 and nothing else.
    """
    frame = cells.to_frame("text")
    if strict:
        frame = extend(frame, number=_TEXT, email_like=_TEXT.str.contains(_EMAIL_LIKE))
    else:
        frame = extend(frame, number=_COMPACT, exponent=_COMPACT.str.contains("[0-9][eE]"))
        if frame["exponent"].any():
            frame = _without_exponent(frame)
        frame = extend(frame, number=_SPELLED_OUT, email_like=_TEXT.str.contains(_EMAIL_LIKE))
    frame = extend(frame, *_JUDGED)
    if not frame["good"].all():
        frame = _judge_others(frame, strict=strict)
    return pick(frame, *_RESULT)


def _without_exponent(frame: pl.DataFrame) -> pl.DataFrame:
    """Spell out scientific notation in `number` where the mantissa holds every digit of the number.

    A shorter mantissa means that a spreadsheet has cut the number: it stays as it is and will not pass.
    """
    frame = extend(
        frame,
        whole=_NUMBER.str.extract(_SCIENTIFIC, 1),
        fraction=_NUMBER.str.extract(_SCIENTIFIC, 2),
        power=_NUMBER.str.extract(_SCIENTIFIC, 3).cast(pl.UInt32),
    )
    fraction, power = pl.col("fraction"), pl.col("power")
    kept, rest = fraction.str.slice(0, power), fraction.str.slice(power)
    complete = (kept.str.len_bytes() == power) & (rest.str.strip_chars("0") == "")
    return extend(frame, number=pl.when(complete).then(pl.col("whole") + kept).otherwise(_NUMBER))


def _judge_others(frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """Complete `good`, and bring foreign numbers to E.164, for all that are not Turkish mobiles."""
    open_question = ~_GOOD & pl.col("formed") & ~pl.col("long")
    frame = extend(
        frame,
        good=_GOOD | (open_question & pl.col("turkish") & _NUMBER.str.contains(_turkish_numbers())),
        foreign=pl.when(open_question & ~pl.col("turkish")).then(_NUMBER),
    )
    distinct = frame["foreign"].drop_nulls().unique()
    if distinct.is_empty():
        return frame
    spelled = {text: _foreign_number(text) for text in distinct.to_list()}
    numbers = {text: e164 for text, e164 in spelled.items() if e164 and (e164 == text or not strict)}
    if not numbers:
        return frame
    found = pl.col("foreign").replace_strict(numbers, default=None, return_dtype=pl.String)
    return extend(frame, good=_GOOD | found.is_not_null(), number=pl.coalesce(found, _NUMBER))


def _foreign_number(text: str) -> str | None:
    """E.164 of a number with its country's code, or None where no such number is in use."""
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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
