"""What somebody typed into the search box, as ranges of stored addresses.

An address is read as every way in reads it (`consents.normalise`), so `0532 123 45 67` finds `+905321234567`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from django.utils.translation import gettext as _

from consents.normalise import Reading, normalise
from iys_portal.core.errors import Invalid

PREFIX_FROM = 3
FIRST, AFTER = "\x01", "\U0010ffff"
_SEPARATORS = re.compile(r"[\s().\-/]+")
_DOMAIN = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")


@dataclass(frozen=True)
class Search:
    """Addresses from `low` up to, without, `high`; or those of an e-mail `domain`."""

    low: str = ""
    high: str = AFTER
    domain: str = ""
    exact: bool = False


EVERYTHING = Search()


def stored_address(text: str) -> str | None:
    """The address as it is stored, or None where the text is not a whole address."""
    return stored_addresses([text]).get(0)


def stored_addresses(texts: Sequence[str]) -> dict[int, str]:
    """The same of many, by their places; what is no whole address is left out."""
    if not texts:
        return {}
    frame = pl.DataFrame(
        {
            "line": range(len(texts)),
            "recipient": list(texts),
            "type": ["EPOSTA" if "@" in text else "ARAMA" for text in texts],
            "status": "RET",
            "source": "HS_WEB",
            "date": "2020-01-01",
        },
        schema_overrides={"line": pl.UInt32, "recipient": pl.String},
    )
    columns = {name: name for name in ("recipient", "type", "status", "source")} | {"consent_date": "date"}
    rows = normalise(frame, Reading(columns=columns, moment=datetime.now(UTC))).rows
    return dict(rows.select("line", "recipient").iter_rows())


def read_search(text: str, *, exact_only: bool) -> Search:
    """Understand one search: a whole address, `@domain`, or the beginning of an address.

    `exact_only` is staff's search over all providers (R-A3). Raises `Invalid` with a sentence for the reader.
    """
    text = text.strip()
    if not text:
        return EVERYTHING
    if text.startswith("@"):
        return _domain(text[1:].lower(), exact_only=exact_only)
    address = stored_address(text)
    if address is not None:
        return Search(low=address, high=address + FIRST, exact=True)
    if exact_only:
        raise Invalid(_("Enter a whole address, for example ad@firma.example or +905321234567."), field="q")
    return _prefix(text)


def _domain(domain: str, *, exact_only: bool) -> Search:
    if exact_only:
        raise Invalid(_("Over all providers only a whole address can be searched for."), field="q")
    if not _DOMAIN.match(domain):
        raise Invalid(_("Enter a whole domain after the @, for example @firma.example."), field="q")
    return Search(domain=domain)


def _prefix(text: str) -> Search:
    """The beginning of a phone number in any usual spelling, else of an e-mail address."""
    compact = _SEPARATORS.sub("", text)
    if re.fullmatch(r"\+?\d+", compact):
        start = _phone_start(compact)
        enough = len(compact) >= PREFIX_FROM
    else:
        start = text.lower()
        enough = len(start) >= PREFIX_FROM and " " not in start
    if not enough:
        raise Invalid(_("Enter at least three characters of the address."), field="q")
    return Search(low=start, high=start + AFTER)


def _phone_start(digits: str) -> str:
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    if digits.startswith("90"):
        return "+" + digits
    return "+90" + digits.removeprefix("0")
