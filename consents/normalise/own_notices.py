"""The provider's own notice (R-M1): when it told the recipient itself, and by mail or by text message.

Only a consent has one. What stands beside a refusal is not read, because nothing may keep a refusal out.
"""

from datetime import timedelta

import polars as pl
from django.conf import settings

from consents.enums import Channel, Status
from iys_portal.core.enums import Means

from .columns import extend, number
from .dates import read_ends
from .reading import Reading
from .words import MEANS, UNKNOWN

UNREADABLE, IN_FUTURE, TOO_EARLY, UNKNOWN_MEANS = 516, 517, 518, 519

_TOLD = pl.col("status_code") == Status.ONAY
_WHOLE_DAY = pl.col("own_first") != pl.col("own_last")
_BY_CHANNEL = pl.when(pl.col("channel") == Channel.EPOSTA).then(number(Means.MAIL)).otherwise(number(Means.TEXT))
_MISREAD = (
    pl.when(~_TOLD)
    .then(number(0))
    .when(pl.col("own_date_problem").is_in([157, 158]))
    .then(number(UNREADABLE))
    .when(pl.col("own_code") == UNKNOWN)
    .then(number(UNKNOWN_MEANS))
    .otherwise(number(0))
)


def read_own_notices(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Adds `own_at`, `own_means`, and what `own_problem` needs; `frame` has the raw columns, `channel`, `status_code`.

    A date without a time is the end of that day or the batch's moment, whichever is earlier. Without a word for the
    means it is that of the consent's channel.
    """
    ends = read_ends(frame["own_notice_at"], strict=reading.api)
    frame = extend(
        frame,
        ends["first"].alias("own_first"),
        ends["last"].alias("own_last"),
        ends["problem"].alias("own_date_problem"),
        MEANS.read(frame["own_notice_means"], strict=reading.api).alias("own_code"),
    )
    frame = extend(
        frame,
        own_misread=_MISREAD,
        own_at=pl.when(_TOLD).then(
            pl.when(_WHOLE_DAY).then(pl.min_horizontal("own_last", _moment(reading))).otherwise("own_last")
        ),
    )
    means = pl.when(pl.col("own_code") > 0).then("own_code").otherwise(_BY_CHANNEL)
    return extend(frame, own_means=pl.when(pl.col("own_at").is_not_null()).then(means))


def own_problem(reading: Reading) -> pl.Expr:
    """What is wrong with a row's own notice, or 0; needs the consent's `moment`. Clocks may differ as in R-C6.

    A consent that is itself in the future is left to R-C6.
    """
    consent, forgiven = pl.col("moment"), settings.REGISTRY["CLOCK_DIFFERENCE"]
    latest = _moment(reading, forgiven)
    return (
        pl.when(pl.col("own_misread") > 0)
        .then("own_misread")
        .when(~_TOLD | (consent > latest))
        .then(number(0))
        .when(pl.col("own_first") > latest)
        .then(number(IN_FUTURE))
        .when(pl.col("own_last") < consent - forgiven)
        .then(number(TOO_EARLY))
        .otherwise(number(0))
    )


def _moment(reading: Reading, later: timedelta = timedelta(0)) -> pl.Expr:
    seconds = int((reading.moment + later).timestamp())
    return pl.lit(seconds * 1_000_000, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
