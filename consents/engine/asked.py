"""A slice of a list that is asked about (R-S1): addresses read as every way in reads them, then answered at once."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from consents.enums import Channel
from consents.normalise.addresses import IS_CANONICAL_ADDRESS, is_canonical_address, read_addresses
from consents.normalise.columns import extend, number, pick
from iys_portal.core.turkish import BLANKS
from providers.models import Brand

from .answers import answer_numbers

_TEXT = pl.col("cell").str.strip_chars(BLANKS).alias("text")
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
    """Each cell as the channel's address (R-C2 to R-C4): columns `address`, and `number` of its problem or 0.

    One that is written as it is stored needs no columns: each step of them costs more than the rest of the answer.
    """
    if len(cells) == 1 and is_canonical_address(text := (cells[0] or "").strip(BLANKS), Channel(channel)):
        return pl.DataFrame({"address": [text], "number": [0]}, schema={"address": pl.String, "number": pl.Int16})
    frame = pick(cells.alias("cell").to_frame(), _TEXT, number(channel).alias("channel"))
    frame = extend(frame, _CANONICAL, number(0).alias("number"))
    if frame["canonical"].all():
        return pl.DataFrame([frame["text"].alias("address"), frame["number"]])
    others = read_addresses(pick(frame, _OTHERS, pl.col("channel")), strict=False)
    own = pl.col("canonical")
    return pick(
        frame,
        pl.when(own).then("text").otherwise(others["address"]).alias("address"),
        pl.when(own).then("number").otherwise(others["problem"]).alias("number"),
    )


def answer(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Rows of `read` with the number of each one's `Reason` where it had no problem; the order stays.

    In lists on purpose: on a few rows each step in columns costs more than all of this, and on many it is no slower
    than the way to the database, which is a list as well.
    """
    addresses, numbers = rows["address"].to_list(), rows["number"].to_list()
    places = [place for place, problem in enumerate(numbers) if not problem]
    places.sort(key=addresses.__getitem__)
    found = answer_numbers(
        [addresses[place] for place in places],
        brand=question.brand,
        channel=question.channel,
        recipient_type=question.recipient_type,
        now=question.moment,
    )
    for place, reason in zip(places, found, strict=True):
        numbers[place] = reason
    return pl.DataFrame([rows["address"], pl.Series("number", numbers, dtype=pl.Int16)])
