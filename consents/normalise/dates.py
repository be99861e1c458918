"""Consent dates (R-C5): local spellings in Europe/Istanbul, moments in UTC out.

A text in no known form is H158, a known form that names no day or hour of the calendar is H157.
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from iys_portal.core.turkish import BLANKS

ZONE = "Europe/Istanbul"

CANONICAL_FORM = "%Y-%m-%d %H:%M:%S"
CANONICAL_DATE = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
_STRICT_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
_FORM = (
    r"^(?:([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4}))"
    r"(?:(?:T|[\s\u00a0]+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,][0-9]+)?)?\s*([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$"
)
_PARTS = ("year", "month", "day", "day2", "month2", "year2", "hour", "minute", "second", "zone")
_SERIAL = r"^[0-9]{5}(?:[.,][0-9]+)?$"
_SERIAL_EPOCH = datetime(1899, 12, 30)
_SERIAL_RANGE = (30_000, 80_000)  # 1982 to 2119; other numbers are not dates
_EARLIEST, _LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
_TEXT = pl.col("text")


def read_dates(frame: pl.DataFrame, *, moment: datetime, strict: bool) -> pl.DataFrame:
    """Moments with their first problem, row by row.

    `frame` has `text` (String, null or blank where the date is missing) and `refused` (Boolean). Returns
    the columns `moment` Datetime('us', 'UTC'), null where it is missing or wrong, and `problem` Int16: 0, 112
    (missing, R-C1), 157 or 158. A date without a time is the start of its day; where `refused`, its last
    second or the batch's `moment`, whichever is earlier. A strict reading takes `YYYY-MM-DD HH:mm:ss` only.
    """
    frame = frame.select(
        "text",
        "refused",
        local=pl.when(_TEXT.str.contains(CANONICAL_DATE)).then(
            _TEXT.str.to_datetime(CANONICAL_FORM, time_unit="us", strict=False, cache=False)
        ),
    )
    missed = frame["local"].is_null()
    if not missed.any():
        return frame.select(
            moment=_to_utc(frame["local"]), problem=pl.repeat(0, frame.height, dtype=pl.Int16)
        )
    rest = frame.filter(missed).select("refused", text=_TEXT.str.strip_chars(BLANKS) if not strict else _TEXT)
    rest = _read_strictly(rest) if strict else _read_freely(rest, moment)
    if missed.all():
        return rest
    place = pl.when(missed).then(missed.cum_sum() - 1)
    return frame.select(
        moment=pl.when(missed).then(rest["moment"].gather(place)).otherwise(_to_utc(frame["local"])),
        problem=pl.when(missed).then(rest["problem"].gather(place)).otherwise(pl.lit(0, dtype=pl.Int16)),
    )


def _to_utc(local: pl.Series) -> pl.Series:
    """Istanbul's wall clock to UTC.

    An hour that the clocks showed twice is the earlier one, one that they skipped is told by the old offset.
    """
    aware = local.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    if aware.null_count() > local.null_count():
        shifted = (local + timedelta(hours=1)).dt.replace_time_zone(
            ZONE, ambiguous="earliest", non_existent="null"
        )
        aware = aware.fill_null(shifted)
    return aware.dt.convert_time_zone("UTC")


def _read_strictly(rest: pl.DataFrame) -> pl.DataFrame:
    """Problems of texts that are not canonical, where nothing else is taken."""
    return rest.select(
        moment=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        problem=pl.when(_TEXT.is_null() | (_TEXT.str.strip_chars(BLANKS) == ""))
        .then(pl.lit(112, dtype=pl.Int16))
        .when(_TEXT.str.contains(_STRICT_FORM))
        .then(pl.lit(157, dtype=pl.Int16))
        .otherwise(pl.lit(158, dtype=pl.Int16)),
    )


def _read_freely(rest: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Moments and problems of texts in any known form."""
    parts = rest.with_columns(part=_TEXT.str.extract_groups(_FORM).struct.rename_fields(_PARTS)).unnest(
        "part"
    )
    parts = parts.select(
        "text",
        "refused",
        "zone",
        year=pl.coalesce("year", "year2").cast(pl.Int32),
        month=pl.coalesce("month", "month2").cast(pl.Int32),
        day=pl.coalesce("day", "day2").cast(pl.Int32),
        hour=pl.col("hour").cast(pl.Int32),
        minute=pl.col("minute").cast(pl.Int32),
        second=pl.col("second").cast(pl.Int32),
    )
    parts = parts.with_columns(
        known=pl.col("year").is_not_null(),
        whole_day=pl.col("year").is_not_null() & pl.col("hour").is_null(),
    )
    parts = _compose(parts)
    if not parts["known"].all():
        parts = _add_serials(parts)
    parts = parts.with_columns(moment=_to_utc(parts["local"]))
    if parts["zone"].is_not_null().any():
        parts = _apply_zones(parts)
    now = pl.lit(moment.astimezone(UTC).replace(microsecond=0)).cast(pl.Datetime("us", "UTC"))
    parts = parts.with_columns(
        moment=pl.when(pl.col("whole_day") & pl.col("refused"))
        .then(pl.min_horizontal("moment", now))
        .when(pl.col("moment").is_between(_EARLIEST, _LATEST))
        .then("moment")
    )
    return parts.select(
        "moment",
        problem=pl.when(_TEXT.is_null() | (_TEXT == ""))
        .then(pl.lit(112, dtype=pl.Int16))
        .when(~pl.col("known"))
        .then(pl.lit(158, dtype=pl.Int16))
        .when(pl.col("moment").is_null())
        .then(pl.lit(157, dtype=pl.Int16))
        .otherwise(pl.lit(0, dtype=pl.Int16)),
    )


def _compose(parts: pl.DataFrame) -> pl.DataFrame:
    """Add `local`, the wall clock that the parts spell; null where there is no such day or hour."""
    year, month, day = pl.col("year"), pl.col("month"), pl.col("day")
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = pl.when(month == 2).then(28 + leap.cast(pl.Int32)).otherwise(30 + (month + month // 8) % 2)
    end_of_day = pl.col("whole_day") & pl.col("refused")
    parts = parts.with_columns(
        hour=pl.when(end_of_day).then(23).otherwise(pl.col("hour").fill_null(0)),
        minute=pl.when(end_of_day).then(59).otherwise(pl.col("minute").fill_null(0)),
        second=pl.when(end_of_day).then(59).otherwise(pl.col("second").fill_null(0)),
        real=(year >= 1)
        & month.is_between(1, 12)
        & day.is_between(1, days)
        & (pl.col("hour").fill_null(0) < 24)
        & (pl.col("minute").fill_null(0) < 60)
        & (pl.col("second").fill_null(0) < 60),
    )
    fields = {
        name: pl.when("real").then(name) for name in ("year", "month", "day", "hour", "minute", "second")
    }
    return parts.with_columns(local=pl.datetime(**fields, time_unit="us"))


def _add_serials(parts: pl.DataFrame) -> pl.DataFrame:
    """Read a spreadsheet's day numbers: `45993.5` is noon of the day 45,993 days after 1899-12-30."""
    number = (
        pl.when(_TEXT.str.contains(_SERIAL)).then(_TEXT.str.replace(",", ".", literal=True)).cast(pl.Float64)
    )
    parts = parts.with_columns(serial=number)
    if parts["serial"].null_count() == parts.height:
        return parts
    serial = pl.col("serial")
    parts = parts.with_columns(serial=pl.when(serial.is_between(*_SERIAL_RANGE)).then(serial))
    whole = serial == serial.floor()
    seconds = (serial * 86_400).round().cast(pl.Int64) + pl.when(whole & pl.col("refused")).then(
        86_399
    ).otherwise(0)
    return parts.with_columns(
        known=pl.col("known") | serial.is_not_null(),
        whole_day=pl.col("whole_day") | whole.fill_null(value=False),
        local=pl.col("local").fill_null(pl.lit(_SERIAL_EPOCH) + pl.duration(seconds=seconds)),
    )


def _apply_zones(parts: pl.DataFrame) -> pl.DataFrame:
    """Count moments from the offset that a text names, instead of Istanbul's."""
    zone = pl.col("zone").str.replace(":", "", literal=True)
    hours = zone.str.slice(1, 2).cast(pl.Int32, strict=False).fill_null(0)
    minutes = zone.str.slice(3, 2).cast(pl.Int32, strict=False).fill_null(0)
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    moment = (pl.col("local") - pl.duration(minutes=sign * (hours * 60 + minutes))).dt.replace_time_zone(
        "UTC"
    )
    return parts.with_columns(
        moment=pl.when(pl.col("zone").is_null())
        .then("moment")
        .when((hours < 24) & (minutes < 60))
        .then(moment)
    )
