"""Rows of text into typed rows, each with its first problem (R-C1 to R-C5, R-C13 for what may be missing)."""

import polars as pl

from consents.enums import Channel, RecipientType, Status
from consents.problems import BY_NUMBER
from iys_portal.core.turkish import BLANKS

from .dates import read_dates
from .reading import (
    ADDRESS_FIELDS,
    ANSWER_FIELDS,
    CHANGES_SCHEMA,
    PROBLEMS_SCHEMA,
    VALUE_LENGTH,
    Reading,
)
from .recipients import read_recipients
from .words import (
    ALL_SOURCES,
    CHANNELS,
    MISSING,
    PROVIDER_SOURCES,
    RECIPIENT_TYPES,
    STATUSES,
    UNKNOWN,
    Vocabulary,
)


def judge(frame: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows, problems and changes of a frame of raw texts, one row a consent.

    `frame` has `line` and text columns named after the fields, a missing one standing for empty cells; and,
    from a wide list, `channel` and `status_code` already read.
    """
    frame = _read_words(frame, reading)
    recipients = read_recipients(
        _with_text(frame, "recipient").select("recipient", "channel"), strict=reading.api
    )
    dates = read_dates(
        _with_text(frame, "consent_date").select(
            text="consent_date", refused=pl.col("status_code") == Status.RET
        ),
        moment=reading.moment,
        strict=reading.api,
    )
    frame = frame.with_columns(
        recipients["address"],
        recipients["problem"].alias("recipient_problem"),
        dates["moment"],
        dates["problem"].alias("date_problem"),
    )
    frame = frame.with_columns(number=_first_problem())
    good = frame["number"] == 0
    rows = frame if good.all() else frame.filter(good)
    wide = reading.shape == "wide"
    return _rows(rows), _problems(frame.filter(~good), wide=wide), _changes(rows, wide=wide)


def _read_words(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    tables: dict[str, tuple[str, Vocabulary]] = {
        "channel": ("type", CHANNELS),
        "status_code": ("status", STATUSES),
        "recipient_type_code": ("recipient_type", RECIPIENT_TYPES),
        "source_code": ("source", ALL_SOURCES if reading.allow_registry_sources else PROVIDER_SOURCES),
    }
    codes = []
    for name, (field, table) in tables.items():
        if name in frame.columns:
            continue
        if field in frame.columns:
            codes.append(table.read(frame[field], strict=reading.api).alias(name))
        else:
            codes.append(pl.lit(table.missing, dtype=pl.Int16).alias(name))
    return frame.with_columns(codes)


def _with_text(frame: pl.DataFrame, field: str) -> pl.DataFrame:
    return frame if field in frame.columns else frame.with_columns(pl.lit(None, dtype=pl.String).alias(field))


def _first_problem() -> pl.Expr:
    """The first problem's number in the order of domain 5, or 0."""
    channel, status = pl.col("channel"), pl.col("status_code")
    recipient_type, source = pl.col("recipient_type_code"), pl.col("source_code")
    recipient, date = pl.col("recipient_problem"), pl.col("date_problem")
    may_omit = recipient_type == RecipientType.TACIR
    checks: tuple[tuple[pl.Expr, int], ...] = (
        (recipient == 114, 114),
        (channel == MISSING, 111),
        (channel == UNKNOWN, 117),
        (status == MISSING, 110),
        (status == UNKNOWN, 115),
        (recipient_type == UNKNOWN, 116),
        ((source == MISSING) & ~may_omit, 113),
        ((date == 112) & ~may_omit, 112),
        (source == UNKNOWN, 119),
    )
    chain = pl.when(checks[0][0]).then(pl.lit(checks[0][1], dtype=pl.Int16))
    for condition, number in checks[1:]:
        chain = chain.when(condition).then(pl.lit(number, dtype=pl.Int16))
    return (
        chain.when(recipient != 0)
        .then(recipient)
        .when(date != 112)
        .then(date)
        .otherwise(pl.lit(0, dtype=pl.Int16))
    )


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        "line",
        pl.col("address").alias("recipient"),
        "channel",
        pl.col("recipient_type_code").alias("recipient_type"),
        pl.col("status_code").alias("status"),
        pl.when(pl.col("source_code") != MISSING).then("source_code").alias("source"),
        pl.col("moment").alias("consent_date"),
        *(
            pl.col(field) if field in frame.columns else pl.lit(None, dtype=pl.String).alias(field)
            for field in ("retailer_code", "evidence")
        ),
    )


def _problems(bad: pl.DataFrame, *, wide: bool) -> pl.DataFrame:
    if bad.is_empty():
        return pl.DataFrame(schema=PROBLEMS_SCHEMA)
    numbers = bad["number"].unique().to_list()
    column = pl.col("number").replace_strict(
        {number: BY_NUMBER[number].column for number in numbers}, return_dtype=pl.String
    )
    bad = bad.with_columns(field=column)
    value = pl.lit(None, dtype=pl.String)
    for field in bad["field"].unique().to_list():
        if field in bad.columns:
            value = pl.when(pl.col("field") == field).then(field).otherwise(value)
    return bad.select(
        "line",
        "number",
        (_wide_name() if wide else pl.col("field")).alias("column"),
        pl.when(value.str.strip_chars(BLANKS) != "").then(value.str.head(VALUE_LENGTH)).alias("value"),
    )


def _changes(rows: pl.DataFrame, *, wide: bool) -> pl.DataFrame:
    changed = rows.filter(pl.col("recipient") != pl.col("address"))
    if changed.is_empty():
        return pl.DataFrame(schema=CHANGES_SCHEMA)
    changed = changed.with_columns(field=pl.lit("recipient"))
    return changed.select(
        "line",
        _wide_name() if wide else "field",
        raw=pl.col("recipient").str.head(VALUE_LENGTH),
        value="address",
    )


def _wide_name() -> pl.Expr:
    """The wide list's own field for `recipient` and `status`, by channel; other fields keep their name."""
    field = pl.col("field")
    name = field
    for channel in Channel:
        here = pl.col("channel") == int(channel)
        name = (
            pl.when(here & (field == "recipient"))
            .then(pl.lit(ADDRESS_FIELDS[channel]))
            .when(here & (field == "status"))
            .then(pl.lit(ANSWER_FIELDS[channel]))
            .otherwise(name)
        )
    return name.alias("field")
