"""Rows of text into typed rows, each with its first problem (R-C1 to R-C5, R-C13 for what may be missing).

Rows that are written exactly as they are stored are told by a few expressions and are done; the others are
read with care, and both come together again in their order.
"""

import polars as pl

from consents.enums import Channel, RecipientType, Status
from consents.problems import BY_NUMBER, SOMEBODYS
from iys_portal.core.sandbox import MAIL_ENDING, PHONE_BEGIN
from iys_portal.core.turkish import BLANKS

from .addresses import IS_CANONICAL_ADDRESS, read_addresses
from .columns import FEW, NULL_TEXT, extend, number, pick
from .dates import CANONICAL_MOMENT, read_dates
from .own_notices import own_problem, read_own_notices
from .reading import (
    ADDRESS_FIELDS,
    ANSWER_FIELDS,
    CHANGES_SCHEMA,
    OWN_NOTICE_FIELDS,
    PROBLEMS_SCHEMA,
    ROWS_SCHEMA,
    VALUE_LENGTH,
    Reading,
)
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

_CHANNEL, _STATUS = pl.col("channel"), pl.col("status_code")
_RECIPIENT_TYPE, _SOURCE = pl.col("recipient_type_code"), pl.col("source_code")

_CANONICAL = (IS_CANONICAL_ADDRESS.alias("canonical"), CANONICAL_MOMENT.alias("moment"))
_CLEAN = (
    pl.col("canonical") & pl.col("moment").is_not_null() & (_STATUS > 0) & (_RECIPIENT_TYPE > 0) & (_SOURCE > 0)
).fill_null(value=False)


def _first_problem() -> pl.Expr:
    """The first problem's number in the order of domain 5, or 0."""
    address, date = pl.col("address_problem"), pl.col("date_problem")
    may_omit = _RECIPIENT_TYPE == RecipientType.TACIR
    return (
        pl.when(address == 114)
        .then(number(114))
        .when(_CHANNEL == MISSING)
        .then(number(111))
        .when(_CHANNEL == UNKNOWN)
        .then(number(117))
        .when(_STATUS == MISSING)
        .then(number(110))
        .when(_STATUS == UNKNOWN)
        .then(number(115))
        .when(_RECIPIENT_TYPE == UNKNOWN)
        .then(number(116))
        .when((_SOURCE == MISSING) & ~may_omit)
        .then(number(113))
        .when((date == 112) & ~may_omit)
        .then(number(112))
        .when(_SOURCE == UNKNOWN)
        .then(number(119))
        .when(address != 0)
        .then(address)
        .when(date != 112)
        .then(date)
        .otherwise(number(0))
    )


def _wide_name() -> pl.Expr:
    """The wide list's own field for `recipient` and `status`, by channel; other fields keep their name."""
    field = pl.col("field")
    name: pl.Expr = field
    for channel in Channel:
        here = pl.col("channel") == int(channel)
        name = (
            pl.when(here & (field == "recipient"))
            .then(pl.lit(ADDRESS_FIELDS[channel]))
            .when(here & (field == "status"))
            .then(pl.lit(ANSWER_FIELDS[channel]))
            .otherwise(name)
        )
    return name


_FIRST_PROBLEM = _first_problem()
_OF_NOBODY = pl.col("address").str.ends_with(MAIL_ENDING) | pl.col("address").str.starts_with(PHONE_BEGIN)
_WIDE_NAME = _wide_name()
_ROW = (
    pl.col("line"),
    pl.col("address").alias("recipient"),
    _CHANNEL,
    _RECIPIENT_TYPE.alias("recipient_type"),
    _STATUS.alias("status"),
    pl.when(_SOURCE != MISSING).then(_SOURCE).alias("source"),
    pl.col("moment").alias("consent_date"),
    pl.col("retailer_code"),
    pl.col("evidence"),
)
_OWN_NOTICE = (pl.col("own_at").alias("own_notice_at"), pl.col("own_means").alias("own_notice_means"))
_NO_OWN_NOTICE = tuple(pl.lit(None, dtype=ROWS_SCHEMA[name]).alias(name) for name in OWN_NOTICE_FIELDS)
_CHANGED = pl.col("recipient") != pl.col("address")
_TRIMMED = pl.col("recipient") != pl.col("text")


def judge(frame: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows, problems and changes of a frame of raw texts, one row a consent.

    `frame` has `line`, the text columns `LONG_FIELDS` and `text`, the recipient as it is to be read; a wide
    list brings `channel` and `status_code` instead of `type`.
    """
    frame = extend(frame, *_codes(frame, reading))
    frame = extend(frame, *_CANONICAL)
    last, row = number(0), (*_ROW, *_NO_OWN_NOTICE)
    if reading.own_notices:
        frame, last = read_own_notices(frame, reading), own_problem(reading)
        row = (*_ROW, *_OWN_NOTICE)
    if reading.sandbox:
        last = pl.when(_OF_NOBODY).then(last).otherwise(number(SOMEBODYS))
    frame = extend(frame, address=pl.col("text"), changed=_TRIMMED)
    frame = extend(frame, clean=_CLEAN & (last == 0))
    clean = frame["clean"]
    if clean.all():
        return pick(frame, *row), pl.DataFrame(schema=PROBLEMS_SCHEMA), _changes(frame, reading)
    doubtful = frame if not clean.any() else frame.with_row_index("order").filter(~clean)
    doubtful = _read_with_care(doubtful, reading, last)
    bad = doubtful["number"] != 0
    problems = _problems(doubtful.filter(bad), reading)
    good = doubtful.filter(~bad) if bad.any() else doubtful
    if clean.any():
        plain = frame.with_row_index("order").filter(clean)
        good = plain.merge_sorted(good.select(plain.columns), key="order") if good.height else plain
    return pick(good, *row), problems, _changes(good, reading)


def _codes(frame: pl.DataFrame, reading: Reading) -> list[pl.Expr]:
    """The four columns of words as numbers: `MISSING` for empty cells, `UNKNOWN` for other words."""
    sources = ALL_SOURCES if reading.allow_registry_sources else PROVIDER_SOURCES
    tables: list[tuple[str, str, Vocabulary]] = [
        ("recipient_type_code", "recipient_type", RECIPIENT_TYPES),
        ("source_code", "source", sources),
    ]
    if reading.shape == "long":
        tables += [("channel", "type", CHANNELS), ("status_code", "status", STATUSES)]
    return [table.read(frame[field], strict=reading.api).alias(name) for name, field, table in tables]


def _read_with_care(doubtful: pl.DataFrame, reading: Reading, last: pl.Expr) -> pl.DataFrame:
    """Set `address` and `moment` of rows in other spellings, and their first problem's `number`; `last` comes last."""
    addresses = read_addresses(doubtful, strict=reading.api)
    dates = pick(doubtful, "consent_date", refused=_STATUS == Status.RET)
    dates = read_dates(dates, moment=reading.moment, strict=reading.api)
    doubtful = doubtful.with_columns(
        addresses["address"],
        addresses["problem"].alias("address_problem"),
        dates["moment"],
        dates["problem"].alias("date_problem"),
    )
    first = pl.when(_FIRST_PROBLEM != 0).then(_FIRST_PROBLEM).otherwise(last)
    return extend(doubtful, number=first, changed=_CHANGED)


def _problems(bad: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """What a report shows of each refused row: the field to look at and its raw cell."""
    if bad.is_empty():
        return pl.DataFrame(schema=PROBLEMS_SCHEMA)
    numbers = bad["number"].unique() if bad.height > FEW else bad["number"]
    field, value = NULL_TEXT, NULL_TEXT
    for distinct in set(numbers.to_list()):
        here, column = pl.col("number") == distinct, BY_NUMBER[distinct].column
        field = pl.when(here).then(pl.lit(column)).otherwise(field)
        value = pl.when(here).then(pl.col(column)).otherwise(value)
    bad = extend(bad, field=field, value=value)
    return pick(
        bad,
        "line",
        "number",
        column=_WIDE_NAME if reading.shape == "wide" else pl.col("field"),
        value=pl.when(pl.col("value").str.strip_chars(BLANKS) != "").then(pl.col("value").str.head(VALUE_LENGTH)),
    )


def _changes(rows: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Addresses that are stored otherwise than they were written (R-C3, R-C4)."""
    if not rows["changed"].any():
        return pl.DataFrame(schema=CHANGES_SCHEMA)
    changed = extend(rows.filter(rows["changed"]), pl.lit("recipient").alias("field"))
    return pick(
        changed,
        pl.col("line"),
        field=_WIDE_NAME if reading.shape == "wide" else pl.col("field"),
        raw=pl.col("recipient").str.head(VALUE_LENGTH),
        value=pl.col("address"),
    )
