"""What a caller says about its columns (`Reading`) and what it gets back (`Normalised`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

import polars as pl

from consents.enums import Channel

COMMON_FIELDS = ("source", "recipient_type", "consent_date", "retailer_code", "evidence")
OWN_NOTICE_FIELDS = ("own_notice_at", "own_notice_means")
LONG_FIELDS = ("recipient", "type", "status", *COMMON_FIELDS, *OWN_NOTICE_FIELDS)
ADDRESS_FIELDS = {Channel.MESAJ: "phone", Channel.ARAMA: "phone", Channel.EPOSTA: "email"}
ANSWER_FIELDS = {Channel.MESAJ: "allow_sms", Channel.ARAMA: "allow_call", Channel.EPOSTA: "allow_email"}
WIDE_FIELDS = ("phone", "email", *ANSWER_FIELDS.values(), *COMMON_FIELDS, *OWN_NOTICE_FIELDS)
STATUS_FIELDS = frozenset({"status", *ANSWER_FIELDS.values()})

ROWS_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.UInt32(),
    "recipient": pl.String(),
    "channel": pl.Int16(),
    "recipient_type": pl.Int16(),
    "status": pl.Int16(),
    "source": pl.Int16(),
    "consent_date": pl.Datetime("us", "UTC"),
    "retailer_code": pl.String(),
    "evidence": pl.String(),
    "own_notice_at": pl.Datetime("us", "UTC"),
    "own_notice_means": pl.Int16(),
}
PROBLEMS_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.UInt32(),
    "number": pl.Int16(),
    "column": pl.String(),
    "value": pl.String(),
}
CHANGES_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.UInt32(),
    "field": pl.String(),
    "raw": pl.String(),
    "value": pl.String(),
}
VALUE_LENGTH = 200  # characters of a raw cell that a report shows


@dataclass(frozen=True)
class Reading:
    """How the columns of a raw frame are to be read.

    Raises ValueError for a field that the shape does not know, a constant status or answer (the registry
    never guesses one), a moment without a zone, and a strict (API) reading of a wide frame.
    """

    columns: Mapping[str, str]
    """Field to frame column. Fields: `LONG_FIELDS`, or `WIDE_FIELDS` for a wide frame."""
    moment: datetime
    """The batch's moment, aware: a refusal without a time is never later than this (R-C5)."""
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Field to the text that stands for a missing column; a mapped column goes before a constant."""
    shape: Literal["long", "wide"] = "long"
    wide_no: Literal["refusal", "ignore"] = "refusal"
    """Wide frames: whether a "no" is recorded as a RET or is nothing."""
    api: bool = False
    """Only canonical words and forms are taken; no help with spelling."""
    allow_registry_sources: bool = False
    """The recipient's own act: `IYS_*` sources are taken (R-C1, H119 otherwise)."""

    sandbox: bool = False
    """Only addresses that belong to nobody are taken (`core.sandbox`)."""

    def __post_init__(self) -> None:
        known = LONG_FIELDS if self.shape == "long" else WIDE_FIELDS
        unknown = [name for name in (*self.columns, *self.constants) if name not in known]
        if unknown:
            raise ValueError(f"Unknown fields for a {self.shape} frame: {', '.join(unknown)}")
        if not STATUS_FIELDS.isdisjoint(self.constants):
            raise ValueError("A status is never a constant")
        if self.moment.tzinfo is None:
            raise ValueError("The moment of a reading needs a time zone")
        if self.api and self.shape == "wide":
            raise ValueError("A wide frame is never read strictly")

    @property
    def own_notices(self) -> bool:
        """R-M1: rows may say that the provider told the recipient itself; a means without a time says nothing."""
        return "own_notice_at" in self.columns or "own_notice_at" in self.constants


@dataclass(frozen=True)
class Normalised:
    """A raw frame, read. Rows and problems keep the input's order; each row is in exactly one of the two."""

    rows: pl.DataFrame
    """`ROWS_SCHEMA`: rows without a problem so far. Source and date may be null for TACIR only (R-C13)."""
    problems: pl.DataFrame
    """`PROBLEMS_SCHEMA`: the first problem of each other row; `number` is `Problem.number`."""
    changes: pl.DataFrame
    """`CHANGES_SCHEMA`: addresses of `rows` that are stored otherwise than they were written (R-C3, R-C4)."""
    counts: dict[str, int]
    """`read`: lines that were not blank; `skipped_empty`: blank lines. Wide frames besides, in cells:
    `yes_answers`, `no_answers` (with an address; refusals or nothing, as `wide_no` says), `unanswered`
    (address without an answer), `no_address` (answer without an address)."""
