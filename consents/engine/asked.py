"""A slice of a list that is asked about (R-S1): addresses read as every way in reads them, then answered at once."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from consents.normalise.addresses import IS_CANONICAL_ADDRESS, read_addresses
from consents.normalise.columns import extend, number, pick
from iys_portal.core.turkish import BLANKS
from providers.models import Brand

from .answers import answer_numbers

_CANONICAL = IS_CANONICAL_ADDRESS.fill_null(value=False).alias("canonical")
_OTHERS = pl.when(~pl.col("canonical")).then("text").alias("text")


@dataclass(frozen=True)
class Question:
    """What a list is asked about; every address of it is judged at one moment."""

    brand: Brand
    channel: int
    recipient_type: int
    moment: datetime


def read(cells: pl.Series, channel: int) -> pl.DataFrame:
    """Each cell as the channel's address (R-C2 to R-C4): columns `address`, and `number` of its problem or 0."""
    text = cells.str.strip_chars(BLANKS).alias("text")
    frame = extend(text.to_frame(), number(channel).alias("channel"))
    frame = extend(frame, _CANONICAL)
    canonical = frame["canonical"]
    if canonical.all():
        return pick(frame, pl.col("text").alias("address"), number(0).alias("number"))
    others = read_addresses(pick(frame, _OTHERS, pl.col("channel")), strict=False)
    own = pl.col("canonical")
    return pick(
        frame,
        pl.when(own).then("text").otherwise(others["address"]).alias("address"),
        pl.when(own).then(number(0)).otherwise(others["problem"]).alias("number"),
    )


def answer(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Rows of `read` with the number of each one's `Reason` where it had no problem; the order stays."""
    places = (rows["number"] == 0).arg_true()
    if places.is_empty():
        return rows
    addresses = rows["address"].gather(places)
    in_key_order = addresses.arg_sort()
    found = answer_numbers(
        addresses.gather(in_key_order).to_list(),
        brand=question.brand,
        channel=question.channel,
        recipient_type=question.recipient_type,
        now=question.moment,
    )
    numbers = rows["number"].clone()
    numbers.scatter(places.gather(in_key_order), pl.Series(found, dtype=pl.Int16))
    return pl.DataFrame([rows["address"], numbers])
