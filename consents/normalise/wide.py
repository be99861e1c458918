"""Wide frames: one person a line, with phone, e-mail and a yes or no per channel, become consents."""

import polars as pl

from consents.enums import Status
from iys_portal.core.turkish import BLANKS

from .reading import ADDRESS_FIELDS, ANSWER_FIELDS, COMMON_FIELDS, Reading
from .words import MISSING, STATUSES


def unfold(people: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, dict[str, int]]:
    """Up to three rows per line: MESAJ, ARAMA, EPOSTA, in the order of the lines.

    `people` has `line` and the text columns of the fields that the caller has. Returns a frame with `line`,
    `recipient` and `status` (raw texts), `channel` and `status_code` (Int16) and the common fields, and the
    counts of `Normalised.counts` that are about cells. A "no" becomes a RET or nothing, as `reading.wide_no`
    says; an answer without an address and an address without an answer are nothing; a word that is neither
    yes nor no stays, with `status_code` `UNKNOWN`.
    """
    people = people.with_row_index("person")
    kept = []
    counts = {"yes_answers": 0, "no_answers": 0, "unanswered": 0, "no_address": 0}
    for order, (channel, answer) in enumerate(ANSWER_FIELDS.items()):
        if answer not in people.columns:
            continue
        address = ADDRESS_FIELDS[channel]
        part = people.select(
            "person",
            "line",
            pl.lit(order, dtype=pl.Int8).alias("order"),
            (pl.col(address) if address in people.columns else pl.lit(None, dtype=pl.String)).alias(
                "recipient"
            ),
            pl.col(answer).alias("status"),
            pl.lit(int(channel), dtype=pl.Int16).alias("channel"),
            STATUSES.read(people[answer], strict=False).alias("status_code"),
            *(name for name in COMMON_FIELDS if name in people.columns),
        )
        addressed = pl.col("recipient").str.strip_chars(BLANKS).fill_null("") != ""
        answered = pl.col("status_code") != MISSING
        counts["no_address"] += part.filter(~addressed & answered).height
        counts["unanswered"] += part.filter(addressed & ~answered).height
        part = part.filter(addressed & answered)
        noes = part["status_code"] == Status.RET
        counts["no_answers"] += int(noes.sum())
        counts["yes_answers"] += int((part["status_code"] == Status.ONAY).sum())
        kept.append(part.filter(~noes) if reading.wide_no == "ignore" else part)
    if not kept:
        return _nothing(people), counts
    return pl.concat(kept).sort("person", "order").drop("person", "order"), counts


def _nothing(people: pl.DataFrame) -> pl.DataFrame:
    """The empty frame of a list without a column of answers."""
    return people.clear().select(
        "line",
        recipient=pl.lit(None, dtype=pl.String),
        status=pl.lit(None, dtype=pl.String),
        channel=pl.lit(None, dtype=pl.Int16),
        status_code=pl.lit(None, dtype=pl.Int16),
    )
