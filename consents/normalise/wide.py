"""Wide frames: one person a line, with phone, e-mail and a yes or no per channel, become consents."""

import polars as pl

from consents.enums import Channel, Status
from iys_portal.core.turkish import BLANKS

from .columns import NULL_TEXT, extend, number, pick
from .reading import ADDRESS_FIELDS, ANSWER_FIELDS, COMMON_FIELDS, OWN_NOTICE_FIELDS, Reading
from .words import MISSING, STATUSES

_ADDRESSED = (pl.col("text") != "").fill_null(value=False)
_ANSWERED = pl.col("status_code") != MISSING


def unfold(people: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, dict[str, int]]:
    """Up to three rows per line: MESAJ, ARAMA, EPOSTA, in the order of the lines.

    `people` has `line`, the text columns of `WIDE_FIELDS` but those of answers that the list does not have.
    Returns what `judge` reads, and the counts of `Normalised.counts` that are about cells. A "no" becomes a
    RET or nothing, as `reading.wide_no` says; an answer without an address and an address without an answer
    are nothing; a word that is neither yes nor no stays, with `status_code` `UNKNOWN`.
    """
    people = people.with_row_index("person")
    counts = {"yes_answers": 0, "no_answers": 0, "unanswered": 0, "no_address": 0}
    common = (*COMMON_FIELDS, *(OWN_NOTICE_FIELDS if reading.own_notices else ()))
    kept = [people.clear().select("person", "line", *_consent(Channel.MESAJ, NULL_TEXT, number(0), common))]
    for channel, answer in ANSWER_FIELDS.items():
        if answer not in people.columns:
            continue
        status = STATUSES.read(people[answer], strict=False)
        part = pick(people, "person", "line", *_consent(channel, pl.col(answer), status, common))
        part = extend(part, _ADDRESSED.alias("addressed"), _ANSWERED.alias("answered"))
        addressed, answered = part["addressed"], part["answered"]
        counts["no_address"] += int((answered & ~addressed).sum())
        counts["unanswered"] += int((addressed & ~answered).sum())
        part = part.filter(addressed & answered).drop("addressed", "answered")
        noes = part["status_code"] == Status.RET
        counts["no_answers"] += int(noes.sum())
        counts["yes_answers"] += int((part["status_code"] == Status.ONAY).sum())
        kept.append(part.filter(~noes) if reading.wide_no == "ignore" else part)
    return pl.concat(kept).sort("person", maintain_order=True).drop("person"), counts


def _consent(channel: Channel, answer: pl.Expr, status: pl.Expr, common: tuple[str, ...]) -> list[pl.Expr]:
    """The columns of one channel's consent, out of a person's."""
    address = pl.col(ADDRESS_FIELDS[channel])
    return [
        address.alias("recipient"),
        address.str.strip_chars(BLANKS).alias("text"),
        answer.alias("status"),
        number(int(channel)).alias("channel"),
        status.alias("status_code"),
        *(pl.col(name) for name in common),
    ]
