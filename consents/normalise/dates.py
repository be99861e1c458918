"""Consent dates (R-C5): local spellings in Europe/Istanbul, moments in UTC out.

A text in no known form is H158, a known form that names no day or hour of the calendar is H157.
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from iys_portal.core.turkish import BLANKS

from .columns import extend, number, pick

ZONE = "Europe/Istanbul"

_CANONICAL = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
_STRICT_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
_DAY = r"(?:([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4}))"
_TIME = r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,][0-9]+)?)?"
_ZONE = r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
_FORM = rf"^{_DAY}(?:(?:T|\s+){_TIME}\s*{_ZONE}?)?$"
_PARTS = ("year", "month", "day", "day2", "month2", "year2", "hour", "minute", "second", "zone")

_SERIAL = r"^[0-9]{5}(?:[.,][0-9]+)?$"
_SERIAL_EPOCH = datetime(1899, 12, 30)
_SERIAL_RANGE = (30_000, 80_000)  # 1982 to 2119; other numbers are not dates

_UTC = pl.Datetime("us", "UTC")
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)  # what Python holds in any zone of ours
_LATEST = datetime(9999, 12, 31, 20, 59, 59, tzinfo=UTC)


def _to_utc(local: pl.Expr) -> pl.Expr:
    """Istanbul's wall clock to UTC; null where the clocks skipped that hour."""
    aware = local.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC")


_TEXT, _REFUSED, _LOCAL = pl.col("text"), pl.col("refused"), pl.col("local")
_WHOLE_DAY, _KNOWN, _SERIAL_DAYS = pl.col("whole_day"), pl.col("known"), pl.col("serial")
_YEAR, _MONTH, _DAY_OF_MONTH = pl.col("year"), pl.col("month"), pl.col("day")
_HOUR, _MINUTE, _SECOND = pl.col("hour"), pl.col("minute"), pl.col("second")

_CANONICAL_LOCAL = pl.when(pl.col("consent_date").str.contains(_CANONICAL)).then(
    pl.col("consent_date").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False, cache=False)
)
CANONICAL_MOMENT = _to_utc(_CANONICAL_LOCAL)
"""The moment of the column `consent_date` where it is in the registry's own form; null elsewhere.

Null too where the clocks skipped that hour.
"""

_MISSING = _TEXT.is_null() | (_TEXT.str.strip_chars(BLANKS) == "")
_STRICT_RESULT = (
    CANONICAL_MOMENT.fill_null(_to_utc(_CANONICAL_LOCAL + timedelta(hours=1))).alias("moment"),
    pl.when(_CANONICAL_LOCAL.is_not_null())
    .then(number(0))
    .when(_MISSING)
    .then(number(112))
    .when(_TEXT.str.contains(_STRICT_FORM))
    .then(number(157))
    .otherwise(number(158))
    .alias("problem"),
)


def _part(*names: str) -> pl.Expr:
    fields = [pl.col("part").struct.field(name) for name in names]
    return pl.coalesce(fields).cast(pl.Int32)


_SPLIT = (
    pl.col("part").struct.field("zone"),
    _part("year", "year2").alias("year"),
    _part("month", "month2").alias("month"),
    _part("day", "day2").alias("day"),
    _part("hour").fill_null(pl.when(_REFUSED).then(23).otherwise(0)).alias("hour"),
    _part("minute").fill_null(pl.when(_REFUSED).then(59).otherwise(0)).alias("minute"),
    _part("second").fill_null(pl.when(_REFUSED & _part("hour").is_null()).then(59).otherwise(0)).alias("second"),
    _part("year", "year2").is_not_null().alias("known"),
    (_part("year", "year2").is_not_null() & _part("hour").is_null()).alias("whole_day"),
)
_LEAP = (_YEAR % 4 == 0) & ((_YEAR % 100 != 0) | (_YEAR % 400 == 0))
_DAYS = pl.when(_MONTH == 2).then(28 + _LEAP.cast(pl.Int32)).otherwise(30 + (_MONTH + _MONTH // 8) % 2)
_REAL = (
    (_YEAR >= 1)
    & _MONTH.is_between(1, 12)
    & _DAY_OF_MONTH.is_between(1, _DAYS)
    & (_HOUR < 24)
    & (_MINUTE < 60)
    & (_SECOND < 60)
)
_COMPOSED = pl.datetime(pl.when(_REAL).then(_YEAR), _MONTH, _DAY_OF_MONTH, _HOUR, _MINUTE, _SECOND, time_unit="us")
_MOMENT = _to_utc(_LOCAL).fill_null(_to_utc(_LOCAL + timedelta(hours=1)))
_WITHIN_RANGE = pl.when(pl.col("moment").is_between(_EARLIEST, _LATEST)).then("moment")
_PROBLEM = (
    pl.when("missing")
    .then(number(112))
    .when(~_KNOWN)
    .then(number(158))
    .when(_WITHIN_RANGE.is_null())
    .then(number(157))
    .otherwise(number(0))
)


def read_dates(frame: pl.DataFrame, *, moment: datetime, strict: bool) -> pl.DataFrame:
    """Moments with their first problem, row by row.

    `frame` has `consent_date` (String, null or blank where it is missing) and `refused` (Boolean). Returns
    the columns `moment` Datetime('us', 'UTC'), null where it is missing or wrong, and `problem` Int16: 0, 112
    (missing, R-C1), 157 or 158. A date without a time is the start of its day; where `refused`, its last
    second or the batch's `moment`, whichever is earlier. An hour that the clocks showed twice is the earlier
    one, one that they skipped is told by the old offset. A strict reading takes `YYYY-MM-DD HH:mm:ss` only.
    """
    if strict:
        return pick(extend(frame, pl.col("consent_date").alias("text")), *_STRICT_RESULT)
    parts = _read(frame)
    now = pl.lit(int(moment.timestamp()) * 1_000_000, dtype=pl.Int64).cast(_UTC)
    limited = pl.when("ends_day").then(pl.min_horizontal(_WITHIN_RANGE, now)).otherwise(_WITHIN_RANGE)
    return pick(parts, moment=limited, problem=_PROBLEM)


def read_ends(texts: pl.Series, *, strict: bool) -> pl.DataFrame:
    """Moments of which a date without a time means the whole day: `first` and `last` are its ends, or the same.

    Returns Datetime('us', 'UTC') columns, null where it is missing or wrong, and `problem` as `read_dates` does.
    """
    frame = extend(texts.alias("consent_date").to_frame(), refused=pl.lit(value=True))
    if strict:
        return pick(
            read_dates(frame, moment=_LATEST, strict=True), "problem", first=pl.col("moment"), last=pl.col("moment")
        )
    last = extend(_read(frame), moment=_WITHIN_RANGE)
    first = pl.when("ends_day").then(pl.col("moment") - timedelta(seconds=86_399)).otherwise("moment")
    return pick(last, first=first, last=pl.col("moment"), problem=_PROBLEM)


def _read(frame: pl.DataFrame) -> pl.DataFrame:
    """The spellings other than the strict one, in parts: `moment`, and `ends_day` where it is the last of a day."""
    text = pl.col("consent_date").str.strip_chars(BLANKS)
    parts = pick(frame, "refused", text=text, part=text.str.extract_groups(_FORM).struct.rename_fields(_PARTS))
    parts = pick(parts, "text", "refused", *_SPLIT)
    parts = extend(parts, local=_COMPOSED, ends_day=_WHOLE_DAY & _REFUSED)
    if not parts["known"].all():
        parts = _add_serials(parts)
    parts = extend(parts, moment=_MOMENT, missing=_MISSING)
    if parts["zone"].null_count() < parts.height:
        parts = _apply_zones(parts)
    return parts


def _add_serials(parts: pl.DataFrame) -> pl.DataFrame:
    """Read a spreadsheet's day numbers: `45993.5` is noon of the day 45,993 days after 1899-12-30."""
    days = pl.when(_TEXT.str.contains(_SERIAL)).then(_TEXT).str.replace(",", ".", literal=True)
    parts = extend(parts, days.cast(pl.Float64).alias("serial"))
    if parts["serial"].null_count() == parts.height:
        return parts
    within = _SERIAL_DAYS.is_between(*_SERIAL_RANGE).fill_null(value=False)
    whole = within & (_SERIAL_DAYS.floor() == _SERIAL_DAYS)
    seconds = (_SERIAL_DAYS * 86_400).round().cast(pl.Int64) + pl.when(whole & _REFUSED).then(86_399).otherwise(0)
    return extend(
        parts,
        known=_KNOWN | within,
        ends_day=pl.col("ends_day") | (whole & _REFUSED),
        local=_LOCAL.fill_null(pl.when(within).then(pl.lit(_SERIAL_EPOCH) + pl.duration(seconds=seconds))),
    )


def _apply_zones(parts: pl.DataFrame) -> pl.DataFrame:
    """Count moments from the offset that a text names, instead of Istanbul's."""
    zone = pl.col("zone").str.replace(":", "", literal=True)
    hours = zone.str.slice(1, 2).cast(pl.Int32, strict=False).fill_null(0)
    minutes = zone.str.slice(3, 2).cast(pl.Int32, strict=False).fill_null(0)
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    offset = pl.duration(minutes=sign * (hours * 60 + minutes))
    named = (_LOCAL - offset).dt.replace_time_zone("UTC")
    moment = pl.when(zone.is_null()).then("moment").when((hours < 24) & (minutes < 60)).then(named)
    return extend(parts, moment.alias("moment"))
